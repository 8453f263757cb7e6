import type { Deployment, DeploymentSpec, ReplicaSet } from 'kubernetes-types/apps/v1.js';
import type { Pod } from 'kubernetes-types/core/v1.js';
import { deployments } from '../../lib/api/apps/deployments.js';
import { replicaSets } from '../../lib/api/apps/replica-sets.js';
import { events } from '../../lib/api/core/events.js';
import { pods } from '../../lib/api/core/pods.js';
import type { Stored } from '../../lib/api/object.js';
import { deploymentController } from '../../lib/controllers/deployment/deployment-controller.js';
import type { FullDeploymentStatus } from '../../lib/controllers/deployment/rollout.js';
import { isActive, isReady } from '../../lib/controllers/pod-state.js';
import { replicaSetController } from '../../lib/controllers/replication/replica-set-controller.js';
import type { RunningOptions } from './running.js';
import { podOf, running, setPodStatus } from './running.js';

const NAME = { name: 'web', namespace: 'default' };
const NOTHING = { replicas: 0, updatedReplicas: 0, readyReplicas: 0, availableReplicas: 0, unavailableReplicas: 0 };
export const REVISION = 'deployment.kubernetes.io/revision';

/** The Deployment `web`, with containers of this image. */
export function webOf(spec: Partial<DeploymentSpec> = {}, image = 'web:1'): Deployment {
  const template = { metadata: { labels: { app: 'web' } }, spec: { ...podOf('x').spec!, containers: [{ name: 'c', image }] } };
  return { metadata: NAME, spec: { replicas: 3, selector: { matchLabels: { app: 'web' } }, template, ...spec } };
}

/** What {@link deployed} takes. */
export interface DeployedOptions extends RunningOptions {
  /** Milliseconds after which a pod is ready; undefined: never. Default: at once. */
  readonly readyAfter?: (pod: Pod) => number | undefined;
}

/** A cluster with the controllers of Deployments and ReplicaSets, in which pods become ready. */
export async function deployed({ readyAfter = () => 0, ...options }: DeployedOptions = {}) {
  const cluster = await running([replicaSetController(), deploymentController()], options);
  const { environment } = cluster;
  const present = new Map<string, Stored<Pod>>();
  const extremes = { most: 0, leastReady: Infinity };
  const tally = () => {
    const active = [...present.values()].filter(isActive);
    extremes.most = Math.max(extremes.most, active.length);
    extremes.leastReady = Math.min(extremes.leastReady, active.filter(isReady).length);
  };
  const becomeReady = async (pod: Stored<Pod>) => {
    const current = present.get(pod.metadata.uid);
    if (current && isActive(current)) await setPodStatus(cluster, current);
  };
  // Sees what happens when it happens, however late the caches are.
  const watching = cluster
    .registry(pods)
    .watch()
    .subscribe((event) => {
      if (event.type !== 'ADDED' && event.type !== 'MODIFIED' && event.type !== 'DELETED') return;
      const pod = event.object;
      if (event.type === 'DELETED') present.delete(pod.metadata.uid);
      else present.set(pod.metadata.uid, pod);
      tally();
      const delay = event.type === 'ADDED' ? readyAfter(pod) : undefined;
      if (delay !== undefined) environment.timer(delay, () => void becomeReady(pod));
    });
  const registry = cluster.registry(deployments);
  const modify = (change: (spec: DeploymentSpec) => Partial<DeploymentSpec>) =>
    registry.modify(NAME, (current) => ({ ...current, spec: { ...current.spec!, ...change(current.spec!) } }));
  const find = async () => (await cluster.find(deployments, 'web'))!;
  return {
    ...cluster,
    /** The most pods and the fewest ready ones that there were at once since {@link reset}. */
    extremes,
    reset: () => {
      Object.assign(extremes, { most: 0, leastReady: Infinity });
      tally();
    },
    create: (spec: Partial<DeploymentSpec> = {}, image?: string) => registry.create(webOf(spec, image)),
    modify,
    setImage: (image: string) => modify(({ template }) => ({ template: withImage(template, image) })),
    find,
    remove: (propagationPolicy: 'Background' | 'Orphan' | 'Foreground') => registry.delete(NAME, { propagationPolicy }),
    /** With the counts of zero, which are stored as nothing. */
    status: async (): Promise<FullDeploymentStatus> => ({ ...NOTHING, ...(await find()).status }),
    condition: async (type: string) => (await find()).status?.conditions?.find((one) => one.type === type),
    /** Sizes of the ReplicaSets by the image of their pods. */
    sizes: async () => Object.fromEntries((await cluster.all(replicaSets)).map((set) => [imageOf(set), set.spec?.replicas])),
    set: async (image: string) => (await cluster.all(replicaSets)).find((set) => imageOf(set) === image)!,
    /** Messages of the Deployment's events, with the names of ReplicaSets cut to their Deployment's. */
    told: async (reason = 'ScalingReplicaSet') =>
      (await cluster.all(events))
        .filter((event) => event.involvedObject.kind === 'Deployment' && event.reason === reason)
        .map(({ message = '' }) => message.replace(/web-[a-z0-9]+/g, 'web')),
    stop: async () => {
      watching.unsubscribe();
      await cluster.stop();
    },
  };
}

/** What {@link deployed} gives. */
export type Deployed = Awaited<ReturnType<typeof deployed>>;

/** The image of a ReplicaSet's pods. */
export const imageOf = (set: ReplicaSet): string => set.spec?.template?.spec?.containers[0]?.image ?? '';

/** The same pods with another image. */
export function withImage(template: DeploymentSpec['template'], image: string): DeploymentSpec['template'] {
  return { ...template, spec: { ...template.spec!, containers: [{ ...template.spec!.containers[0]!, image }] } };
}
