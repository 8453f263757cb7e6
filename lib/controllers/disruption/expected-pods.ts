import type { Pod, PodTemplateSpec } from 'kubernetes-types/core/v1.js';
import type { OwnerReference } from 'kubernetes-types/meta/v1.js';
import { deployments } from '../../api/apps/deployments.js';
import { replicaSets } from '../../api/apps/replica-sets.js';
import { statefulSets } from '../../api/apps/stateful-sets.js';
import { replicationControllers } from '../../api/core/replication-controllers.js';
import { controllerOf } from '../../api/meta/owner-references.js';
import type { KubeObject, Stored } from '../../api/object.js';
import type { ResourceDefinition } from '../../api/resource-definition.js';
import { StatusError } from '../../api/status-error.js';
import type { PodDisruptionBudget } from 'kubernetes-types/policy/v1.js';
import type { ReconcileContext } from '../../controller/reconciler.js';

/** What the kinds that keep a number of pods have in common. */
export type Scaled = KubeObject & {
  readonly spec?: { readonly replicas?: number; readonly template?: PodTemplateSpec } | undefined;
};

/** The built-in kinds that say how many pods there should be. */
export const scaledKinds: readonly ResourceDefinition<Scaled>[] = [replicaSets, deployments, replicationControllers, statefulSets];

/** How many pods the owners of some pods want in all. */
export interface ExpectedPods {
  readonly count: number;
  /** Pods that nobody controls: what they add up to cannot be known. */
  readonly unmanaged: readonly string[];
}

/** Who controls a pod, and how many pods it wants. */
interface Scale {
  readonly uid: string;
  readonly replicas: number;
}

/**
 * Adds up what the owners of pods want, each once: of a ReplicaSet that belongs to a Deployment the Deployment counts, of kinds that are
 * not built in their `scale`. Throws when a pod has an owner that says nothing about its number, or that is not there.
 */
export async function expectedPods(
  pods: readonly Stored<Pod>[],
  context: ReconcileContext<PodDisruptionBudget, Pod, Scaled>,
): Promise<ExpectedPods> {
  const replicas = new Map<string, number>();
  const asked = new Set<string>();
  const unmanaged: string[] = [];
  for (const pod of pods) {
    const owner = controllerOf(pod);
    if (!owner) unmanaged.push(pod.metadata.name);
    if (!owner || asked.has(owner.uid)) continue;
    asked.add(owner.uid);
    const scale = await scaleOf(owner, pod.metadata.namespace ?? '', context);
    if (!scale) throw new Error(`found no controllers for pod ${JSON.stringify(pod.metadata.name)}`);
    replicas.set(scale.uid, scale.replicas);
  }
  return { count: [...replicas.values()].reduce((sum, one) => sum + one, 0), unmanaged };
}

async function scaleOf(
  owner: OwnerReference,
  namespace: string,
  context: ReconcileContext<PodDisruptionBudget, Pod, Scaled>,
): Promise<Scale | undefined> {
  const kind = scaledKinds.find((one) => one.kind === owner.kind && one.group === groupOf(owner));
  if (!kind) return customScaleOf(owner, namespace, context);
  const found = context.cache(kind).get({ name: owner.name, namespace });
  if (found?.metadata.uid !== owner.uid) return undefined;
  const above = kind === replicaSets ? controllerOf(found) : undefined;
  if (above?.kind === deployments.kind && groupOf(above) === deployments.group) return scaleOf(above, namespace, context);
  return { uid: owner.uid, replicas: found.spec?.replicas ?? 1 };
}

async function customScaleOf(
  owner: OwnerReference,
  namespace: string,
  { registries }: ReconcileContext<PodDisruptionBudget, Pod, Scaled>,
): Promise<Scale | undefined> {
  const kind = registries.catalog.definitions.find((one) => one.kind === owner.kind && one.group === groupOf(owner));
  if (!kind?.namespaced || kind.subresources['scale']?.type !== 'scale') return undefined;
  try {
    const scale = await registries.registry(kind).subresource('scale').get({ name: owner.name, namespace });
    return scale.metadata?.uid === owner.uid ? { uid: owner.uid, replicas: scale.spec?.replicas ?? 0 } : undefined;
  } catch (error) {
    if (StatusError.is(error, 'NotFound')) return undefined;
    throw error;
  }
}

const groupOf = ({ apiVersion }: OwnerReference) => (apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '');
