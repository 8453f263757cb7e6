import type { PodSpec, ResourceRequirements } from 'kubernetes-types/core/v1.js';
import { Quantity } from '../meta/quantity.js';

const COUNTED = ['cpu', 'memory'];

/**
 * Who goes first when a node runs out of memory: `BestEffort` pods ask for nothing, `Guaranteed` ones for all they may use, the
 * others are `Burstable`.
 */
export function qosClass(spec: PodSpec | undefined): 'BestEffort' | 'Burstable' | 'Guaranteed' {
  const podLevel = (spec as { resources?: ResourceRequirements } | undefined)?.resources;
  const all = podLevel
    ? [podLevel]
    : [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])].map(({ resources }) => resources ?? {});
  const amounts = all.flatMap(({ requests, limits }) => [...counted(requests), ...counted(limits)]);
  if (amounts.length === 0) return 'BestEffort';
  return all.every(isGuaranteed) ? 'Guaranteed' : 'Burstable';
}

function isGuaranteed({ limits = {}, requests = {} }: ResourceRequirements): boolean {
  return COUNTED.every((name) => {
    const limit = Quantity.parse(limits[name] ?? '0');
    return limit.sign() > 0 && limit.compare(Quantity.parse(requests[name] ?? limits[name] ?? '0')) === 0;
  });
}

function counted(amounts: Readonly<Record<string, string>> | undefined): string[] {
  return COUNTED.filter((name) => amounts?.[name] !== undefined && Quantity.parse(amounts[name]).sign() > 0);
}
