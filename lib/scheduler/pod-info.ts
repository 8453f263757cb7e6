import type { Pod, Toleration } from 'kubernetes-types/core/v1.js';
import { jsonText } from '../api/exact-json.js';
import { keyOf } from '../api/object.js';
import type { Stored } from '../api/object.js';
import { controllerOf } from '../api/meta/owner-references.js';
import type { HostPort } from './host-ports.js';
import { hostPortsOf } from './host-ports.js';
import type { NodeMatcher } from './node-matcher.js';
import { nodeMatcherOf } from './node-matcher.js';
import { assumedRequests, podRequests } from './pod-requests.js';
import type { Resources } from './resources.js';

/** A pod with all that scheduling asks of it, worked out once. */
export interface PodInfo {
  readonly pod: Stored<Pod>;
  /** `namespace/name`. */
  readonly key: string;
  readonly uid: string;
  readonly namespace: string;
  readonly requests: Resources;
  /** Requests with something assumed for containers that name none; for scores. */
  readonly assumed: Resources;
  readonly hostPorts: readonly HostPort[];
  readonly tolerations: readonly Toleration[];
  /** Undefined: every node will do. */
  readonly nodeMatcher: NodeMatcher | undefined;
  /** Higher goes first. */
  readonly priority: number;
  /** Pods of one shape get the same answer of every predicate and priority that looks at the shape alone. */
  readonly shape: string;
}

/** Works a pod out. */
export function podInfoOf(pod: Stored<Pod>): PodInfo {
  const spec = pod.spec ?? { containers: [] };
  const requests = podRequests(spec);
  const assumed = assumedRequests(spec);
  const hostPorts = hostPortsOf(spec.containers);
  const tolerations = spec.tolerations ?? [];
  return {
    pod,
    key: keyOf(pod),
    uid: pod.metadata.uid,
    namespace: pod.metadata.namespace ?? '',
    requests,
    assumed,
    hostPorts,
    tolerations,
    nodeMatcher: nodeMatcherOf(spec),
    priority: spec.priority ?? 0,
    shape: jsonText([
      amountsOf(requests),
      assumed.cpu,
      assumed.memory,
      hostPorts,
      tolerations,
      spec.nodeName,
      spec.nodeSelector,
      spec.affinity?.nodeAffinity,
    ]),
  };
}

const amountsOf = ({ cpu, memory, storage, others }: Resources) => [cpu, memory, storage, ...(others ?? [])];

/** Whether a change of a pod can matter to scheduling: anything but its status and bookkeeping. */
export function samePlacement(a: Stored<Pod>, b: Stored<Pod>): boolean {
  return (
    sameSpec(a, b) &&
    sameMap(a.metadata.labels, b.metadata.labels) &&
    sameMap(a.metadata.annotations, b.metadata.annotations) &&
    controllerOf(a)?.uid === controllerOf(b)?.uid &&
    a.metadata.deletionTimestamp === b.metadata.deletionTimestamp &&
    a.spec?.nodeName === b.spec?.nodeName
  );
}

/** By generation; servers before Kubernetes 1.33 keep none for pods. */
function sameSpec(a: Stored<Pod>, b: Stored<Pod>): boolean {
  if (a.metadata.generation !== undefined) return a.metadata.generation === b.metadata.generation;
  return a.spec === b.spec || jsonText(a.spec) === jsonText(b.spec);
}

function sameMap(a: Readonly<Record<string, string>> | undefined, b: Readonly<Record<string, string>> | undefined): boolean {
  if (a === b) return true;
  const left = Object.entries(a ?? {});
  return left.length === Object.keys(b ?? {}).length && left.every(([key, value]) => b?.[key] === value);
}
