import type { Node, NodeCondition, NodeStatus } from 'kubernetes-types/core/v1.js';
import { conditionOf } from '../../api/meta/conditions.js';
import { timestamp } from '../../api/meta/time.js';
import type { RuntimeInfo } from '../../runtime/container-runtime.js';
import { same } from '../status/same.js';
import type { HostFacts } from './host-facts.js';

/** What a node says of itself. */
export interface NodeFacts {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly host: HostFacts;
  /** Quantities by resource name. */
  readonly capacity: Readonly<Record<string, string>>;
  readonly allocatable: Readonly<Record<string, string>>;
  readonly addresses: readonly string[];
  readonly runtime: RuntimeInfo | undefined;
  /** Port of the kubelet's own server; unset: it has none. */
  readonly port: number | undefined;
  readonly version: string;
  /** Why the node cannot run pods; unset: it can. */
  readonly trouble: string | undefined;
}

/** The labels that every node bears, and those of its options. */
export function nodeLabels({ name, labels, host }: NodeFacts): Record<string, string> {
  const { operatingSystem, architecture } = host.system;
  return {
    'kubernetes.io/hostname': name,
    'kubernetes.io/os': operatingSystem,
    'kubernetes.io/arch': architecture,
    'beta.kubernetes.io/os': operatingSystem,
    'beta.kubernetes.io/arch': architecture,
    ...labels,
  };
}

/** The node as it registers itself. */
export function newNode(facts: NodeFacts, now: number): Node {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: facts.name, labels: nodeLabels(facts) },
    spec: {},
    status: nodeStatus(facts, {}, now),
  };
}

/** The status of a node; keeps what belongs to others. */
export function nodeStatus(facts: NodeFacts, old: NodeStatus, now: number): NodeStatus {
  const { name, host, capacity, allocatable, addresses, runtime, port, version } = facts;
  const others = (old.conditions ?? []).filter(({ type }) => !OWN.has(type));
  return {
    ...old,
    capacity: { ...capacity },
    allocatable: { ...allocatable },
    conditions: [...others, ...ownConditions(facts, old.conditions ?? [], now)],
    addresses: [...addresses.map((address) => ({ type: 'InternalIP', address })), { type: 'Hostname', address: name }],
    ...(port === undefined ? {} : { daemonEndpoints: { kubeletEndpoint: { Port: port } } }),
    nodeInfo: {
      ...host.system,
      containerRuntimeVersion: runtime ? `${runtime.name}://${runtime.version}` : (old.nodeInfo?.containerRuntimeVersion ?? ''),
      kubeletVersion: version,
      kubeProxyVersion: '',
    },
  };
}

/** Whether two statuses say the same; the times of heartbeats do not count. */
export function sameNodeStatus(a: NodeStatus, b: NodeStatus): boolean {
  return same(withoutHeartbeats(a), withoutHeartbeats(b));
}

const PRESSURES = [
  ['MemoryPressure', 'KubeletHasSufficientMemory', 'kubelet has sufficient memory available'],
  ['DiskPressure', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'],
  ['PIDPressure', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'],
] as const;

const OWN = new Set<string>(['Ready', ...PRESSURES.map(([type]) => type)]);

function ownConditions({ trouble }: NodeFacts, old: readonly NodeCondition[], now: number): NodeCondition[] {
  const drafts = [
    ...PRESSURES.map(([type, reason, message]) => ({ type, status: 'False', reason, message })),
    trouble === undefined
      ? { type: 'Ready', status: 'True', reason: 'KubeletReady', message: 'kubelet is posting ready status' }
      : { type: 'Ready', status: 'False', reason: 'KubeletNotReady', message: trouble },
  ];
  return drafts.map((draft) => {
    const before = conditionOf(old, draft.type);
    const lastTransitionTime = before?.status === draft.status ? (before.lastTransitionTime ?? timestamp(now)) : timestamp(now);
    return { ...draft, lastHeartbeatTime: timestamp(now), lastTransitionTime };
  });
}

function withoutHeartbeats(status: NodeStatus): NodeStatus {
  return { ...status, conditions: (status.conditions ?? []).map(({ lastHeartbeatTime: _, ...condition }) => condition) };
}
