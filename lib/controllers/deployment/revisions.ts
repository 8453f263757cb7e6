import type { Deployment, ReplicaSet } from 'kubernetes-types/apps/v1.js';
import type { KubeObject, Stored } from '../../api/object.js';
import { maxReplicas } from './limits.js';
import { replicasOf } from './rollout.js';

/** Which of the Deployment's templates it is, counted up with each rollout; on the Deployment and its ReplicaSets. */
export const REVISION = 'deployment.kubernetes.io/revision';
/** Revisions that a ReplicaSet was before, joined by commas: a rollback makes an old template the newest. */
const HISTORY = 'deployment.kubernetes.io/revision-history';
/** `spec.replicas` of the Deployment when the ReplicaSet got its size: tells a change of that from a rollout. */
export const DESIRED = 'deployment.kubernetes.io/desired-replicas';
/** The same with the surge: what the size of the ReplicaSet is a share of. */
export const MAXIMUM = 'deployment.kubernetes.io/max-replicas';
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';
const ROLLBACK_TO = 'deprecated.deployment.rollback.to';

/** Annotations of a Deployment that its ReplicaSets do not get. */
const OWN = new Set([LAST_APPLIED, REVISION, HISTORY, DESIRED, MAXIMUM, ROLLBACK_TO]);
/** Characters of history at most; the oldest revisions go. */
const LONGEST_HISTORY = 2000;

type Annotations = Readonly<Record<string, string>>;

/** The revision of an object; 0 when it has none that can be read. */
export function revisionOf({ metadata }: KubeObject): number {
  return integer(metadata?.annotations?.[REVISION]) ?? 0;
}

/** An annotation that is a number; undefined when it is none. */
export function numberIn({ metadata }: Stored<ReplicaSet>, annotation: string): number | undefined {
  return integer(metadata.annotations?.[annotation]);
}

/** The revision after all of these. */
export const nextRevision = (sets: readonly Stored<ReplicaSet>[]): number => Math.max(0, ...sets.map(revisionOf)) + 1;

/** What a ReplicaSet says of the size of its Deployment. */
export function sizeAnnotations(deployment: Stored<Deployment>): Annotations {
  return { [DESIRED]: String(replicasOf(deployment)), [MAXIMUM]: String(maxReplicas(deployment)) };
}

/**
 * The annotations of the present ReplicaSet: those it has, those of its Deployment, and its revision. One that has had a revision
 * before, and becomes the newest again, remembers that. A revision that cannot be read is left as it is.
 */
export function revisionAnnotations(deployment: Stored<Deployment>, had: Annotations | undefined, revision: number): Annotations {
  const inherited = Object.entries(deployment.metadata.annotations ?? {}).filter(([name]) => !OWN.has(name));
  const annotations = { ...had, ...Object.fromEntries(inherited) };
  const before = had?.[REVISION];
  const number = before === undefined ? 0 : integer(before);
  // One that is higher stays: revisions after it may have been removed since.
  if (number === undefined || number >= revision) return annotations;
  return {
    ...annotations,
    [REVISION]: String(revision),
    ...(before === undefined ? {} : { [HISTORY]: historyWith(had?.[HISTORY], before) }),
  };
}

function historyWith(history: string | undefined, revision: string): string {
  const revisions = [...(history ? history.split(',') : []), revision];
  while (revisions.length > 1 && revisions.join(',').length > LONGEST_HISTORY) revisions.shift();
  return revisions.join(',');
}

const integer = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
