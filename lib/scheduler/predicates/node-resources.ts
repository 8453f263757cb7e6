import type { FitsNode, Predicate } from './predicate.js';

/** The node has room for one more pod and for what it requests. */
export const fitsResources: FitsNode = ({ requests }, { allocatable, requested, pods, podLimit }) => {
  const reasons: string[] = [];
  if (pods.size + 1 > podLimit) reasons.push('Too many pods');
  if (requests.cpu > 0 && requests.cpu > allocatable.cpu - requested.cpu) reasons.push('Insufficient cpu');
  if (requests.memory > 0 && requests.memory > allocatable.memory - requested.memory) reasons.push('Insufficient memory');
  if (requests.storage > 0 && requests.storage > allocatable.storage - requested.storage) reasons.push('Insufficient ephemeral-storage');
  for (const [name, wanted] of requests.others ?? []) {
    const free = (allocatable.others?.get(name) ?? 0) - (requested.others?.get(name) ?? 0);
    if (wanted > 0 && wanted > free) reasons.push(`Insufficient ${name}`);
  }
  return reasons.length === 0 || reasons;
};

export const nodeResources: Predicate = {
  name: 'NodeResourcesFit',
  fits: fitsResources,
  scope: 'shape',
  wakes: ['node-added', 'node-allocatable', 'pod-left'],
};
