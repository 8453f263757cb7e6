import type { Pod, PodCondition } from 'kubernetes-types/core/v1.js';
import { withCondition } from '../../../api/meta/conditions.js';
import type { KubeObject, ObjectName, Stored } from '../../../api/object.js';
import { conflict, notFound, StatusError } from '../../../api/status-error.js';
import type { DeleteOptions, WriteOptions } from '../../registry.js';
import { deleteObject } from '../delete.js';
import type { KindContext } from '../kind-context.js';
import { MAX_ATTEMPTS } from '../kind-context.js';
import { modifyObject } from '../update.js';
import type { DisruptionBudgets } from './disruption-budgets.js';
import { stillCounting } from './disruption-budgets.js';
import { named } from './named.js';
import type { SubresourceVerbs } from './subresource.js';

/** An Eviction, of any version of the policy group. */
export type Eviction = KubeObject & { deleteOptions?: DeleteOptions };

const TARGET: PodCondition = {
  type: 'DisruptionTarget',
  status: 'True',
  reason: 'EvictionByEvictionAPI',
  message: 'Eviction API: evicting',
};

/**
 * Deletes a pod on behalf of someone who needs its node, if its disruption budget allows that, and says so in its status. Pods that do
 * not run yet, or not any more, are deleted in any case.
 */
export class PodEviction implements SubresourceVerbs<Eviction> {
  readonly #pods: KindContext<Pod>;
  readonly #budgets: DisruptionBudgets;

  constructor(pods: KindContext<Pod>, budgets: DisruptionBudgets) {
    this.#pods = pods;
    this.#budgets = budgets;
  }

  async create(name: ObjectName, eviction: Eviction, options: WriteOptions): Promise<Eviction> {
    const asked = named(eviction, name).deleteOptions;
    const deletion: DeleteOptions = { ...asked, ...options, dryRun: Boolean(options.dryRun) || isDryRun(asked) };
    for (let attempt = 1; ; attempt += 1) {
      options.signal?.throwIfAborted();
      const pod = (await this.#pods.store.find(name))?.object;
      if (!pod) throw notFound(this.#pods.definition, name.name);
      if (!isUnguarded(pod)) {
        await this.#withPermission(pod, name, deletion);
        return eviction;
      }
      try {
        await this.#delete(name, isOver(pod) ? deletion : unchanged(deletion, pod));
        return eviction;
      } catch (error) {
        // It may have begun to run meanwhile, and have to be asked for.
        if (!StatusError.is(error, 'Conflict') || deletion.preconditions?.resourceVersion || attempt === MAX_ATTEMPTS) throw error;
      }
    }
  }

  async #withPermission(pod: Stored<Pod>, name: ObjectName, deletion: DeleteOptions): Promise<void> {
    const { budget, whileUnready } = await this.#budgets.permit(pod, deletion);
    if (!whileUnready) return this.#delete(name, deletion);
    try {
      await this.#delete(name, unchanged(deletion, pod));
    } catch (error) {
      // It may have become ready, and count now.
      if (StatusError.is(error, 'Conflict') && !deletion.preconditions?.resourceVersion) throw stillCounting(budget ?? '');
      throw error;
    }
  }

  async #delete(name: ObjectName, deletion: DeleteOptions): Promise<void> {
    if (deletion.dryRun) return void (await deleteObject(this.#pods, name, deletion));
    const marked = await this.#mark(name, deletion);
    const { preconditions } = deletion;
    const bound = preconditions?.resourceVersion && marked;
    await deleteObject(
      this.#pods,
      name,
      bound ? { ...deletion, preconditions: { ...preconditions, resourceVersion: marked.metadata.resourceVersion } } : deletion,
    );
  }

  /** Undefined when its status could not be written. */
  async #mark(name: ObjectName, { preconditions = {}, fieldManager, user }: DeleteOptions): Promise<Stored<Pod> | undefined> {
    const mark = (pod: Stored<Pod>): Pod => {
      const { uid, resourceVersion } = preconditions;
      if (uid && uid !== pod.metadata.uid) return pod; // the delete refuses it
      if (resourceVersion && resourceVersion !== pod.metadata.resourceVersion) {
        const why = `the ResourceVersion in the precondition (${resourceVersion}) does not match the ResourceVersion in record (${pod.metadata.resourceVersion}). The object might have been modified`;
        throw conflict(this.#pods.definition, name.name, why);
      }
      const conditions = withCondition(pod.status?.conditions, TARGET, this.#pods.environment.now());
      return conditions === pod.status?.conditions ? pod : { ...pod, status: { ...pod.status, conditions: [...conditions] } };
    };
    try {
      return await modifyObject(this.#pods, name, mark, { fieldManager, user }, 'status');
    } catch (error) {
      // A pod whose status breaks the rules can be evicted all the same.
      if (!StatusError.is(error, 'Invalid')) throw error;
      return undefined;
    }
  }
}

/** It has ended, or is about to. */
const isOver = ({ metadata, status }: Stored<Pod>) =>
  metadata.deletionTimestamp !== undefined || status?.phase === 'Succeeded' || status?.phase === 'Failed';

/** No budget counts it. */
const isUnguarded = (pod: Stored<Pod>) => isOver(pod) || pod.status?.phase === 'Pending';

/** A deletion of the pod as it is now, unless the client has named a version. */
function unchanged(deletion: DeleteOptions, { metadata: { resourceVersion } }: Stored<Pod>): DeleteOptions {
  return deletion.preconditions?.resourceVersion
    ? deletion
    : { ...deletion, preconditions: { ...deletion.preconditions, resourceVersion } };
}

/** On the wire `dryRun` is a list: `["All"]`. */
function isDryRun(options: DeleteOptions | undefined): boolean {
  const dryRun: unknown = options?.dryRun;
  return dryRun === true || (Array.isArray(dryRun) && dryRun.includes('All'));
}
