import type { KubeObject, Stored } from './object.js';
import type { ResourceRules, RuleContext } from './resource-definition.js';
import { decoderOf } from './schema/decode-value.js';
import { DecodeState } from './schema/decode-state.js';
import type { Schema } from './schema/schema.js';
import { Faults } from './validation/faults.js';
import type { MetadataRules } from './validation/metadata.js';
import { validateMetadata, validateMetadataUpdate } from './validation/metadata.js';

/** What the rules of all kinds need to know of one. */
export interface StrategyOptions<T extends KubeObject> extends MetadataRules {
  /** Whether the kind has a status with a path of its own: then no other write may set it. */
  readonly hasStatus: boolean;
  /** Who makes an object may say its status (nodes). Default false: it is reset. */
  readonly keepsStatusOnCreate?: boolean;
  /** The paths that write the status. Default: `status` alone. */
  readonly statusSubresources?: readonly string[];
  readonly schema: Schema;
  readonly own: ResourceRules<T>;
}

type Fields = Record<string, unknown>;

/** The rules of a kind: those that all kinds share, followed by its own. */
export function strategyOf<T extends KubeObject>(options: StrategyOptions<T>): ResourceRules<T> {
  const { own, hasStatus, statusSubresources = ['status'] } = options;
  const zero = zeroStatus(options.schema);
  return {
    ...own,
    prepareCreate(draft, context) {
      if (hasStatus && !options.keepsStatusOnCreate) setStatus(draft as Fields, zero());
      own.prepareCreate?.(draft, context);
    },
    prepareUpdate(draft, old, context) {
      if (hasStatus) separateStatus(draft as Fields, old, statusSubresources.includes(context.subresource ?? ''));
      own.prepareUpdate?.(draft, old, context);
    },
    validate(object) {
      const faults = new Faults();
      validateMetadata(faults, object.metadata ?? {}, options);
      const more = own.validate?.(object);
      return more && more.length > 0 ? [...faults.list, ...more] : faults.list;
    },
    validateUpdate(object, old: Stored<T>, context: RuleContext) {
      const faults = new Faults();
      validateMetadataUpdate(faults, object.metadata ?? {}, old.metadata);
      return [...faults.list, ...(own.validateUpdate?.(object, old, context) ?? [])];
    },
  };
}

/** A write of the status changes it and metadata alone, any other write all but the status. */
function separateStatus(draft: Fields, old: Fields, ofStatus: boolean): void {
  if (!ofStatus) {
    setStatus(draft, old['status']);
    return;
  }
  for (const name of new Set([...Object.keys(draft), ...Object.keys(old)])) {
    if (['apiVersion', 'kind', 'metadata', 'status'].includes(name)) continue;
    if (old[name] === undefined) delete draft[name];
    else draft[name] = old[name];
  }
}

function setStatus(draft: Fields, status: unknown): void {
  if (status === undefined) delete draft['status'];
  else draft['status'] = status;
}

/** The status of an object that nobody has seen yet. */
function zeroStatus(schema: Schema): () => unknown {
  return () => (decoderOf(schema)({}, new DecodeState(true)) as Fields)['status'];
}
