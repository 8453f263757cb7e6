import type { Node, Pod, PodSpec } from 'kubernetes-types/core/v1.js';
import type { ObjectMeta } from 'kubernetes-types/meta/v1.js';
import type { VirtualEnvironment } from '../../lib/base/virtual-environment.js';
import { pods } from '../../lib/api/core/pods.js';
import { timestamp } from '../../lib/api/meta/time.js';
import { nameOf } from '../../lib/api/object.js';
import type { KubeObject, Stored } from '../../lib/api/object.js';
import type { ResourceDefinition } from '../../lib/api/resource-definition.js';
import type { AnyControllerDefinition } from '../../lib/controller/controller.js';
import type { ControllerDefinition } from '../../lib/controller/controller-definition.js';
import { Manager } from '../../lib/controller/manager.js';
import { SharedCaches } from '../../lib/watch/shared-caches.js';
import type { MemoryClusterOptions } from '../support/memory-cluster.js';
import { memoryCluster } from '../support/memory-cluster.js';
import type { ObservedOptions } from '../support/observed-registries.js';
import { ObservedRegistries } from '../support/observed-registries.js';
import { RecordingLogger } from '../support/recording-logger.js';

/** Controllers of any kinds, as a manager takes them. */
export type AnyController = ControllerDefinition<never> | AnyControllerDefinition;

/** What {@link running} takes. */
export interface RunningOptions extends MemoryClusterOptions<VirtualEnvironment>, Omit<ObservedOptions, 'environment'> {}

/** A cluster in memory and in virtual time, with these controllers running in it. */
export async function running(controllers: readonly AnyController[], options: RunningOptions = {}) {
  const cluster = await memoryCluster<VirtualEnvironment>(options);
  const { environment } = cluster;
  const registries = new ObservedRegistries(cluster.registries, { environment, ...options });
  const logger = new RecordingLogger();
  const caches = new SharedCaches({ registries, environment, logger });
  const managers: Manager[] = [];
  const manage = async (definitions: readonly AnyController[]) => {
    const manager = new Manager({ registries, caches, environment, logger, controllers: definitions });
    managers.push(manager);
    await environment.within(manager.start());
  };
  /** Stops all controllers, in the midst of what they do. */
  const halt = async () => {
    for (const manager of managers.splice(0)) await environment.within(manager.stop());
  };
  await manage(controllers);
  const registry = <T extends KubeObject>(definition: ResourceDefinition<T>) => cluster.registries.registry(definition);
  return {
    ...cluster,
    logger,
    caches,
    registry,
    /** What the controllers have written so far, such as `pods create`. */
    writes: registries.writes,
    /** Why a key was reconciled. */
    explain: (key: string) => managers.flatMap((manager) => manager.explain(key)),
    /** What the managers measure. */
    metrics: () => managers.map(({ metrics }) => metrics).join(''),
    /** Runs more controllers. */
    manage,
    /** Lets everything settle, `milliseconds` later. */
    settle: (milliseconds = 0) => environment.advance(milliseconds),
    /** The objects of a kind, by name. */
    all: async <T extends KubeObject>(definition: ResourceDefinition<T>, namespace?: string) =>
      (await registry(definition).list({ namespace })).items,
    /** Undefined when it is not there. */
    find: async <T extends KubeObject>(definition: ResourceDefinition<T>, name: string, namespace?: string) =>
      (await registry(definition).list({ namespace, fieldSelector: `metadata.name=${name}` })).items[0],
    halt,
    stop: async () => {
      await halt();
      await caches.stop();
      await cluster.stop();
    },
  };
}

/** What {@link running} gives. */
export type Running = Awaited<ReturnType<typeof running>>;

/** A pod as a client writes it. */
export function podOf(name: string, labels: Record<string, string> = {}, spec: Partial<PodSpec> = {}, metadata: ObjectMeta = {}): Pod {
  return {
    metadata: { name, namespace: 'default', labels, ...metadata },
    spec: { terminationGracePeriodSeconds: 0, containers: [{ name: 'c', image: 'i' }], ...spec },
  };
}

/** Writes the status that a kubelet would. */
export async function setPodStatus(
  cluster: Pick<Running, 'registry' | 'environment'>,
  pod: Stored<Pod>,
  { ready = true, ip, phase = 'Running' }: { readonly ready?: boolean; readonly ip?: string; readonly phase?: string } = {},
): Promise<void> {
  await cluster
    .registry(pods)
    .subresource('status')
    .modify(nameOf(pod), (current) => ({
      ...current,
      status: {
        ...current.status,
        phase,
        conditions: [{ type: 'Ready', status: ready ? 'True' : 'False', lastTransitionTime: timestamp(cluster.environment.now()) }],
        ...(ip ? { podIP: ip, podIPs: [{ ip }] } : {}),
      },
    }));
}

/** A node as its kubelet registers it. */
export function nodeOf(name: string, status: 'True' | 'False' | 'Unknown' = 'True'): Node {
  return {
    metadata: { name },
    status: {
      allocatable: { cpu: '4', memory: '8Gi', pods: '110' },
      conditions: [
        { type: 'Ready', status, reason: 'Test', lastHeartbeatTime: '2025-01-01T00:00:00Z', lastTransitionTime: '2025-01-01T00:00:00Z' },
      ],
    },
  };
}
