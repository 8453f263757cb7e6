import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { NEVER } from 'rxjs';
import {
  builtInDefinitions,
  configMaps,
  controllerFor,
  createCatalog,
  Manager,
  MemoryStorage,
  pods,
  secrets,
  StoredRegistries,
  systemEnvironment,
} from '../lib/index.js';

import type { ControllerBuilder, ControllerDefinition } from '../lib/index.js';
import type { ConfigMap } from 'kubernetes-types/core/v1.js';
import type { Bench } from './harness.js';
import { milliseconds, perSecond } from './harness.js';
import { benchPod } from './pod.js';

const OBJECTS = 10_000;
/** Times that all keys are woken in one run. */
const ROUNDS = 10;
const EVENTS = 2000;
const EVENTS_PER_SECOND = 1000;
const PODS = 5000;

const environment = systemEnvironment;

/** What the framework costs a controller, in the process of the registries. */
export const controller: Bench = {
  name: 'controller',
  figures: () =>
    Promise.resolve({
      figures: [
        { name: `no-op reconciles of ${OBJECTS} objects`, unit: '/s', run: noOps },
        {
          name: `write to the start of its reconcile, p99, ${EVENTS_PER_SECOND} events/s, ${OBJECTS} objects`,
          unit: 'ms',
          run: latency,
          runs: 3,
        },
        { name: 'start of a process to kubelib imported', unit: 'ms', run: async () => (await firstReconcile()).imported },
        { name: 'start of a process to its first reconcile', unit: 'ms', run: async () => (await firstReconcile()).reconciled },
        { name: 'heap of a cached pod, 2.4 KB of JSON', unit: 'bytes', run: bytesOfPod, runs: 3 },
      ],
    }),
};

/** Registries in memory, with so many config maps, and a manager with one controller of them. */
async function started(build: (builder: ControllerBuilder<ConfigMap>) => ControllerDefinition<ConfigMap>) {
  const storage = new MemoryStorage({ environment });
  const registries = new StoredRegistries({ storage, environment, catalog: createCatalog(builtInDefinitions) });
  await registries.start();
  const registry = registries.registry(configMaps);
  await perSecond(OBJECTS, 16, (at) => registry.create({ metadata: { name: `m-${at}`, namespace: 'default' }, data: { a: '1' } }));
  const manager = new Manager({ registries, environment, controllers: [build(controllerFor(configMaps))] });
  await manager.start();
  await manager.idle();
  const stop = async () => {
    await manager.stop();
    await registries.stop();
    await storage.stop();
  };
  return { registries, registry, stop };
}

/** One change of a secret wakes all keys. */
async function noOps(): Promise<number> {
  const keys = Array.from({ length: OBJECTS }, (_, at) => `default/m-${at}`);
  let left = 0;
  let through = () => {};
  const { registries, stop } = await started((builder) =>
    builder
      .watches(secrets, () => keys)
      .reconcile(() => {
        left -= 1;
        if (left === 0) through();
        return Promise.resolve();
      }),
  );
  let took = 0;
  for (let round = 0; round < ROUNDS; round++) {
    left = OBJECTS;
    const all = new Promise<void>((resolve) => (through = resolve));
    took += await milliseconds(async () => {
      await registries.registry(secrets).create({ metadata: { name: `s-${round}`, namespace: 'default' } });
      await all;
    });
  }
  await stop();
  return (OBJECTS * ROUNDS * 1000) / took;
}

async function latency(): Promise<number> {
  const written = new Map<string, number>();
  const times: number[] = [];
  const { registry, stop } = await started((builder) =>
    builder.reconcile(({ metadata }) => {
      const at = written.get(metadata.name);
      if (at !== undefined) times.push(performance.now() - at);
      return Promise.resolve();
    }),
  );
  const begin = performance.now();
  for (let event = 0; event < EVENTS; event++) {
    const wait = begin + (event * 1000) / EVENTS_PER_SECOND - performance.now();
    if (wait > 0) await environment.sleep(wait);
    const name = `m-${event}`;
    written.set(name, performance.now());
    void registry.modify({ name, namespace: 'default' }, (one) => ({ ...one, data: { a: String(event + 2) } }));
  }
  await environment.sleep(200);
  await stop();
  times.sort((a, b) => a - b);
  return times[Math.ceil(times.length * 0.99) - 1] ?? Number.NaN;
}

async function firstReconcile(): Promise<{ readonly imported: number; readonly reconciled: number }> {
  const file = fileURLToPath(new URL('first-reconcile.js', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [file]);
  return JSON.parse(stdout) as { readonly imported: number; readonly reconciled: number };
}

/** Of a cache over HTTP's own copies: nothing else holds the objects. */
async function bytesOfPod(): Promise<number> {
  const storage = new MemoryStorage({ environment });
  const registries = new StoredRegistries({ storage, environment, catalog: createCatalog(builtInDefinitions) });
  await registries.start();
  const stored = await registries.registry(pods).create(benchPod('p'));
  await registries.stop();
  await storage.stop();
  const text = JSON.stringify(stored);
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const { RegistryCache } = await import('../lib/watch/registry-cache.js');
  const items = (from: number) =>
    Array.from({ length: PODS }, (_, at) => {
      const pod = JSON.parse(text) as typeof stored;
      const name = `p-${from + at}`;
      return { ...pod, metadata: { ...pod.metadata, name, uid: name } };
    });
  collect();
  const before = process.memoryUsage().heapUsed;
  const reader = {
    definition: pods,
    get: () => Promise.reject(new Error('not asked for')),
    list: () => Promise.resolve({ items: items(0), resourceVersion: '1' }),
    watch: () => NEVER,
  };
  const cache = new RegistryCache({ reader, environment });
  await cache.start();
  await cache.synced;
  collect();
  const bytes = (process.memoryUsage().heapUsed - before) / cache.size;
  await cache.stop();
  return bytes;
}
