import type { Pod } from 'kubernetes-types/core/v1.js';
import { ConfigError } from './config-error.js';

/** What fields may tell of besides the pod object. */
export interface FieldFacts {
  readonly pod: Pod;
  readonly podIPs: readonly string[];
  readonly hostIPs: readonly string[];
}

const KEYED = /^metadata\.(labels|annotations)\['([^']+)'\]$/;

/** The value of a field of the downward API. */
export function fieldValue(path: string, { pod, podIPs, hostIPs }: FieldFacts): string {
  const [, map, key] = KEYED.exec(path) ?? [];
  if (map && key) return pod.metadata?.[map as 'labels' | 'annotations']?.[key] ?? '';
  const values: Record<string, (() => string) | undefined> = {
    'metadata.name': () => pod.metadata?.name ?? '',
    'metadata.namespace': () => pod.metadata?.namespace ?? '',
    'metadata.uid': () => pod.metadata?.uid ?? '',
    'metadata.labels': () => lines(pod.metadata?.labels),
    'metadata.annotations': () => lines(pod.metadata?.annotations),
    'spec.nodeName': () => pod.spec?.nodeName ?? '',
    'spec.serviceAccountName': () => pod.spec?.serviceAccountName ?? '',
    'status.hostIP': () => hostIPs[0] ?? '',
    'status.hostIPs': () => hostIPs.join(','),
    'status.podIP': () => podIPs[0] ?? '',
    'status.podIPs': () => podIPs.join(','),
  };
  const value = Object.hasOwn(values, path) ? values[path] : undefined;
  if (!value) throw new ConfigError(`unsupported fieldPath: ${path}`);
  return value();
}

/** `key="value"`, a line each, ordered by key. */
function lines(map: Readonly<Record<string, string>> = {}): string {
  return Object.keys(map)
    .sort()
    .map((key) => `${key}=${JSON.stringify(map[key])}`)
    .join('\n');
}
