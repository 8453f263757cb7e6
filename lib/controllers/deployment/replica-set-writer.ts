import type { Deployment, ReplicaSet } from 'kubernetes-types/apps/v1.js';
import { replicaSets } from '../../api/apps/replica-sets.js';
import { nameOf } from '../../api/object.js';
import type { Stored } from '../../api/object.js';
import { StatusError } from '../../api/status-error.js';
import type { ReconcileContext } from '../../controller/reconciler.js';
import { sameValue } from '../same-value.js';
import { newReplicaSet } from './new-replica-set.js';
import type { Resize } from './resize.js';
import { nextRevision, revisionAnnotations, sizeAnnotations } from './revisions.js';
import type { Rollout } from './rollout.js';
import { sizeOf, withSets } from './rollout.js';

/** What is told of each write, for a cache that may be behind. */
export interface WriteListener {
  wrote(set: Stored<ReplicaSet>): void;
  deleted(set: Stored<ReplicaSet>): void;
}

/** Writes the ReplicaSets of one Deployment, and tells of their sizes in events. */
export class ReplicaSetWriter {
  readonly #deployment: Stored<Deployment>;
  readonly #context: ReconcileContext<Deployment, ReplicaSet>;
  readonly #listener: WriteListener;

  constructor(deployment: Stored<Deployment>, context: ReconcileContext<Deployment, ReplicaSet>, listener: WriteListener) {
    this.#deployment = deployment;
    this.#context = context;
    this.#listener = listener;
  }

  /** Makes the ReplicaSet of the present template. Throws AlreadyExists when its name is taken. */
  async create(rollout: Rollout): Promise<Stored<ReplicaSet>> {
    const wanted = newReplicaSet(rollout);
    const created = await this.#registry.create(wanted, { signal: this.#context.signal });
    this.#listener.wrote(created);
    if (sizeOf(created) > 0) this.#tell(created, 0);
    return created;
  }

  /** Gives ReplicaSets their sizes; those that have them, and know of their Deployment's, are left alone. */
  async resize(rollout: Rollout, resizes: readonly Resize[]): Promise<Rollout> {
    const changed: Stored<ReplicaSet>[] = [];
    for (const resize of resizes.filter((one) => this.matters(one))) changed.push(await this.#resize(resize));
    return withSets(rollout, changed);
  }

  /** Whether there is something to write. */
  matters({ set, size }: Resize): boolean {
    const annotations = { ...set.metadata.annotations, ...sizeAnnotations(this.#deployment) };
    return sizeOf(set) !== size || !sameValue(annotations, set.metadata.annotations);
  }

  /** Gives the present ReplicaSet its revision, the annotations of its Deployment, and its `minReadySeconds`. */
  async adapt(rollout: Rollout): Promise<Rollout> {
    const { current, old } = rollout;
    if (!current) return rollout;
    const annotations = revisionAnnotations(this.#deployment, current.metadata.annotations, nextRevision(old));
    const minReadySeconds = this.#deployment.spec?.minReadySeconds ?? 0;
    if (sameValue(annotations, current.metadata.annotations) && minReadySeconds === (current.spec?.minReadySeconds ?? 0)) return rollout;
    const spec = { ...current.spec!, minReadySeconds };
    return withSets(rollout, [await this.#update({ ...current, metadata: { ...current.metadata, annotations }, spec })]);
  }

  /** Deletes ReplicaSets. */
  async remove(sets: readonly Stored<ReplicaSet>[]): Promise<void> {
    await Promise.all(sets.map((set) => this.#remove(set)));
  }

  get #registry() {
    return this.#context.registry(replicaSets);
  }

  async #resize({ set, size }: Resize): Promise<Stored<ReplicaSet>> {
    const annotations = { ...set.metadata.annotations, ...sizeAnnotations(this.#deployment) };
    const resized = { ...set, metadata: { ...set.metadata, annotations }, spec: { ...set.spec!, replicas: size } };
    const updated = await this.#update(resized);
    if (size !== sizeOf(set)) this.#tell(updated, sizeOf(set));
    return updated;
  }

  async #update(set: Stored<ReplicaSet>): Promise<Stored<ReplicaSet>> {
    const updated = await this.#registry.update(set, { signal: this.#context.signal });
    this.#listener.wrote(updated);
    return updated;
  }

  async #remove(set: Stored<ReplicaSet>): Promise<void> {
    const { uid, resourceVersion } = set.metadata;
    try {
      // Not if it has changed: it may have got pods.
      await this.#registry.delete(nameOf(set), { preconditions: { uid, resourceVersion }, signal: this.#context.signal });
    } catch (error) {
      if (!StatusError.is(error, 'NotFound')) throw error;
    }
    this.#listener.deleted(set);
  }

  #tell(set: Stored<ReplicaSet>, before: number): void {
    const size = sizeOf(set);
    const message = `Scaled ${size > before ? 'up' : 'down'} replica set ${set.metadata.name} from ${before} to ${size}`;
    this.#context.events.event(this.#deployment, 'Normal', 'ScalingReplicaSet', message);
  }
}
