import type { KubeObject } from '../api/object.js';
import type { ResourceDefinition } from '../api/resource-definition.js';
import { kindKey } from '../api/resource-definition.js';
import type { CacheHandle, CacheReader, Caches, WholeView } from '../watch/cache.js';
import type { ControllerDefinition } from './controller-definition.js';

/** The caches of all kinds that a controller has declared, held until they are released. */
export class DeclaredCaches {
  readonly #handles = new Map<string, CacheHandle<KubeObject>>();

  constructor(definition: ControllerDefinition, caches: Caches) {
    for (const [key, { kind, view }] of declaredKinds(definition)) this.#handles.set(key, caches.acquire(kind, view));
  }

  /** Undefined for a kind that was not declared. */
  of<K extends KubeObject>(definition: ResourceDefinition<K>): CacheReader<K> | undefined {
    return this.#handles.get(kindKey(definition))?.cache as CacheReader<K> | undefined;
  }

  async synced(): Promise<void> {
    await Promise.all([...this.#handles.values()].map(({ cache }) => cache.synced));
  }

  release(): void {
    for (const handle of this.#handles.values()) handle.release();
  }
}

interface Declared {
  readonly kind: ResourceDefinition;
  readonly view: WholeView;
}

/** By kind, which part of it: what is only read may be a part, the rest is all of it. */
function declaredKinds(definition: ControllerDefinition): ReadonlyMap<string, Declared> {
  const { managedFields = false } = definition.options;
  const whole = [definition.for, ...definition.owns, ...definition.writes, ...definition.watches.map((source) => source.definition)];
  const all: Declared[] = [
    ...definition.reads.map((source) => ({ kind: source.definition, view: { ...source.selection, managedFields } })),
    ...whole.map((kind) => ({ kind, view: { managedFields } })),
  ];
  return new Map(all.map((one) => [kindKey(one.kind), one]));
}
