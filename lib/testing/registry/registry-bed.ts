import assert from 'node:assert/strict';
import type { Observable, Subscription } from 'rxjs';
import type { ConfigMap, Pod, ReplicationController, Service } from 'kubernetes-types/core/v1.js';
import { configMaps } from '../../api/core/config-maps.js';
import { pods } from '../../api/core/pods.js';
import { replicationControllers } from '../../api/core/replication-controllers.js';
import { services } from '../../api/core/services.js';
import type { KubeObject, Stored } from '../../api/object.js';
import type { ResourceDefinition } from '../../api/resource-definition.js';
import { StatusError, type StatusReason } from '../../api/status-error.js';
import type { Registries, Registry, WatchEvent, WatchOptions } from '../../registry/registry.js';

/** A running cluster of a test's own. */
export interface RegistryCluster {
  readonly registries: Registries;
  /** Forgets all history up to now. Absent: tests of compaction are skipped. */
  readonly compact?: (() => Promise<void>) | undefined;
  /** Lets the cluster's clock, a virtual one, go on by so many milliseconds. Absent: tests that need it are skipped. */
  readonly advance?: ((milliseconds: number) => Promise<void>) | undefined;
  stop(): Promise<void>;
}

/** Makes a fresh cluster that knows the built-in kinds and `resources`, with Kubernetes' default admission. */
export type RegistryFactory = (resources: readonly ResourceDefinition[]) => Promise<RegistryCluster>;

/** One test's cluster, and the words in which the tests speak of it. */
export class RegistryBed {
  readonly registries: Registries;
  readonly configMaps: Registry<ConfigMap>;
  readonly pods: Registry<Pod>;
  readonly services: Registry<Service>;
  readonly controllers: Registry<ReplicationController>;
  readonly #recorders: { close(): void }[] = [];

  constructor(readonly cluster: RegistryCluster) {
    this.registries = cluster.registries;
    this.configMaps = this.registries.registry(configMaps);
    this.pods = this.registries.registry(pods);
    this.services = this.registries.registry(services);
    this.controllers = this.registries.registry(replicationControllers);
  }

  /** A ConfigMap in `default`, created. */
  configMap(name: string, labels: Record<string, string> = {}, data: Record<string, string> = {}): Promise<Stored<ConfigMap>> {
    return this.configMaps.create({ metadata: { name, namespace: 'default', labels }, data });
  }

  /** Opens a watch and writes down what comes. */
  watch<T extends KubeObject>(registry: Registry<T>, options?: WatchOptions): WatchRecorder<T> {
    return this.record(registry.watch(options));
  }

  record<T extends KubeObject>(events: Observable<WatchEvent<T>>): WatchRecorder<T> {
    const recorder = new WatchRecorder(events);
    this.#recorders.push(recorder);
    return recorder;
  }

  /** Lets the clock go on until the call has settled. */
  async outlast<V>(call: Promise<V>): Promise<V> {
    let settled = false;
    const end = () => (settled = true);
    call.then(end, end);
    while (!settled) await this.advance(250);
    return call;
  }

  advance(milliseconds: number): Promise<void> {
    assert.ok(this.cluster.advance, 'the cluster has no clock to move');
    return this.cluster.advance(milliseconds);
  }

  async stop(): Promise<void> {
    for (const recorder of this.#recorders) recorder.close();
    await this.cluster.stop();
  }
}

/** Collects what a watch delivers. */
export class WatchRecorder<T extends KubeObject> {
  readonly events: WatchEvent<T>[] = [];
  error: unknown;
  completed = false;
  readonly #subscription: Subscription;
  #wake: (() => void)[] = [];

  constructor(events: Observable<WatchEvent<T>>) {
    this.#subscription = events.subscribe({
      next: (event) => {
        this.events.push(event);
        this.#notify();
      },
      error: (error: unknown) => {
        this.error = error;
        this.#notify();
      },
      complete: () => {
        this.completed = true;
        this.#notify();
      },
    });
  }

  /** Events as texts: `ADDED name`, or `BOOKMARK`. */
  get shown(): string[] {
    return this.events.map((event) => (event.type === 'BOOKMARK' ? 'BOOKMARK' : `${event.type} ${event.object.metadata.name}`));
  }

  /** Objects of the events, without bookmarks. */
  get objects(): Stored<T>[] {
    return this.events.flatMap((event) => (event.type === 'BOOKMARK' ? [] : [event.object]));
  }

  close(): void {
    this.#subscription.unsubscribe();
  }

  /** Waits for `count` events, and gives their texts. */
  async take(count: number): Promise<string[]> {
    await this.until(() => this.events.length >= count);
    return this.shown;
  }

  /** Waits for the end of the watch, and checks its reason. */
  async failsWith(reason: StatusReason): Promise<StatusError> {
    await this.until(() => this.error !== undefined || this.completed, true);
    assert.ok(StatusError.is(this.error, reason), `expected StatusError ${reason}, got ${String(this.error)}`);
    return this.error;
  }

  /** Waits until `done` holds; the test's own time limit ends it. */
  async until(done: () => boolean, mayFail = false): Promise<void> {
    while (!done()) {
      if (this.error !== undefined && !mayFail) throw this.error as Error;
      await new Promise<void>((resolve) => this.#wake.push(resolve));
    }
  }

  #notify(): void {
    const wake = this.#wake;
    this.#wake = [];
    for (const resolve of wake) resolve();
  }
}

/** Checks that the call is refused with this reason, and gives the error. */
export async function failsWith(reason: StatusReason, call: Promise<unknown>): Promise<StatusError> {
  const error: unknown = await call.then(
    (value) => assert.fail(`expected StatusError ${reason}, got ${JSON.stringify(value)}`),
    (thrown: unknown) => thrown,
  );
  assert.ok(StatusError.is(error), `expected StatusError ${reason}, got ${String(error)}`);
  assert.equal(error.reason, reason, error.message);
  return error;
}

/** `field: reason` of each cause. */
export function causesOf({ details }: StatusError): string[] {
  return (details?.causes ?? []).map(({ field, reason }) => `${field}: ${reason}`);
}

/** Names of objects, in order. */
export function namesOf({ items }: { readonly items: readonly Stored<KubeObject>[] }): string[] {
  return items.map(({ metadata }) => metadata.name);
}

/** Metadata of an object in `default`. */
export const named = (name: string) => ({ name, namespace: 'default' });

/** A pod of one container, in `default`. */
export function podNamed(name: string, spec: Partial<Pod['spec']> = {}): Pod {
  return { metadata: named(name), spec: { containers: [{ name: 'main', image: 'busybox' }], ...spec } };
}

/** A replication controller in `default`. */
export function controllerNamed(name: string, replicas = 1): ReplicationController {
  const template = { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'main', image: 'busybox' }] } };
  return { metadata: named(name), spec: { replicas, selector: { app: name }, template } };
}

/** A service of one port, in `default`. */
export function serviceNamed(name: string, spec: Partial<Service['spec']> = {}): Service {
  return { metadata: named(name), spec: { selector: { app: name }, ports: [{ port: 80 }], ...spec } };
}
