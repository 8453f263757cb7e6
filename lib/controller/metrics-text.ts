import type { KubeObject } from '../api/object.js';
import type { CacheReader } from '../watch/cache.js';
import type { ControllerMetrics, Histogram } from './controller-metrics.js';
import { BUCKETS } from './controller-metrics.js';
import type { KeysState } from './keys-state.js';

/** A running controller, as metrics see it. */
export interface MeasuredController {
  readonly name: string;
  readonly metrics: ControllerMetrics;
  readonly state: KeysState;
}

/** Metrics of controllers and caches in the Prometheus text format (version 0.0.4). */
export function metricsText(controllers: readonly MeasuredController[], caches: readonly CacheReader<KubeObject>[]): string {
  return [
    ...family('kubelib_controller_reconciles_total', 'counter', 'Reconciles, by what came of them.', (add) => {
      for (const { name, metrics } of controllers) for (const [result, count] of metrics.results) add({ controller: name, result }, count);
    }),
    ...family('kubelib_controller_wakes_total', 'counter', 'Wakes that reconciles were the answer to.', (add) => {
      for (const { name, metrics } of controllers) add({ controller: name }, metrics.wakes);
    }),
    ...family('kubelib_controller_echoes_total', 'counter', 'Wakes that were dropped as echoes of own writes.', (add) => {
      for (const { name, metrics } of controllers) add({ controller: name }, metrics.echoes);
    }),
    ...family('kubelib_controller_keys', 'gauge', 'Keys, by how they stand.', (add) => {
      for (const { name, state } of controllers) {
        add({ controller: name, state: 'waiting' }, state.waiting);
        add({ controller: name, state: 'running' }, state.running.length);
        add({ controller: name, state: 'delayed' }, state.delayed);
        add({ controller: name, state: 'failing' }, state.failing);
      }
    }),
    ...histograms('kubelib_controller_reconcile_seconds', 'Seconds that reconciles took.', controllers, ({ ran }) => ran),
    ...histograms('kubelib_controller_wait_seconds', 'Seconds that keys waited for a worker.', controllers, ({ waited }) => waited),
    ...family('kubelib_cache_objects', 'gauge', 'Objects in a cache.', (add) => {
      for (const cache of caches) add(labelsOf(cache), cache.size);
    }),
    ...family('kubelib_cache_bytes', 'gauge', 'Bytes that the objects of a cache take, estimated.', (add) => {
      for (const cache of caches) add(labelsOf(cache), cache.bytes);
    }),
    ...family('kubelib_cache_age_seconds', 'gauge', 'Seconds since a cache has heard of its server.', (add) => {
      for (const cache of caches) add(labelsOf(cache), cache.age / 1000);
    }),
    '',
  ].join('\n');
}

type Labels = Readonly<Record<string, string>>;
type Add = (labels: Labels, value: number, suffix?: string) => void;

function family(name: string, type: 'counter' | 'gauge' | 'histogram', help: string, fill: (add: Add) => void): string[] {
  const lines = [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`];
  fill((labels, value, suffix = '') => {
    const text = Object.entries(labels).map(
      ([label, one]) => `${label}="${one.replace(/[\\"\n]/g, (c) => (c === '\n' ? '\\n' : `\\${c}`))}"`,
    );
    lines.push(`${name}${suffix}{${text.join(',')}} ${value === Infinity ? '+Inf' : value}`);
  });
  return lines;
}

function histograms(
  name: string,
  help: string,
  controllers: readonly MeasuredController[],
  of: (metrics: ControllerMetrics) => Histogram,
): string[] {
  return family(name, 'histogram', help, (add) => {
    for (const { name: controller, metrics } of controllers) {
      const { counts, sum, count } = of(metrics);
      let below = 0;
      for (const [at, bound] of BUCKETS.entries()) add({ controller, le: String(bound) }, (below += counts[at]!), '_bucket');
      add({ controller, le: '+Inf' }, count, '_bucket');
      add({ controller }, sum, '_sum');
      add({ controller }, count, '_count');
    }
  });
}

function labelsOf({ definition, view }: CacheReader<KubeObject>): Labels {
  const { group, version, plural } = definition;
  const { namespace = '', labelSelector = '', fieldSelector = '', metadataOnly = false, managedFields = false } = view;
  const parts = [
    namespace,
    labelSelector.toString(),
    fieldSelector.toString(),
    metadataOnly ? 'metadata' : '',
    managedFields ? 'managedFields' : '',
  ];
  return { group, version, resource: plural, view: parts.filter((part) => part !== '').join(' ') };
}
