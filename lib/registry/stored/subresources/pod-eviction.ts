import type { Pod, PodCondition } from 'kubernetes-types/core/v1.js';
import { withCondition } from '../../../api/meta/conditions.js';
import type { KubeObject, ObjectName } from '../../../api/object.js';
import { StatusError } from '../../../api/status-error.js';
import type { DeleteOptions, WriteOptions } from '../../registry.js';
import { deleteObject } from '../delete.js';
import type { KindContext } from '../kind-context.js';
import { modifyObject } from '../update.js';
import { named } from './named.js';
import type { SubresourceVerbs } from './subresource.js';

/** An Eviction, of any version of the policy group. */
export type Eviction = KubeObject & { deleteOptions?: DeleteOptions };

/** Deletes a pod on behalf of someone who needs its node, and says so in its status. */
export class PodEviction implements SubresourceVerbs<Eviction> {
  readonly #pods: KindContext<Pod>;

  constructor(pods: KindContext<Pod>) {
    this.#pods = pods;
  }

  async create(name: ObjectName, eviction: Eviction, options: WriteOptions): Promise<Eviction> {
    const asked = named(eviction, name).deleteOptions;
    const deletion: DeleteOptions = { ...asked, ...options, dryRun: Boolean(options.dryRun) || isDryRun(asked) };
    if (!deletion.dryRun && !deletion.preconditions?.resourceVersion) await this.#mark(name, deletion);
    await deleteObject(this.#pods, name, deletion);
    return eviction;
  }

  async #mark(name: ObjectName, { preconditions }: DeleteOptions): Promise<void> {
    const target: PodCondition = {
      type: 'DisruptionTarget',
      status: 'True',
      reason: 'EvictionByEvictionAPI',
      message: 'Eviction API: evicting',
    };
    const mark = (pod: Pod): Pod => {
      if (preconditions?.uid && preconditions.uid !== pod.metadata?.uid) return pod; // the delete refuses it
      const conditions = withCondition(pod.status?.conditions, target, this.#pods.environment.now());
      return conditions === pod.status?.conditions ? pod : { ...pod, status: { ...pod.status, conditions: [...conditions] } };
    };
    await modifyObject(this.#pods, name, mark, {}, 'status').catch((error: unknown) => {
      // A pod whose status breaks the rules can be evicted all the same.
      if (!StatusError.is(error, 'Invalid')) throw error;
    });
  }
}

/** On the wire `dryRun` is a list: `["All"]`. */
function isDryRun(options: DeleteOptions | undefined): boolean {
  const dryRun: unknown = options?.dryRun;
  return dryRun === true || (Array.isArray(dryRun) && dryRun.includes('All'));
}
