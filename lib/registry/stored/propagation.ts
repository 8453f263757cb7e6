import type { KubeObject, Stored } from '../../api/object.js';
import type { DeleteOptions } from '../registry.js';
import type { KindContext } from './kind-context.js';

const ORPHAN = 'orphan';
const FOREGROUND = 'foregroundDeletion';

/** The finalizers of an object that is deleted: its own, and the one by which the garbage collector is told what to do with dependents. */
export function finalizersFor<T extends KubeObject>(
  { strategy }: KindContext<T>,
  { metadata }: Stored<T>,
  { propagationPolicy }: DeleteOptions,
): string[] {
  const present = metadata.finalizers ?? [];
  const own = present.filter((one) => one !== ORPHAN && one !== FOREGROUND);
  const { deletionFinalizer } = strategy;
  if (deletionFinalizer !== undefined && !own.includes(deletionFinalizer)) own.push(deletionFinalizer);
  if (strategy.propagation === 'none') return own;
  const policy = propagationPolicy ?? policyIn(present) ?? strategy.propagation ?? 'Background';
  if (policy === 'Orphan') return [...own, ORPHAN];
  return policy === 'Foreground' ? [...own, FOREGROUND] : own;
}

function policyIn(finalizers: readonly string[]): 'Orphan' | 'Foreground' | undefined {
  if (finalizers.includes(ORPHAN)) return 'Orphan';
  return finalizers.includes(FOREGROUND) ? 'Foreground' : undefined;
}
