import type { Container, Pod } from 'kubernetes-types/core/v1.js';
import { Quantity } from '../../api/meta/quantity.js';
import { isSidecar } from '../pods/pod-spec.js';

/** Amounts by resource name. */
export type Amounts = ReadonlyMap<string, Quantity>;

/**
 * What a pod asks of its node: the sum of its containers, or what its init containers need where that is more. A sidecar
 * counts beside the containers, and beside the init containers that come after it.
 */
export function podRequests(pod: Pod): Amounts {
  let running: Amounts = new Map();
  let initial: Amounts = new Map();
  for (const container of pod.spec?.initContainers ?? []) {
    const own = requestsOf(container);
    if (isSidecar(container)) running = sum(running, own);
    initial = larger(initial, isSidecar(container) ? running : sum(running, own));
  }
  for (const container of pod.spec?.containers ?? []) running = sum(running, requestsOf(container));
  return sum(larger(running, initial), parsed(pod.spec?.overhead));
}

/** The sum of two sets of amounts. */
export function sum(a: Amounts, b: Amounts): Amounts {
  return combined(a, b, (left, right) => left.add(right));
}

function larger(a: Amounts, b: Amounts): Amounts {
  return combined(a, b, (left, right) => (left.compare(right) >= 0 ? left : right));
}

function combined(a: Amounts, b: Amounts, combine: (left: Quantity, right: Quantity) => Quantity): Amounts {
  const all = new Map(a);
  for (const [name, amount] of b) all.set(name, combine(all.get(name) ?? Quantity.zero, amount));
  return all;
}

function requestsOf({ resources }: Container): Amounts {
  return parsed({ ...resources?.limits, ...resources?.requests });
}

function parsed(list: Readonly<Record<string, string>> = {}): Amounts {
  return new Map(Object.entries(list).map(([name, amount]) => [name, Quantity.parse(amount)]));
}
