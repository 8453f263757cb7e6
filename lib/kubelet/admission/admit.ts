import type { Pod } from 'kubernetes-types/core/v1.js';
import { Quantity } from '../../api/meta/quantity.js';
import type { Allocatable } from '../env/resource-field-ref.js';
import type { Waiting } from '../pods/plan.js';
import { podRequests, sum } from './pod-resources.js';

/** What a pod is measured against. */
export interface NodeRoom {
  readonly nodeName: string;
  readonly allocatable: Allocatable;
  /** Pods that take room on the node already. */
  readonly others: readonly Pod[];
}

/** The node's own check of a pod that was bound to it; gives why the node does not take it, or nothing. */
export function refusalOf(pod: Pod, room: NodeRoom): Waiting | undefined {
  const why = wrongNode(pod, room) ?? tooMuch(pod, room) ?? portTaken(pod, room);
  return why && { reason: why.reason, message: `Pod was rejected: ${why.message}` };
}

function wrongNode({ spec }: Pod, { nodeName }: NodeRoom): Waiting | undefined {
  if (spec?.nodeName === nodeName) return undefined;
  return { reason: 'NodeName', message: "Predicate NodeName failed: node(s) didn't match the requested node name" };
}

function tooMuch(pod: Pod, { allocatable, others }: NodeRoom): Waiting | undefined {
  const capacity = allocatable.pods;
  if (capacity !== undefined && others.length + 1 > Quantity.parse(capacity).value()) return short('pods', 1, others.length, capacity);
  const used = others.map(podRequests).reduce(sum, new Map());
  for (const [name, wanted] of podRequests(pod)) {
    const free = Quantity.parse(allocatable[name] ?? '0');
    const taken = used.get(name) ?? Quantity.zero;
    if (wanted.isZero() || taken.add(wanted).compare(free) <= 0) continue;
    const inUnits = (amount: Quantity) => (name === 'cpu' ? amount.milliValue() : amount.value());
    return short(name, inUnits(wanted), inUnits(taken), inUnits(free));
  }
  return undefined;
}

function short(name: string, requested: number, used: number, capacity: number | string): Waiting {
  return {
    reason: `OutOf${name}`,
    message: `Node didn't have enough resource: ${name}, requested: ${requested}, used: ${used}, capacity: ${capacity}`,
  };
}

function portTaken(pod: Pod, { others }: NodeRoom): Waiting | undefined {
  const taken = others.flatMap(hostPortsOf);
  const clash = hostPortsOf(pod).some((wanted) =>
    taken.some(
      ({ port, protocol, ip }) =>
        port === wanted.port && protocol === wanted.protocol && (ip === wanted.ip || ip === '' || wanted.ip === ''),
    ),
  );
  if (!clash) return undefined;
  return { reason: 'NodePorts', message: "Predicate NodePorts failed: node(s) didn't have free ports for the requested pod ports" };
}

function hostPortsOf({ spec }: Pod) {
  const containers = [
    ...(spec?.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always'),
    ...(spec?.containers ?? []),
  ];
  return containers.flatMap(({ ports }) =>
    (ports ?? []).flatMap(({ hostPort, protocol = 'TCP', hostIP = '' }) =>
      hostPort ? [{ port: hostPort, protocol, ip: hostIP === '0.0.0.0' ? '' : hostIP }] : [],
    ),
  );
}
