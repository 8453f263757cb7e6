import type { Pod } from 'kubernetes-types/core/v1.js';
import type { Stored } from '../api/object.js';
import type { CacheReader } from '../watch/cache.js';

/** The pods bound to a node. */
export function podsOnNode(cache: CacheReader<Pod>, node: string): readonly Stored<Pod>[] {
  return cache.index('node-name', (pod) => (pod.spec?.nodeName ? [pod.spec.nodeName] : [])).get(node);
}

/** The pods of a namespace with all these labels; none for an empty map. Looks only at those with the rarest of the labels. */
export function podsWithLabels(
  cache: CacheReader<Pod>,
  namespace: string,
  labels: Readonly<Record<string, string>>,
): readonly Stored<Pod>[] {
  const index = cache.index('labels', ({ metadata }) =>
    Object.entries(metadata.labels ?? {}).map(([name, value]) => `${metadata.namespace ?? ''}\n${name}=${value}`),
  );
  const pairs = Object.entries(labels);
  let rarest: readonly Stored<Pod>[] | undefined;
  for (const [name, value] of pairs) {
    const found = index.get(`${namespace}\n${name}=${value}`);
    if (found.length === 0) return found;
    if (rarest === undefined || found.length < rarest.length) rarest = found;
  }
  if (!rarest) return [];
  return rarest.filter(({ metadata }) => pairs.every(([name, value]) => metadata.labels?.[name] === value));
}
