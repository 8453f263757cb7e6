import type { Subscription } from 'rxjs';
import type { ConfigMap, Secret } from 'kubernetes-types/core/v1.js';
import type { Environment } from '../../base/environment.js';
import type { Logger } from '../../base/logger.js';
import { configMaps } from '../../api/core/config-maps.js';
import { secrets } from '../../api/core/secrets.js';
import type { Stored } from '../../api/object.js';
import type { WatcherEvent } from '../../watch/watcher-event.js';
import type { Registries } from '../../registry/registry.js';
import type { WatcherOptions } from '../../watch/watcher.js';
import { watcher } from '../../watch/watcher.js';

/** A configMap or secret that a pod names. */
export interface ObjectReference {
  readonly kind: 'ConfigMap' | 'Secret';
  readonly name: string;
}

/** What {@link ObjectWatches} takes. */
export interface ObjectWatchesOptions {
  readonly registries: Registries;
  readonly environment: Environment;
  readonly logger: Logger;
  /** Told of each pod whose objects have changed. */
  readonly onChange: (uid: string) => void;
}

interface Entry {
  readonly users: Set<string>;
  readonly ready: Promise<void>;
  readonly subscription: Subscription;
  object: Stored<ConfigMap> | Stored<Secret> | undefined;
  /** The one being collected by a list under way. */
  listed: Stored<ConfigMap> | Stored<Secret> | undefined;
}

/**
 * The configMaps and secrets that pods of this node name, and no others: one watch each, for as long as a pod names it.
 */
export class ObjectWatches {
  readonly #options: ObjectWatchesOptions;
  readonly #entries = new Map<string, Entry>();
  readonly #named = new Map<string, ReadonlySet<string>>();

  constructor(options: ObjectWatchesOptions) {
    this.#options = options;
  }

  /** Says which objects a pod names; none: it is gone. */
  track(uid: string, namespace: string, references: readonly ObjectReference[]): void {
    const keys = new Set(references.map((reference) => keyOf(namespace, reference)));
    const before = this.#named.get(uid) ?? new Set();
    if (keys.size > 0) this.#named.set(uid, keys);
    else this.#named.delete(uid);
    for (const reference of references) this.#entry(namespace, reference).users.add(uid);
    for (const key of before) if (!keys.has(key)) this.#release(key, uid);
  }

  /** Resolves when the first answer of every object that the pod names is in. */
  async ready(uid: string): Promise<void> {
    for (const key of this.#named.get(uid) ?? []) await this.#entries.get(key)?.ready;
  }

  configMap(namespace: string, name: string): Stored<ConfigMap> | undefined {
    return this.#entries.get(keyOf(namespace, { kind: 'ConfigMap', name }))?.object as Stored<ConfigMap> | undefined;
  }

  secret(namespace: string, name: string): Stored<Secret> | undefined {
    return this.#entries.get(keyOf(namespace, { kind: 'Secret', name }))?.object as Stored<Secret> | undefined;
  }

  /** Changes whenever one of the pod's objects does. */
  stamp(uid: string): string {
    return [...(this.#named.get(uid) ?? [])].map((key) => this.#entries.get(key)?.object?.metadata.resourceVersion ?? '-').join();
  }

  stop(): void {
    for (const { subscription } of this.#entries.values()) subscription.unsubscribe();
    this.#entries.clear();
    this.#named.clear();
  }

  #release(key: string, uid: string): void {
    const entry = this.#entries.get(key);
    entry?.users.delete(uid);
    if (entry?.users.size !== 0) return;
    entry.subscription.unsubscribe();
    this.#entries.delete(key);
  }

  #entry(namespace: string, reference: ObjectReference): Entry {
    const key = keyOf(namespace, reference);
    const known = this.#entries.get(key);
    if (known) return known;
    const made = this.#watch(namespace, reference);
    this.#entries.set(key, made);
    return made;
  }

  #watch(namespace: string, { kind, name }: ObjectReference): Entry {
    const { registries, environment, logger } = this.#options;
    const options: WatcherOptions = {
      environment,
      selection: { namespace, fieldSelector: `metadata.name=${name}` },
      onError: (failure) => logger.warn('cannot watch an object that a pod names', { kind, namespace, name, ...failure }),
    };
    let ready = () => {};
    const users = new Set<string>();
    const entry: { -readonly [K in keyof Entry]: Entry[K] } = {
      users,
      ready: new Promise((resolve) => (ready = resolve)),
      object: undefined,
      listed: undefined,
      subscription: undefined as never, // set below: events may come while subscribing
    };
    const changed = () => {
      for (const uid of users) this.#options.onChange(uid);
    };
    const apply = (event: WatcherEvent<ConfigMap> | WatcherEvent<Secret>) => {
      if (event.type === 'init') entry.listed = undefined;
      else if (event.type === 'put' && event.initial) entry.listed = event.object;
      else {
        entry.object = event.type === 'ready' ? entry.listed : event.type === 'put' ? event.object : undefined;
        if (event.type === 'ready') ready();
        changed();
      }
    };
    entry.subscription =
      kind === 'ConfigMap'
        ? watcher(registries.registry(configMaps), options).subscribe(apply)
        : watcher(registries.registry(secrets), options).subscribe(apply);
    return entry;
  }
}

function keyOf(namespace: string, { kind, name }: ObjectReference): string {
  return `${kind}/${namespace}/${name}`;
}
