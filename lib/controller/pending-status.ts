import { isDeepStrictEqual } from 'node:util';
import type { Condition } from 'kubernetes-types/meta/v1.js';
import { conditionOf, withCondition } from '../api/meta/conditions.js';
import type { KubeObject, Stored } from '../api/object.js';
import { nameOf } from '../api/object.js';
import type { ResourceDefinition } from '../api/resource-definition.js';
import { StatusError } from '../api/status-error.js';
import type { Registry } from '../registry/registry.js';

/** The type of a kind's status. */
export type StatusOf<T extends KubeObject> = T extends { readonly status?: infer S } ? NonNullable<S> : Record<string, unknown>;

type Status = Readonly<Record<string, unknown>> & { readonly conditions?: readonly Condition[] };

/** What a reconcile has said about the status of its object, until it is written: all at once, and only if it changes something. */
export class PendingStatus<T extends KubeObject> {
  readonly #definition: ResourceDefinition<T>;
  #fields: Status = {};
  readonly #conditions = new Map<string, Omit<Condition, 'lastTransitionTime'>>();

  constructor(definition: ResourceDefinition<T>) {
    this.#definition = definition;
  }

  get isEmpty(): boolean {
    return Object.keys(this.#fields).length + this.#conditions.size === 0;
  }

  set(fields: object): void {
    this.#fields = { ...this.#fields, ...fields };
  }

  setCondition(condition: Omit<Condition, 'lastTransitionTime'>): void {
    this.#conditions.set(condition.type, condition);
  }

  /** Whether a condition is True: what was said last, else what the object says. */
  met(type: string, object: Stored<T> | undefined): boolean {
    return (this.#conditions.get(type) ?? conditionOf(statusOf(object).conditions, type))?.status === 'True';
  }

  /** Nothing is written of an object that has gone meanwhile, or whose name another one has. */
  async write(object: Stored<T>, registry: Registry<T>, nowMs: number): Promise<void> {
    if (this.#changed(object, nowMs) === object) return;
    const { uid } = object.metadata;
    const change = (current: T & KubeObject): T & KubeObject =>
      current.metadata?.uid === uid ? this.#changed(current as Stored<T>, nowMs) : current;
    try {
      if (this.#definition.subresources['status']) await registry.subresource('status').modify(nameOf(object), change);
      else await registry.modify(nameOf(object), change);
    } catch (error) {
      if (!StatusError.is(error, 'NotFound')) throw error;
    }
  }

  /** The same object when nothing changes. */
  #changed(object: Stored<T>, nowMs: number): Stored<T> {
    const status = statusOf(object);
    let conditions = status.conditions;
    for (const condition of this.#conditions.values()) conditions = withCondition(conditions, condition as Condition, nowMs);
    const changed: Status = { ...status, ...this.#fields, ...(conditions ? { conditions } : {}) };
    return isDeepStrictEqual(changed, status) ? object : { ...object, status: changed };
  }
}

function statusOf(object: KubeObject | undefined): Status {
  return (object as { readonly status?: Status } | undefined)?.status ?? {};
}
