import { Quantity } from '../meta/quantity.js';
import type { Holder } from './default-rule.js';

interface Resources {
  readonly requests?: Record<string, string>;
  readonly limits?: Record<string, string>;
}
interface PodSpec {
  readonly containers?: readonly { readonly resources?: Resources }[];
  readonly resources?: Resources;
}

/** Pod-level resources that a pod may ask for as a whole. */
const POD_LEVEL = new Set(['cpu', 'memory']);

/** Pod-level requests: what the containers ask for together, else the pod's limit. The stack is pod, pod, spec, resources. */
export function podLevelRequests(stack: readonly Holder[]): Record<string, string> {
  const spec = stack[2] as PodSpec;
  const limits = spec.resources?.limits ?? {};
  const requests: Record<string, string> = {};
  for (const container of spec.containers ?? [])
    for (const [name, amount] of Object.entries(container.resources?.requests ?? {}))
      if (POD_LEVEL.has(name))
        requests[name] = Quantity.parse(requests[name] ?? '0')
          .add(Quantity.parse(amount))
          .toString();
  for (const [name, amount] of Object.entries(limits)) if (POD_LEVEL.has(name) || name.startsWith('hugepages-')) requests[name] ??= amount;
  return requests;
}
