import type { EndpointSlice } from 'kubernetes-types/discovery/v1.js';
import type { ObjectMeta } from 'kubernetes-types/meta/v1.js';
import { endpointSlices } from '../../api/discovery/endpoint-slices.js';
import { ownerReference } from '../../api/meta/owner-references.js';
import { keyOf, nameOf } from '../../api/object.js';
import type { KubeObject, Stored } from '../../api/object.js';
import { StatusError } from '../../api/status-error.js';
import type { ReconcileContext } from '../../controller/reconciler.js';
import { Expectations } from '../expectations.js';
import { objectsOwnedBy } from '../owner-index.js';
import { sameValue } from '../same-value.js';
import type { SliceGroup } from './endpoint-slice-groups.js';
import { slicePlan } from './slice-plan.js';
import type { SliceContent, SlicePlan } from './slice-plan.js';

export const SERVICE_NAME = 'kubernetes.io/service-name';
export const MANAGED_BY = 'endpointslice.kubernetes.io/managed-by';

/** Makes the slices of an owner match. Slices have generated names, so nothing is written while the cache is behind. */
export class SliceWriter {
  readonly #expectations = new Expectations();

  /** Answers whether the cache was up to date; if not, nothing was done. */
  async write<T extends KubeObject>(
    owner: Stored<T>,
    labels: Readonly<Record<string, string>>,
    groups: readonly SliceGroup[],
    context: ReconcileContext<T, EndpointSlice>,
  ): Promise<boolean> {
    const cache = context.cache(endpointSlices);
    const key = keyOf(owner);
    if (!this.#expectations.met(key, cache)) return false;
    const own = objectsOwnedBy(cache, owner.metadata.uid).filter(({ metadata }) => !metadata.deletionTimestamp);
    const plan = slicePlan(groups, own, ({ targetRef, addresses }) => targetRef?.uid ?? addresses[0] ?? '');
    await Promise.all([
      ...this.#creations(plan, owner, labels, context),
      ...this.#updates(plan, own, owner, labels, context),
      ...plan.remove.map((slice) => this.#remove(slice, key, context)),
    ]);
    return true;
  }

  forget(key: string): void {
    this.#expectations.forget(key);
  }

  #creations<T extends KubeObject>(
    { create }: SlicePlan,
    owner: Stored<T>,
    labels: Readonly<Record<string, string>>,
    context: ReconcileContext<T, EndpointSlice>,
  ) {
    const metadata: ObjectMeta = {
      generateName: `${owner.metadata.name}-`,
      namespace: owner.metadata.namespace ?? '',
      labels: { ...labels },
      ownerReferences: [ownerReference(owner, { controller: true, blockOwnerDeletion: true })],
    };
    return create.map(async (content) => {
      const created = await context.registry(endpointSlices).create({ metadata, ...mutable(content) }, { signal: context.signal });
      this.#expectations.wrote(keyOf(owner), created);
    });
  }

  /** Those whose endpoints change, and those whose labels do not follow the owner's any more. */
  #updates<T extends KubeObject>(
    { update, remove }: SlicePlan,
    own: readonly Stored<EndpointSlice>[],
    owner: Stored<T>,
    labels: Readonly<Record<string, string>>,
    context: ReconcileContext<T, EndpointSlice>,
  ) {
    const stale = own.filter((slice) => !remove.includes(slice) && (update.has(slice) || !sameValue(slice.metadata.labels, labels)));
    return stale.map(async (slice) => {
      const content = update.get(slice);
      const next = { ...slice, metadata: { ...slice.metadata, labels: { ...labels } }, ...(content ? mutable(content) : {}) };
      this.#expectations.wrote(keyOf(owner), await context.registry(endpointSlices).update(next, { signal: context.signal }));
    });
  }

  async #remove<T extends KubeObject>(
    slice: Stored<EndpointSlice>,
    key: string,
    context: ReconcileContext<T, EndpointSlice>,
  ): Promise<void> {
    try {
      const { uid } = slice.metadata;
      await context.registry(endpointSlices).delete(nameOf(slice), { preconditions: { uid }, signal: context.signal });
    } catch (error) {
      if (!StatusError.is(error, 'NotFound')) throw error;
    }
    this.#expectations.deleted(key, slice);
  }
}

const mutable = ({ addressType, ports, endpoints }: SliceContent) => ({ addressType, ports: [...ports], endpoints: [...endpoints] });
