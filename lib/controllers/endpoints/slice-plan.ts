import type { Endpoint, EndpointPort, EndpointSlice } from 'kubernetes-types/discovery/v1.js';
import type { Stored } from '../../api/object.js';
import { sameValue } from '../same-value.js';
import type { SliceGroup } from './endpoint-slice-groups.js';
import { groupKey } from './endpoint-slice-groups.js';

/** What a slice says. */
export interface SliceContent {
  readonly addressType: string;
  readonly ports: readonly EndpointPort[];
  readonly endpoints: readonly Endpoint[];
}

/** What to write so that the slices say what they should. */
export interface SlicePlan {
  readonly create: readonly SliceContent[];
  readonly update: ReadonlyMap<Stored<EndpointSlice>, SliceContent>;
  readonly remove: readonly Stored<EndpointSlice>[];
}

/** As Kubernetes: more endpoints than this take another slice. */
export const MOST_IN_A_SLICE = 100;

type KeyOfEndpoint = (endpoint: Endpoint) => string;

/**
 * Compares groups with the slices that are there. An endpoint stays in its slice; new ones fill slices that change anyway, then
 * those with room, then slices that nobody needs any more, then new ones. So one pod's change rewrites one slice, however many
 * pods there are.
 */
export function slicePlan(
  groups: readonly SliceGroup[],
  slices: readonly Stored<EndpointSlice>[],
  keyOfEndpoint: KeyOfEndpoint,
): SlicePlan {
  const plans = groups.map((group) => {
    const own = slices.filter((slice) => groupKey(slice.addressType, slice.ports) === groupKey(group.addressType, group.ports));
    return planGroup(group, own, keyOfEndpoint);
  });
  const used = new Set(plans.flatMap(({ kept }) => kept));
  const update = new Map(plans.flatMap((plan) => plan.update));
  const remove = slices.filter((slice) => !used.has(slice));
  const create = plans.flatMap((plan) => plan.create).filter((content) => !reused(content, remove, update));
  return { create, update, remove };
}

/** Gives the content to a slice that would be removed, if one has its address type: that cannot change. */
function reused(content: SliceContent, remove: Stored<EndpointSlice>[], update: Map<Stored<EndpointSlice>, SliceContent>): boolean {
  const at = remove.findIndex(({ addressType }) => addressType === content.addressType);
  const [slice] = at < 0 ? [] : remove.splice(at, 1);
  if (slice) update.set(slice, content);
  return slice !== undefined;
}

interface Filling {
  readonly slice: Stored<EndpointSlice>;
  readonly endpoints: Endpoint[];
  changed: boolean;
}

function planGroup({ addressType, ports, endpoints }: SliceGroup, slices: readonly Stored<EndpointSlice>[], keyOfEndpoint: KeyOfEndpoint) {
  const missing = new Map(endpoints);
  const fillings = [...slices].sort(byName).map((slice) => keep(slice, missing, keyOfEndpoint));
  const rest = [...missing.values()];
  for (const filling of [...fillings].sort((a, b) => Number(b.changed) - Number(a.changed))) {
    const added = rest.splice(0, Math.max(0, MOST_IN_A_SLICE - filling.endpoints.length));
    filling.endpoints.push(...added);
    filling.changed ||= added.length > 0;
  }
  const used = fillings.filter((one) => one.endpoints.length > 0);
  // A service without endpoints keeps one empty slice.
  if (used.length === 0 && rest.length === 0) used.push(...fillings.slice(0, 1));
  const create: SliceContent[] = [];
  while (rest.length > 0 || used.length + create.length === 0)
    create.push({ addressType, ports, endpoints: rest.splice(0, MOST_IN_A_SLICE) });
  const update = used
    .filter(({ changed }) => changed)
    .map((one): [Stored<EndpointSlice>, SliceContent] => [one.slice, { addressType, ports, endpoints: one.endpoints }]);
  return { create, update, kept: used.map(({ slice }) => slice) };
}

/** Takes from `missing` what the slice has already. */
function keep(slice: Stored<EndpointSlice>, missing: Map<string, Endpoint>, keyOfEndpoint: KeyOfEndpoint): Filling {
  const present = slice.endpoints ?? [];
  const endpoints = present.flatMap((endpoint) => {
    const wanted = missing.get(keyOfEndpoint(endpoint));
    missing.delete(keyOfEndpoint(endpoint));
    return wanted ? [wanted] : [];
  });
  return { slice, endpoints, changed: !sameValue(endpoints, present) };
}

const byName = (a: Stored<EndpointSlice>, b: Stored<EndpointSlice>) => (a.metadata.name < b.metadata.name ? -1 : 1);
