import type { KubeObject } from '../object.js';
import type { StoredForm } from '../resource-definition.js';
import { prunedObject } from '../schema/decode-custom.js';
import { applyCustomDefaults } from '../schema/default-custom.js';
import type { Schema } from '../schema/schema.js';
import { StatusError } from '../status-error.js';

/** What {@link versionForm} takes. */
export interface VersionFormOptions {
  readonly group: string;
  /** The version that is shown. */
  readonly version: string;
  /** The version that is stored. */
  readonly storage: string;
  /** By version, those that are not served too. */
  readonly schemas: ReadonlyMap<string, Schema>;
  /** `Webhook`: nobody here can convert, and another version than the stored one cannot be read or written. */
  readonly conversion: string;
}

/**
 * One version of a custom kind over objects that are stored in another, or that were stored under an older schema: what the schema
 * of the stored version lacks is lost, its defaults are shown, and conversion changes the version's name alone.
 */
export function versionForm({ group, version, storage, schemas, conversion }: VersionFormOptions): StoredForm {
  const convert = (object: KubeObject, from: string, to: string): KubeObject => {
    if (from === to) return object;
    if (conversion !== 'None')
      throw new StatusError('InternalError', `conversion of ${group} from ${from} to ${to} needs a webhook, and webhooks are not called`);
    const schema = schemas.get(to);
    const converted = { ...object, apiVersion: `${group}/${to}` };
    return schema ? prunedObject(schema, converted) : converted;
  };
  return {
    toStored: (object) => convert(object, version, storage),
    fromStored(stored) {
      const from = stored.apiVersion?.slice(group.length + 1) ?? storage;
      const schema = schemas.get(from);
      const object = schema ? prunedObject(schema, stored) : stored;
      if (schema) applyCustomDefaults(schema, object);
      return convert(object, from, version);
    },
  };
}
