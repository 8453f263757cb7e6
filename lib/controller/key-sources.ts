import { Subscription } from 'rxjs';
import type { Logger } from '../base/logger.js';
import type { KubeObject, Stored } from '../api/object.js';
import { keyOf } from '../api/object.js';
import { controllerOf } from '../api/meta/owner-references.js';
import type { ResourceDefinition } from '../api/resource-definition.js';
import type { Caches } from '../watch/cache.js';
import type { ControllerDefinition, WatchSource } from './controller-definition.js';

/** What {@link enqueueKeys} takes. */
export interface KeySourcesOptions {
  readonly definition: ControllerDefinition;
  readonly caches: Caches;
  readonly log: Logger;
  readonly add: (key: string) => void;
}

/** Adds the keys of all that is in the controller's caches, then those of each change, old and new object alike, until unsubscribed. */
export function enqueueKeys({ definition, caches, log, add }: KeySourcesOptions): Subscription {
  const all = new Subscription();
  for (const [index, source] of sourcesOf(definition).entries()) {
    const cache = caches.cache(source.definition);
    const isOwn = index === 0;
    const enqueue = (object: Stored<KubeObject> | undefined) => {
      if (object) for (const key of keysOf(source, object, log)) add(key);
    };
    all.add(
      cache.changes.subscribe(({ old, object }) => {
        if (isOwn && old && object && !matters(definition, old, object)) return;
        enqueue(old);
        enqueue(object);
      }),
    );
    for (const object of cache.list()) enqueue(object);
  }
  return all;
}

/** The beginning of its deletion is what an object may have to be cleaned up for. */
function matters(definition: ControllerDefinition, old: Stored<KubeObject>, object: Stored<KubeObject>): boolean {
  return old.metadata.deletionTimestamp !== object.metadata.deletionTimestamp || (definition.matters?.(old, object) ?? true);
}

/** That of the controller's own kind first. */
function sourcesOf(definition: ControllerDefinition): readonly WatchSource[] {
  const own: WatchSource = { definition: definition.for, keys: (object) => [keyOf(object)] };
  const owned = definition.owns.map((kind): WatchSource => ({ definition: kind, keys: (object) => ownerKeys(definition.for, object) }));
  return [own, ...owned, ...definition.watches];
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
