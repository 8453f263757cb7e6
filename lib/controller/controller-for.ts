import type { KubeObject, Stored } from '../api/object.js';
import type { ResourceDefinition } from '../api/resource-definition.js';
import type { Selection } from '../registry/registry.js';
import type { ChangePredicate } from './changed.js';
import type { ControllerDefinition, ControllerOptions, ControllerServices, WatchSource } from './controller-definition.js';
import type { ReconcileContext, Reconciler, Verdict } from './reconciler.js';

/** A reconciler that needs no more than one function. */
export type ReconcileFunction<T extends KubeObject, Writes extends KubeObject = never, Reads extends KubeObject = never> = (
  object: Stored<T>,
  context: ReconcileContext<T, Writes, Reads>,
) => Promise<Verdict>;

/** The objects of a kind, or of several. */
export type ObjectOf<D> = D extends ResourceDefinition<infer T> ? T : never;

/**
 * The context that a controller's reconciler gets, for functions and classes that stand beside its description.
 *
 * ```ts
 * const described = controllerFor(shops).owns(deployments).reads(secrets);
 * class ShopReconciler { async reconcile(shop: Stored<Shop>, context: ContextOf<typeof described>) { … } }
 * export const shopController = described.reconcile(new ShopReconciler());
 * ```
 */
export type ContextOf<B> = B extends ControllerBuilder<infer T, infer Writes, infer Reads> ? ReconcileContext<T, Writes, Reads> : never;

/**
 * Begins the description of a controller of a kind.
 *
 * ```ts
 * controllerFor(gameServers)
 *   .owns(pods)
 *   .reconcile(async (server, context) => {
 *     const pod = await context.apply(pods, podFor(server));
 *     if (pod.status?.phase !== 'Running') return { after: '5s' };
 *   });
 * ```
 */
export function controllerFor<T extends KubeObject>(definition: ResourceDefinition<T>): ControllerBuilder<T> {
  return new ControllerBuilder({
    name: definition.plural,
    for: definition,
    owns: [],
    when: [],
    watches: [],
    reads: [],
    writes: [],
    options: {},
  });
}

type Parts<T extends KubeObject> = Omit<ControllerDefinition<T>, 'make' | 'finalizer' | 'matters'> & {
  readonly finalizer?: string;
  readonly when: readonly ChangePredicate<T>[];
};

/** Describes a controller step by step; each step gives a new builder and leaves the one before as it was. */
export class ControllerBuilder<T extends KubeObject, Writes extends KubeObject = never, Reads extends KubeObject = never> {
  /** Carries the declared kinds through inference; never there. */
  declare readonly __declared?: ReconcileContext<T, Writes, Reads>;
  readonly #parts: Parts<T>;

  /** @internal Use {@link controllerFor}. */
  constructor(parts: Parts<T>) {
    this.#parts = parts;
  }

  /** Names the controller in logs, events and its finalizer; unique in a manager. Default: the plural of its kind. */
  named(name: string): ControllerBuilder<T, Writes, Reads> {
    checkControllerName(name);
    return this.#with({ name });
  }

  /** It makes objects of these kinds, with an owner reference: a change of one enqueues its owner. */
  owns<D extends readonly ResourceDefinition[]>(...definitions: D): ControllerBuilder<T, Writes | ObjectOf<D[number]>, Reads> {
    return this.#with({ owns: [...this.#parts.owns, ...definitions] });
  }

  /** A change of an object of this kind enqueues `keys` of the object as it was and as it is. Pure and quick. */
  watches<K extends KubeObject>(definition: ResourceDefinition<K>, keys: WatchSource<K>['keys']): ControllerBuilder<T, Writes, Reads | K> {
    const source: WatchSource<K> = { definition, keys };
    return this.#with({ watches: [...this.#parts.watches, source as WatchSource] });
  }

  /**
   * Only changes of its own objects for which one of these predicates is true enqueue them, such as `changed.spec`; besides those, an
   * object that comes, goes, or begins to be deleted. Adds to the predicates given before. Default: every change, the controller's own
   * writes of the status among them.
   */
  when(...predicates: readonly ChangePredicate<T>[]): ControllerBuilder<T, Writes, Reads> {
    return this.#with({ when: [...this.#parts.when, ...predicates] });
  }

  /** It looks objects of these kinds up, and is not woken by their changes. */
  reads<D extends readonly ResourceDefinition[]>(...definitions: D): ControllerBuilder<T, Writes, Reads | ObjectOf<D[number]>>;
  /** Only objects of the selection are kept in memory; the cache shows no others. A kind that is also owned, written or watched is kept whole. */
  reads<K extends KubeObject>(definition: ResourceDefinition<K>, selection: Selection): ControllerBuilder<T, Writes, Reads | K>;
  reads(...given: readonly (ResourceDefinition | Selection)[]): ControllerBuilder<T, Writes, never> {
    const selection = given.find((one): one is Selection => !('plural' in one));
    const definitions = given.filter((one): one is ResourceDefinition => 'plural' in one);
    const twice = definitions.find((one) => this.#parts.reads.some(({ definition }) => definition === one));
    if (twice) throw new TypeError(`${twice.plural} are read already: say all that is read of them at once`);
    return this.#with({
      reads: [...this.#parts.reads, ...definitions.map((definition) => ({ definition, ...(selection ? { selection } : {}) }))],
    });
  }

  /** It makes or changes objects of these kinds that it does not own; it looks them up too, and is not woken by their changes. */
  writes<D extends readonly ResourceDefinition[]>(...definitions: D): ControllerBuilder<T, Writes | ObjectOf<D[number]>, Reads> {
    return this.#with({ writes: [...this.#parts.writes, ...definitions] });
  }

  /** How it runs; adds to the options given before. */
  options(options: ControllerOptions): ControllerBuilder<T, Writes, Reads> {
    return this.#with({ options: { ...this.#parts.options, ...options } });
  }

  /** The finalizer of a reconciler with `cleanup`: a qualified name such as `play.example.com/rooms`. Default `kubelib.dev/<controller name>`. */
  finalizer(finalizer: string): ControllerBuilder<T, Writes, Reads> {
    if (!FINALIZER.test(finalizer)) throw new TypeError(`not a qualified name: ${JSON.stringify(finalizer)}`);
    return this.#with({ finalizer });
  }

  /** With this reconciler, or function: the same one for every manager that runs the definition. */
  reconcile(reconciler: Reconciler<T, Writes, Reads> | ReconcileFunction<T, Writes, Reads>): ControllerDefinition<T> {
    const made = typeof reconciler === 'function' ? { reconcile: reconciler } : reconciler;
    return this.reconcileWith(() => made);
  }

  /** With a reconciler that is made of the manager's services, anew for each start of the manager. */
  reconcileWith(make: (services: ControllerServices) => Reconciler<T, Writes, Reads>): ControllerDefinition<T> {
    const { when, ...parts } = this.#parts;
    const finalizer = parts.finalizer ?? `kubelib.dev/${parts.name}`;
    return { ...parts, finalizer, make, ...(when.length === 0 ? {} : { matters: (old, object) => when.some((one) => one(old, object)) }) };
  }

  #with<W extends KubeObject = Writes, R extends KubeObject = Reads>(change: Partial<Parts<T>>): ControllerBuilder<T, W, R> {
    return new ControllerBuilder({ ...this.#parts, ...change });
  }
}

/** Throws when logs, events and finalizers cannot bear it. */
export function checkControllerName(name: string): void {
  if (!NAME.test(name)) throw new TypeError(`not a name for a controller: ${JSON.stringify(name)}`);
}

const NAME = /^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
const FINALIZER = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?\/[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
