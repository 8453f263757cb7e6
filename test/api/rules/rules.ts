import { deepFreeze } from '../../../lib/api/encode.js';
import { invalidObject } from '../../../lib/api/field-error.js';
import type { KubeObject, Stored } from '../../../lib/api/object.js';
import type { ResourceDefinition } from '../../../lib/api/resource-definition.js';
import { decode } from '../../../lib/api/schema/decode.js';
import { applyDefaults } from '../../../lib/api/schema/defaulting.js';

const CONTEXT = { now: Date.UTC(2024, 0, 1), random: () => 0 };
const UID = '3b241101-e2bb-4255-8caf-4136c566a962';

/** An object as it is about to be stored: decoded, with its defaults. */
function drafted<T extends KubeObject>(definition: ResourceDefinition<T>, body: object): T {
  const { metadata, ...rest } = body as { metadata?: object };
  const own = { name: 'x', uid: UID, ...(definition.namespaced ? { namespace: 'default' } : {}) };
  const { object } = decode(definition, { ...rest, metadata: { ...own, ...metadata } });
  applyDefaults(definition, object);
  definition.rules.default?.(object);
  return object;
}

/** The object that a create makes of a body. */
export function created<T extends KubeObject>(definition: ResourceDefinition<T>, body: object): Stored<T> {
  const draft = drafted(definition, body);
  definition.rules.prepareCreate?.(draft, CONTEXT);
  return deepFreeze(draft) as Stored<T>;
}

const told = (faults: readonly { readonly type: string; readonly field: string }[]) => faults.map(({ type, field }) => `${type} ${field}`);

function createFaults<T extends KubeObject>(definition: ResourceDefinition<T>, body: object) {
  const object = created(definition, body);
  return [...(definition.rules.validate?.(object) ?? []), ...(definition.rules.validateCreate?.(object) ?? [])];
}

/** What a create of a body is refused for, such as `Required spec.selector`. */
export function faults<T extends KubeObject>(definition: ResourceDefinition<T>, body: object): string[] {
  return told(createFaults(definition, body));
}

/** The same as the message that a user reads. */
export function message<T extends KubeObject>(definition: ResourceDefinition<T>, body: object): string {
  return invalidObject(definition, 'x', createFaults(definition, body)).message;
}

/** What comes of an update: the object, and what it is refused for. */
export function updated<T extends KubeObject>(definition: ResourceDefinition<T>, old: Stored<T>, body: object, subresource?: string) {
  const draft = drafted(definition, JSON.parse(JSON.stringify(body)) as object);
  const context = { ...CONTEXT, subresource };
  definition.rules.prepareUpdate?.(draft, old, context);
  const found = [...(definition.rules.validate?.(draft) ?? []), ...(definition.rules.validateUpdate?.(draft, old, context) ?? [])];
  return { object: draft, faults: told(found) };
}

/** A body with some of its members changed; `undefined` removes one. */
export function changed(body: object, path: string, value: unknown): object {
  const copy = JSON.parse(JSON.stringify(body)) as Record<string, unknown>;
  const steps = path.split('.');
  const last = steps.pop()!;
  let holder = copy;
  for (const step of steps) holder = (holder[step] ??= {}) as Record<string, unknown>;
  if (value === undefined) delete holder[last];
  else holder[last] = value;
  return copy;
}
