import type { KubeObject, ObjectName, Stored } from '../api/object.js';
import type { ResourceDefinition } from '../api/resource-definition.js';
import type { CatalogCaches } from '../watch/catalog-caches.js';
import type { ControllerOptions, ControllerServices } from './controller-definition.js';
import { checkControllerName } from './controller-for.js';
import type { ReconcileContext, Verdict } from './reconciler.js';

/** What a {@link KindsReconciler} may use: `definition` is the kind of the object. */
export interface KindsContext extends Pick<
  ReconcileContext<KubeObject>,
  'name' | 'environment' | 'log' | 'events' | 'registries' | 'signal'
> {
  readonly definition: ResourceDefinition;
}

/** Brings objects of any kind to where they should be; level-triggered, as a `Reconciler` is. */
export interface KindsReconciler {
  reconcile(object: Stored<KubeObject>, context: KindsContext): Promise<Verdict>;
  /** No object of this name is in the cache of the kind. Optional. */
  gone?(name: ObjectName, context: KindsContext): Promise<Verdict>;
}

/** What a {@link KindsReconciler} is made with. */
export interface KindsServices extends ControllerServices {
  /** The caches of its kinds, those that come later too. */
  readonly kinds: CatalogCaches;
}

/** A controller over many kinds; made by {@link controllerForKinds}. */
export interface KindsControllerDefinition {
  /** Unique in a manager. */
  readonly name: string;
  /** Which of the catalog's kinds that can be listed and watched. Pure. */
  readonly includes: (definition: ResourceDefinition) => boolean;
  readonly options: ControllerOptions;
  readonly makeForKinds: (services: KindsServices) => KindsReconciler;
}

/** What {@link controllerForKinds} takes. */
export interface KindsControllerOptions extends Omit<ControllerOptions, 'ownWrites' | 'managedFields'> {
  readonly name: string;
  /** Default: all. */
  readonly includes?: ((definition: ResourceDefinition) => boolean) | undefined;
  /** Called anew for each start of the manager. */
  readonly reconcileWith: (services: KindsServices) => KindsReconciler;
}

/**
 * Describes one controller for the objects of all kinds of the catalog, or of those that `includes` picks, as kinds come and go at
 * run time. One queue holds the objects of all kinds; each stored kind is watched once, whatever its versions and groups.
 *
 * No reconcile runs while the cache of any of its kinds is still filling. What waits of a kind that has left the catalog is
 * dropped, but for objects that were seen to go: those are still told to `gone`.
 *
 * ```ts
 * controllerForKinds({ name: 'labeller', reconcileWith: () => ({ reconcile: async (object, { definition, registries }) => … }) })
 * ```
 */
export function controllerForKinds(options: KindsControllerOptions): KindsControllerDefinition {
  const { name, includes = () => true, reconcileWith, ...rest } = options;
  checkControllerName(name);
  return { name, includes, options: rest, makeForKinds: reconcileWith };
}
