import { createCatalog } from '../../../lib/api/catalog.js';
import { deepFreeze } from '../../../lib/api/encode.js';
import { invalidObject } from '../../../lib/api/field-error.js';
import { builtInDefinitions } from '../../../lib/api/kinds.js';
import type { KubeObject, Stored } from '../../../lib/api/object.js';
import type { ResourceDefinition } from '../../../lib/api/resource-definition.js';
import { decode } from '../../../lib/api/schema/decode.js';
import { applyDefaults } from '../../../lib/api/schema/defaulting.js';
import { parseJson } from '../../../lib/api/schema/parse-json.js';
import { StatusError } from '../../../lib/api/status-error.js';
import { applyJsonPatch } from '../../../lib/registry/stored/patch/json-patch.js';

/** Any object, as a test looks at it. */
export type Loose = Omit<KubeObject, 'metadata'> & { metadata: Record<string, unknown> } & Record<string, unknown>;

const NOW = Date.UTC(2024, 0, 1);
const SYSTEM_FIELDS = [
  'uid',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'generation',
  'managedFields',
  'resourceVersion',
];

/**
 * A cluster of one map: decoding, defaults, preparation and validation in the order that `ResourceRules` states, and nothing that
 * needs more than one object (no admission, no allocation). It is there to hold the rules against recorded answers.
 */
export class Pipeline {
  readonly #catalog = createCatalog(builtInDefinitions);
  readonly #objects = new Map<string, Loose>();
  #version = 0;

  definition(group: string, version: string, plural: string): ResourceDefinition | undefined {
    return this.#catalog.byResource(group, version, plural);
  }

  create(definition: ResourceDefinition, namespace: string | undefined, body: string): Loose {
    const draft = this.#drafted(definition, parseJson(body, { exactNumbers: true }));
    this.#own(draft, undefined, namespace);
    if (!draft.metadata['name'] && draft.metadata['generateName'])
      draft.metadata['name'] = `${draft.metadata['generateName'] as string}abcde`;
    definition.rules.prepareCreate?.(draft, { now: NOW, random: () => 0 });
    this.#check(definition, draft, definition.rules.validateCreate?.(draft));
    return this.#store(definition, draft);
  }

  update(
    definition: ResourceDefinition,
    namespace: string | undefined,
    name: string,
    subresource: string | undefined,
    body: string,
  ): Loose {
    return this.#replace(definition, this.get(definition, namespace, name), parseJson(body, { exactNumbers: true }), subresource, false);
  }

  async patch(
    definition: ResourceDefinition,
    namespace: string | undefined,
    name: string,
    subresource: string | undefined,
    type: string,
    patch: unknown,
  ): Promise<Loose> {
    const old = this.get(definition, namespace, name);
    const copy = JSON.parse(JSON.stringify(old)) as Loose;
    const value =
      type === 'json'
        ? await applyJsonPatch(copy, patch as object[], () => Promise.resolve())
        : merged(copy, patch as Record<string, unknown>);
    return this.#replace(definition, old, { value, duplicateFields: [] }, subresource, true);
  }

  get(definition: ResourceDefinition, namespace: string | undefined, name: string): Loose {
    const found = this.#objects.get(keyOf(definition, namespace, name));
    if (!found) throw new StatusError('NotFound', name);
    return found;
  }

  #replace(
    definition: ResourceDefinition,
    old: Loose,
    body: { value: unknown; duplicateFields: readonly string[] },
    subresource: string | undefined,
    patched: boolean,
  ): Loose {
    const draft = this.#drafted(definition, body);
    if (!patched && draft.metadata['name'] !== old.metadata['name']) throw new StatusError('BadRequest', 'another name');
    this.#own(draft, old, old.metadata['namespace'] as string | undefined);
    const context = { now: NOW, random: () => 0, subresource };
    definition.rules.prepareUpdate?.(draft, old as unknown as Stored<KubeObject>, context);
    this.#check(definition, draft, definition.rules.validateUpdate?.(draft, old as unknown as Stored<KubeObject>, context));
    return this.#store(definition, draft);
  }

  #drafted(definition: ResourceDefinition, { value, duplicateFields }: { value: unknown; duplicateFields: readonly string[] }): Loose {
    const { object } = decode(definition, value, { duplicateFields });
    applyDefaults(definition, object);
    definition.rules.default?.(object);
    object.metadata ??= {};
    return object as Loose;
  }

  #own(draft: Loose, old: Loose | undefined, namespace: string | undefined): void {
    for (const field of SYSTEM_FIELDS) delete draft.metadata[field];
    if (namespace === undefined) delete draft.metadata['namespace'];
    else draft.metadata['namespace'] = namespace;
    const kept = old?.metadata ?? { uid: 'u', creationTimestamp: '2024-01-01T00:00:00Z', generation: 1 };
    for (const field of SYSTEM_FIELDS) if (kept[field] !== undefined) draft.metadata[field] = kept[field];
  }

  #check(definition: ResourceDefinition, draft: Loose, more: readonly Parameters<typeof invalidObject>[2][number][] = []): void {
    const errors = [...(definition.rules.validate?.(draft) ?? []), ...more];
    if (errors.length > 0) throw invalidObject(definition, (draft.metadata['name'] as string | undefined) ?? '', errors);
  }

  #store(definition: ResourceDefinition, draft: Loose): Loose {
    this.#version += 1;
    const metadata = { ...draft.metadata, resourceVersion: String(this.#version) };
    const stored = deepFreeze(JSON.parse(JSON.stringify({ ...draft, metadata })) as Loose);
    this.#objects.set(keyOf(definition, draft.metadata['namespace'] as string | undefined, String(draft.metadata['name'])), stored);
    return stored;
  }
}

function keyOf({ apiVersion, plural }: ResourceDefinition, namespace: string | undefined, name: string): string {
  return [apiVersion, plural, namespace ?? '', name].join(' ');
}

/** RFC 7386. */
function merged(target: unknown, patch: Record<string, unknown>): Record<string, unknown> {
  const isMap = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
  const result: Record<string, unknown> = isMap(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = isMap(value) ? merged(result[key], value) : value;
  }
  return result;
}
