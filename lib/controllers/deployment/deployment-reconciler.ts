import type { Deployment, ReplicaSet } from 'kubernetes-types/apps/v1.js';
import { deployments } from '../../api/apps/deployments.js';
import { replicaSets } from '../../api/apps/replica-sets.js';
import { labelSelectorOf } from '../../api/meta/label-selector.js';
import { controllerOf } from '../../api/meta/owner-references.js';
import { keyOf } from '../../api/object.js';
import type { ObjectName, Stored } from '../../api/object.js';
import { StatusError } from '../../api/status-error.js';
import type { ReconcileContext, Reconciler, Verdict } from '../../controller/reconciler.js';
import { claim } from '../claim.js';
import { Expectations } from '../expectations.js';
import { isNamespaceTerminating } from '../namespace-terminating.js';
import type { SelectorIndex } from '../selector-index.js';
import { writeStatus } from '../write-status.js';
import { countedStatus, rolloutStatus, sameDeploymentStatus } from './deployment-status.js';
import { expiredSets } from './history.js';
import { newReplicaSet } from './new-replica-set.js';
import { sameTemplate } from './pod-template-hash.js';
import type { Observed } from './progress.js';
import { CREATE_ERROR, deadlineIn, isComplete, pausedConditions, withCreated, withCreateError, withFound } from './progress.js';
import { isClear, recreateStep } from './recreate.js';
import { ReplicaSetWriter } from './replica-set-writer.js';
import { REVISION, revisionOf } from './revisions.js';
import { rollingUpdateStep } from './rolling-update.js';
import type { FullDeploymentStatus, Rollout } from './rollout.js';
import { isRollingUpdate, rolloutOf } from './rollout.js';
import { isScaled, scaledSizes } from './scaling.js';

type Context = ReconcileContext<Deployment, ReplicaSet>;

/** Milliseconds after which a cache that is behind is looked at again, should its event be lost in a restart of the watch. */
const CACHE_BEHIND = 1000;

/**
 * Brings the ReplicaSets of a Deployment to its template and size, a step at a time: each step is written, and the next one taken
 * when the caches show it and what has come of it. So all that matters is in the store, and a controller that dies half way
 * through a rollout is followed by one that goes on.
 */
export class DeploymentReconciler implements Reconciler<Deployment, ReplicaSet> {
  readonly #selectors: SelectorIndex;
  readonly #sets = new Expectations();
  readonly #own = new Expectations();

  /** `selectors` is kept up with what each Deployment selects. */
  constructor(selectors: SelectorIndex) {
    this.#selectors = selectors;
  }

  async reconcile(deployment: Stored<Deployment>, context: Context): Promise<Verdict> {
    const key = keyOf(deployment);
    this.#selectors.set(deployment, deployment.spec?.selector);
    if (!this.#sets.met(key, context.cache(replicaSets)) || !this.#own.met(key, context.cache(deployments))) return { after: CACHE_BEHIND };
    const wrote = (set: Stored<ReplicaSet>) => this.#sets.wrote(key, set);
    const selector = labelSelectorOf(deployment.spec?.selector);
    const sets = await claim({ owner: deployment, selector, kind: replicaSets, wrote, context });
    const now = context.environment.now();
    const observed = { rollout: rolloutOf(deployment, sets), conditions: pausedConditions(deployment, now), now };
    // The garbage collector takes its ReplicaSets.
    if (deployment.metadata.deletionTimestamp) return this.#write(observed, countedStatus(observed), context);
    const writer = new ReplicaSetWriter(deployment, context, { wrote, deleted: (set) => this.#sets.deleted(key, set) });
    return this.#advance(observed, writer, context);
  }

  gone(name: ObjectName): Promise<Verdict> {
    const key = keyOf(name);
    this.#selectors.delete(key);
    this.#sets.forget(key);
    this.#own.forget(key);
    return Promise.resolve();
  }

  async #advance(found: Observed, writer: ReplicaSetWriter, context: Context): Promise<Verdict> {
    const { deployment, current } = found.rollout;
    const rollout = await writer.adapt(found.rollout);
    const observed = current ? { ...found, rollout, conditions: withFound(found, current) } : found;
    const paused = deployment.spec?.paused ?? false;
    const resizes = paused || isScaled(rollout) ? scaledSizes(rollout).filter((resize) => writer.matters(resize)) : [];
    if (!paused && resizes.length === 0) return this.#rollOut(observed, writer, context);
    const scaled = { ...observed, rollout: await writer.resize(rollout, resizes) };
    if (paused) await writer.remove(expiredSets(scaled.rollout));
    return this.#write(scaled, countedStatus(scaled), context);
  }

  async #rollOut(found: Observed, writer: ReplicaSetWriter, context: Context): Promise<Verdict> {
    const { deployment, current } = found.rollout;
    const mayBegin = isRollingUpdate(deployment) || isClear(found.rollout);
    if (!current && mayBegin) return this.#begin(found, writer, context);
    return this.#step(found, writer, context);
  }

  /** Makes the ReplicaSet of the present template, and takes the first step. */
  async #begin(found: Observed, writer: ReplicaSetWriter, context: Context): Promise<Verdict> {
    let created: Stored<ReplicaSet>;
    try {
      created = await writer.create(found.rollout);
    } catch (error) {
      return this.#notCreated(found, error, context);
    }
    const rollout = { ...found.rollout, current: created };
    return this.#step({ ...found, rollout, conditions: withCreated(found, created) }, writer, context);
  }

  async #step(found: Observed, writer: ReplicaSetWriter, context: Context): Promise<Verdict> {
    const { deployment } = found.rollout;
    const resizes = nextStep(found.rollout);
    const observed = { ...found, rollout: await writer.resize(found.rollout, resizes) };
    if (resizes.length === 0 && isComplete(deployment, deployment.status)) await writer.remove(expiredSets(observed.rollout));
    return this.#write(observed, rolloutStatus(observed), context);
  }

  async #notCreated(found: Observed, error: unknown, context: Context): Promise<Verdict> {
    if (StatusError.is(error, 'AlreadyExists')) return this.#nameTaken(found, context);
    // Whatever is made in a namespace that goes would go with it.
    if (isNamespaceTerminating(error)) return this.#write(found, rolloutStatus(found), context);
    const { deployment } = found.rollout;
    const reason = error instanceof Error ? error.message : String(error);
    const message = `Failed to create new replica set "${newReplicaSet(found.rollout).metadata?.name ?? ''}": ${reason}`;
    context.events.event(deployment, 'Warning', CREATE_ERROR, message);
    const failed = { ...found, conditions: withCreateError(found, message) };
    await this.#write(failed, rolloutStatus(failed), context);
    throw error;
  }

  /** By a ReplicaSet of another template or owner: the next name is another one. Or by one that the cache is about to show. */
  async #nameTaken(found: Observed, context: Context): Promise<Verdict> {
    const { deployment } = found.rollout;
    const { name = '', namespace } = newReplicaSet(found.rollout).metadata ?? {};
    const holder = context.cache(replicaSets).get({ name, namespace });
    const ours = holder && controllerOf(holder)?.uid === deployment.metadata.uid;
    if (!holder || (ours && sameTemplate(holder.spec?.template, deployment.spec?.template))) return { after: CACHE_BEHIND };
    const collisionCount = (deployment.status?.collisionCount ?? 0) + 1;
    return this.#write(found, { ...deployment.status, collisionCount }, context);
  }

  /** Writes what has changed, and asks for another look when the deadline of the rollout may have passed. */
  async #write({ rollout, now }: Observed, status: FullDeploymentStatus, context: Context): Promise<Verdict> {
    const { deployment } = rollout;
    const annotations = annotationsOf(rollout);
    if (annotations !== deployment.metadata.annotations || !sameDeploymentStatus(deployment.status, status)) {
      const changed = { ...deployment, metadata: { ...deployment.metadata, ...(annotations ? { annotations } : {}) }, status };
      const written = await writeStatus(deployments, changed, context);
      if (!written) return;
      this.#own.wrote(keyOf(deployment), written);
    }
    const after = deadlineIn(deployment, status, now);
    return Number.isFinite(after) ? { after } : undefined;
  }
}

function nextStep(rollout: Rollout) {
  if (!isRollingUpdate(rollout.deployment)) return recreateStep(rollout);
  return rollout.current ? rollingUpdateStep(rollout, rollout.current) : [];
}

/** Those of the Deployment, with the revision of its present ReplicaSet; the same object when that is there already. */
function annotationsOf({ deployment, current }: Rollout): Readonly<Record<string, string>> | undefined {
  const { annotations } = deployment.metadata;
  if (!current || revisionOf(current) === 0 || revisionOf(current) === revisionOf(deployment)) return annotations;
  return { ...annotations, [REVISION]: String(revisionOf(current)) };
}
