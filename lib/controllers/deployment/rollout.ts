import type { Deployment, DeploymentStatus, ReplicaSet, ReplicaSetStatus } from 'kubernetes-types/apps/v1.js';
import { parseTime } from '../../api/meta/time.js';
import type { Stored } from '../../api/object.js';
import { sameTemplate } from './pod-template-hash.js';

/** Fields of 1.36 that the types do not know. */
interface Terminating {
  /** Pods that are being deleted and have not ended. */
  readonly terminatingReplicas?: number;
}

/** The status of a Deployment in full. */
export type FullDeploymentStatus = DeploymentStatus & Terminating;

/** A Deployment and its ReplicaSets, as one look at the caches shows them. */
export interface Rollout {
  readonly deployment: Stored<Deployment>;
  /** The one of the template that the Deployment has now: the oldest, should there be several. */
  readonly current: Stored<ReplicaSet> | undefined;
  /** Those of templates it had before, the oldest first. */
  readonly old: readonly Stored<ReplicaSet>[];
}

/** Tells the ReplicaSet of the present template from the others. */
export function rolloutOf(deployment: Stored<Deployment>, sets: readonly Stored<ReplicaSet>[]): Rollout {
  const sorted = [...sets].sort(olderFirst);
  const current = sorted.find(({ spec }) => sameTemplate(spec?.template, deployment.spec?.template));
  return { deployment, current, old: sorted.filter((set) => set !== current) };
}

/** All of its ReplicaSets, the present one last. */
export function allSets({ current, old }: Rollout): readonly Stored<ReplicaSet>[] {
  return current ? [...old, current] : old;
}

/** The rollout with these ReplicaSets as they are now. */
export function withSets(rollout: Rollout, changed: readonly Stored<ReplicaSet>[]): Rollout {
  const byUid = new Map(changed.map((set) => [set.metadata.uid, set]));
  const newest = (set: Stored<ReplicaSet>) => byUid.get(set.metadata.uid) ?? set;
  return { ...rollout, current: rollout.current && newest(rollout.current), old: rollout.old.map(newest) };
}

/** How many pods the Deployment is to have. */
export const replicasOf = ({ spec }: Stored<Deployment>): number => spec?.replicas ?? 1;

/** How many pods the ReplicaSet is to have. */
export const sizeOf = ({ spec }: Stored<ReplicaSet>): number => spec?.replicas ?? 1;

/** Those that are to have pods. */
export const activeOf = (sets: readonly Stored<ReplicaSet>[]): readonly Stored<ReplicaSet>[] => sets.filter((set) => sizeOf(set) > 0);

/** Whether pods of templates are replaced step by step, rather than all at once. */
export const isRollingUpdate = ({ spec }: Stored<Deployment>): boolean => spec?.strategy?.type !== 'Recreate';

/** Pods that are available and remain so once the ReplicaSet has its size: its status may be older than that. */
export const availableOf = (set: Stored<ReplicaSet>): number => Math.min(set.status?.availableReplicas ?? 0, sizeOf(set));

/** Pods that are there or may come any moment: a ReplicaSet that is to shrink has not done so before its status says it. */
export const presentOf = (set: Stored<ReplicaSet>): number => Math.max(set.status?.replicas ?? 0, sizeOf(set));

/** Pods on their way out; undefined when the ReplicaSet has not told. */
export const terminatingOf = ({ status }: Stored<ReplicaSet>): number | undefined =>
  (status as (ReplicaSetStatus & Terminating) | undefined)?.terminatingReplicas;

/** Adds up something over ReplicaSets. */
export function sum(sets: readonly Stored<ReplicaSet>[], value: (set: Stored<ReplicaSet>) => number | undefined): number {
  return sets.reduce((total, set) => total + (value(set) ?? 0), 0);
}

/** By age; among those of one second the name decides. */
export function olderFirst(a: Stored<ReplicaSet>, b: Stored<ReplicaSet>): number {
  const ages = parseTime(a.metadata.creationTimestamp) - parseTime(b.metadata.creationTimestamp);
  return ages !== 0 ? ages : a.metadata.name < b.metadata.name ? -1 : 1;
}
