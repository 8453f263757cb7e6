import type { KubeObject, Stored } from '../api/object.js';
import { StatusError } from '../api/status-error.js';
import type { AnyReconciler, ControllerDefinition } from './controller-definition.js';
import { hasFinalizer, withFinalizer, withoutFinalizer } from './finalizers.js';
import type { Verdict } from './reconciler.js';
import type { RunContext } from './run-context.js';

/**
 * Calls what the state of an object asks for.
 *
 * | the object | what happens |
 * |---|---|
 * | is not in the cache | `gone` |
 * | is not being deleted | with a `cleanup`: the finalizer is added where it lacks; then `reconcile` |
 * | is being deleted, and there is no `cleanup` | `reconcile` |
 * | is being deleted, has our finalizer | `cleanup`; the finalizer is removed when that is through |
 * | is being deleted, has not | nothing: it waits for others |
 */
export class ReconcileStep<T extends KubeObject> {
  readonly #definition: ControllerDefinition<T>;
  readonly #reconciler: AnyReconciler<T>;

  constructor(definition: ControllerDefinition<T>, reconciler: AnyReconciler<T>) {
    this.#definition = definition;
    this.#reconciler = reconciler;
  }

  /** What was said about the status is written when the reconcile has ended, however it has. */
  async run(context: RunContext<T>): Promise<Verdict> {
    let verdict: Verdict;
    try {
      verdict = await this.#called(context);
    } catch (error) {
      await context.writeStatus().catch((reason: unknown) => context.log.warn('the status could not be written', { error: reason }));
      throw error;
    }
    await context.writeStatus();
    return verdict;
  }

  async #called(context: RunContext<T>): Promise<Verdict> {
    const object = context.cache(this.#definition.for).getByKey(context.key);
    if (!object) return this.#reconciler.gone?.(context.name, context);
    if (!this.#reconciler.cleanup) return this.#reconciler.reconcile(object, context);
    return object.metadata.deletionTimestamp ? this.#cleanUp(object, context) : this.#guarded(object, context);
  }

  /** The finalizer must stand before anything is made that has to be undone. */
  async #guarded(object: Stored<T>, context: RunContext<T>): Promise<Verdict> {
    const { finalizer } = this.#definition;
    if (hasFinalizer(object, finalizer)) return this.#reconciler.reconcile(object, context);
    const guarded = await this.#modify(object, context, (current) =>
      current.metadata.deletionTimestamp ? current : withFinalizer(current, finalizer),
    );
    // Otherwise it is gone or going: the cache will say so and enqueue the key.
    if (guarded && hasFinalizer(guarded, finalizer)) return this.#reconciler.reconcile(guarded, context);
  }

  async #cleanUp(object: Stored<T>, context: RunContext<T>): Promise<Verdict> {
    const { finalizer } = this.#definition;
    if (!hasFinalizer(object, finalizer)) return;
    const verdict = await this.#reconciler.cleanup?.(object, context);
    if (verdict && ('after' in verdict || 'again' in verdict)) return verdict;
    await this.#modify(object, context, (current) => withoutFinalizer(current, finalizer));
    return verdict;
  }

  /** Undefined when the object has gone; another one of its name is left as it is. */
  async #modify(object: Stored<T>, context: RunContext<T>, change: (current: Stored<T>) => Stored<T>): Promise<Stored<T> | undefined> {
    const { uid } = object.metadata;
    try {
      const modified = await context
        .registry(this.#definition.for)
        .modify(context.name, (current) => (current.metadata.uid === uid ? change(current) : current));
      return modified.metadata.uid === uid ? modified : undefined;
    } catch (error) {
      if (StatusError.is(error, 'NotFound')) return undefined;
      throw error;
    }
  }
}
