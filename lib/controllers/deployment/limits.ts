import type { Deployment } from 'kubernetes-types/apps/v1.js';
import type { Stored } from '../../api/object.js';
import { shareOf } from '../../api/meta/int-or-percent.js';
import { isRollingUpdate, replicasOf } from './rollout.js';

/** Pods that a rolling update may have above `spec.replicas`; shares are rounded up. 0 for other strategies. */
export function maxSurge(deployment: Stored<Deployment>): number {
  return isRollingUpdate(deployment) ? share(deployment.spec?.strategy?.rollingUpdate?.maxSurge, replicasOf(deployment), Math.ceil) : 0;
}

/**
 * Pods of `spec.replicas` that may be unavailable in a rolling update; shares are rounded down. 0 for other strategies. Where both
 * limits come to nothing, one pod may be missing, or the update would never begin.
 */
export function maxUnavailable(deployment: Stored<Deployment>): number {
  const replicas = replicasOf(deployment);
  if (!isRollingUpdate(deployment) || replicas === 0) return 0;
  const unavailable = share(deployment.spec?.strategy?.rollingUpdate?.maxUnavailable, replicas, Math.floor);
  return unavailable === 0 && maxSurge(deployment) === 0 ? 1 : Math.min(unavailable, replicas);
}

/** How many pods must stay available in a rolling update. */
export const minAvailable = (deployment: Stored<Deployment>): number => replicasOf(deployment) - maxUnavailable(deployment);

/** How many pods there may be at most. */
export const maxReplicas = (deployment: Stored<Deployment>): number => replicasOf(deployment) + maxSurge(deployment);

function share(value: number | string | undefined, whole: number, round: (value: number) => number): number {
  return value === undefined ? 0 : shareOf(value, whole, round);
}
