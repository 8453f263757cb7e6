import type { Binding, Pod, PodCondition } from 'kubernetes-types/core/v1.js';
import type { FieldError } from '../../../api/field-error.js';
import { invalidObject, notSupported, required } from '../../../api/field-error.js';
import { withCondition } from '../../../api/meta/conditions.js';
import type { ObjectName, Stored } from '../../../api/object.js';
import { nameOf } from '../../../api/object.js';
import { badRequest, conflict, notFound } from '../../../api/status-error.js';
import type { Creator, WriteOptions } from '../../registry.js';
import type { Draft } from '../draft.js';
import type { KindContext } from '../kind-context.js';
import { MAX_ATTEMPTS } from '../kind-context.js';
import { MODIFIED } from '../object-store.js';
import { named } from './named.js';
import type { SubresourceVerbs } from './subresource.js';

/**
 * Puts a pod on a node, once: node, condition and the binding's annotations in one commit. It is the hot path of a scheduler, so
 * it writes a copy that shares all it does not change, and the rules of pods, which have nothing to say about it, are not run.
 */
export class PodBinding implements SubresourceVerbs<Binding>, Creator<Binding> {
  readonly #pods: KindContext<Pod>;

  constructor(pods: KindContext<Pod>) {
    this.#pods = pods;
  }

  /** `create(binding)` of the bindings registry, and `create(name, binding)` of the subresource. */
  create(binding: Binding, options?: WriteOptions): Promise<Stored<Binding>>;
  create(name: ObjectName, binding: Binding, options: WriteOptions): Promise<Stored<Binding>>;
  async create(first: Binding | ObjectName, second?: Binding | WriteOptions, third?: WriteOptions): Promise<Stored<Binding>> {
    if (!('name' in first)) return this.#bind(nameOf(first), first, (second as WriteOptions | undefined) ?? {});
    return this.#bind(first, named(second as Binding, first), third ?? {});
  }

  async #bind(name: ObjectName, binding: Binding, options: WriteOptions): Promise<Stored<Binding>> {
    const { store, definition } = this.#pods;
    checkTarget(name, binding);
    let found = await store.find(name);
    for (let attempt = 1; ; attempt += 1) {
      options.signal?.throwIfAborted();
      if (!found) throw notFound(definition, name.name);
      this.#checkPod(found.object, binding);
      if (options.dryRun) break;
      const written = await store.put(found.entry.key, this.#bound(found.object, binding), found.entry);
      if (written.ok) break;
      if (attempt === MAX_ATTEMPTS) throw conflict(definition, name.name, MODIFIED);
      found = written.current;
    }
    return binding as Stored<Binding>; // a binding is not stored: what was asked for is the answer
  }

  #checkPod({ metadata, spec }: Stored<Pod>, { metadata: wanted }: Binding): void {
    const { definition } = this.#pods;
    const { name, uid } = metadata;
    if (wanted?.uid && wanted.uid !== uid) {
      throw conflict(definition, name, `Precondition failed: UID in precondition: ${wanted.uid}, UID in object meta: ${uid}`);
    }
    if (wanted?.resourceVersion && wanted.resourceVersion !== metadata.resourceVersion) throw conflict(definition, name, MODIFIED);
    const refuse = (why: string) => conflict({ group: '', plural: 'pods/binding', kind: 'Binding' }, name, why);
    if (metadata.deletionTimestamp !== undefined) throw refuse(`pod ${name} is being deleted, cannot be assigned to a host`);
    if (spec?.nodeName) throw refuse(`pod ${name} is already assigned to node "${spec.nodeName}"`);
    // kubernetes-types does not know this field yet
    if ((spec as { schedulingGates?: unknown[] } | undefined)?.schedulingGates?.length) {
      throw refuse(`pod ${name} has non-empty .spec.schedulingGates`);
    }
  }

  #bound(pod: Stored<Pod>, { target, metadata }: Binding): Draft<Pod> {
    const { annotations } = metadata ?? {};
    const scheduled: PodCondition = { type: 'PodScheduled', status: 'True' };
    const conditions = withCondition(pod.status?.conditions, scheduled, this.#pods.environment.now());
    return {
      ...pod,
      metadata: { ...pod.metadata, ...(annotations ? { annotations: { ...pod.metadata.annotations, ...annotations } } : {}) },
      spec: { ...pod.spec!, nodeName: target.name! },
      status: { ...pod.status, conditions: [...conditions] },
    };
  }
}

function checkTarget(name: ObjectName, { target }: Binding): void {
  if (!name.name) throw badRequest('name must be provided');
  const errors: FieldError[] = [];
  if (target?.kind && target.kind !== 'Node') errors.push(notSupported('target.kind', target.kind, ['Node', '<empty>']));
  if (!target?.name) errors.push(required('target.name'));
  if (errors.length > 0) throw invalidObject({ group: '', kind: 'Binding' }, name.name, errors);
}
