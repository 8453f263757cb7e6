import type { Container, Node, NodeStatus, Pod, PodSpec, Taint } from 'kubernetes-types/core/v1.js';
import type { ObjectMeta } from 'kubernetes-types/meta/v1.js';
import type { Stored } from '../../lib/api/object.js';
import { CachedNode } from '../../lib/scheduler/node-info.js';
import { podInfoOf } from '../../lib/scheduler/pod-info.js';
import type { PodInfo } from '../../lib/scheduler/pod-info.js';

/** A container that requests these resources. */
export function container(requests: Record<string, string> = {}, more: Partial<Container> = {}): Container {
  return { name: 'c', image: 'i', resources: { requests }, ...more };
}

/** A pod as a client writes it. */
export function pod(name: string, spec: Partial<PodSpec> = {}, metadata: ObjectMeta = {}): Pod {
  return { metadata: { name, namespace: 'default', ...metadata }, spec: { containers: [container()], ...spec } };
}

/** A pod as a registry hands it out. */
export function stored(object: Pod): Stored<Pod> {
  const { name = '' } = object.metadata ?? {};
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    ...object,
    metadata: { uid: `uid-${name}`, resourceVersion: '1', creationTimestamp: '2025-01-01T00:00:00Z', name, ...object.metadata },
  };
}

export const info = (name: string, spec: Partial<PodSpec> = {}, metadata: ObjectMeta = {}): PodInfo =>
  podInfoOf(stored(pod(name, spec, metadata)));

/** What tests vary of a node. */
export interface NodeOptions {
  readonly cpu?: string;
  readonly memory?: string;
  readonly pods?: string;
  readonly labels?: Record<string, string>;
  readonly taints?: Taint[];
  readonly unschedulable?: boolean;
  readonly ready?: boolean;
  readonly extra?: Record<string, string>;
}

/** A node as a kubelet writes it. */
export function node(name: string, options: NodeOptions = {}): Node & { readonly status: NodeStatus } {
  const { cpu = '4', memory = '8Gi', pods = '110', labels = {}, taints, unschedulable, ready = true, extra = {} } = options;
  return {
    metadata: { name, labels },
    spec: { ...(taints ? { taints } : {}), ...(unschedulable ? { unschedulable } : {}) },
    status: {
      allocatable: { cpu, memory, pods, ...extra },
      conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }],
    },
  };
}

/** A node as a registry hands it out. */
export function storedNode(name: string, options: NodeOptions = {}, version = 1): Stored<Node> {
  const made = node(name, options);
  const metadata = { uid: `uid-${name}`, resourceVersion: String(version), creationTimestamp: '2025-01-01T00:00:00Z', ...made.metadata };
  return { apiVersion: 'v1', kind: 'Node', ...made, metadata } as Stored<Node>;
}

/** A node as predicates see it, with these pods on it. */
export function nodeInfo(name: string, options: NodeOptions = {}, pods: readonly PodInfo[] = [], slot = 0): CachedNode {
  const made = new CachedNode(name, slot);
  made.set(storedNode(name, options));
  for (const one of pods) made.add(one);
  return made;
}
