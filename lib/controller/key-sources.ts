import { Subscription } from 'rxjs';
import type { Logger } from '../base/logger.js';
import type { KubeObject, Stored } from '../api/object.js';
import { keyOf } from '../api/object.js';
import { controllerOf } from '../api/meta/owner-references.js';
import type { ResourceDefinition } from '../api/resource-definition.js';
import { causeOf } from './cause-of.js';
import type { ControllerDefinition, WatchSource } from './controller-definition.js';
import type { DeclaredCaches } from './declared-caches.js';
import type { Wake } from './wake.js';

/** What {@link enqueueKeys} takes. */
export interface KeySourcesOptions {
  readonly definition: ControllerDefinition;
  readonly caches: DeclaredCaches;
  readonly log: Logger;
  readonly wake: (wake: Wake) => void;
}

/** Adds the keys of all that is in the controller's caches, then those of each change, old and new object alike, until unsubscribed. */
export function enqueueKeys({ definition, caches, log, wake }: KeySourcesOptions): Subscription {
  const all = new Subscription();
  for (const source of sourcesOf(definition)) {
    const cache = caches.of(source.definition)!; // all sources are declared
    const isOwn = source.via === 'itself';
    const keys = (object: Stored<KubeObject> | undefined) => (object ? keysOf(source, object, log) : []);
    all.add(
      cache.changes.subscribe((change) => {
        const { old, object } = change;
        if (isOwn && old && object && !matters(definition, old, object)) return;
        const cause = causeOf(source.definition, source.via, change);
        const now = keys(object);
        for (const key of now) wake({ key, cause });
        // An object has one name: its own key need not be asked for twice.
        if (!isOwn || !object) for (const key of keys(old)) if (!now.includes(key)) wake({ key, cause });
      }),
    );
    for (const object of cache.list())
      for (const key of keys(object)) wake({ key, cause: causeOf(source.definition, source.via, { object, initial: true }) });
  }
  return all;
}

/** The beginning of its deletion is what an object may have to be cleaned up for. */
function matters(definition: ControllerDefinition, old: Stored<KubeObject>, object: Stored<KubeObject>): boolean {
  return old.metadata.deletionTimestamp !== object.metadata.deletionTimestamp || (definition.matters?.(old, object) ?? true);
}

interface Source extends WatchSource {
  readonly via: 'itself' | 'owns' | 'watches';
}

/** That of the controller's own kind first. */
function sourcesOf(definition: ControllerDefinition): readonly Source[] {
  const own: Source = { definition: definition.for, via: 'itself', keys: (object) => [keyOf(object)] };
  const owned = definition.owns.map((kind): Source => ({
    definition: kind,
    via: 'owns',
    keys: (object) => ownerKeys(definition.for, object),
  }));
  return [own, ...owned, ...definition.watches.map((source): Source => ({ ...source, via: 'watches' }))];
}

/** The key of the controlling owner, when that is of the kind. Any version of it counts. */
function ownerKeys(kind: ResourceDefinition, object: Stored<KubeObject>): readonly string[] {
  const owner = controllerOf(object);
  if (!owner || owner.kind !== kind.kind || groupOf(owner.apiVersion) !== kind.group) return [];
  return [keyOf({ name: owner.name, namespace: kind.namespaced ? object.metadata.namespace : undefined })];
}

const groupOf = (apiVersion: string) => (apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '');

function keysOf(source: WatchSource, object: Stored<KubeObject>, log: Logger): readonly string[] {
  try {
    return source.keys(object);
  } catch (error) {
    log.error('the key function of a watch failed', { kind: source.definition.kind, object: keyOf(object), error });
    return [];
  }
}
