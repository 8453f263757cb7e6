import type { EndpointSubset, Endpoints, Pod, Service } from 'kubernetes-types/core/v1.js';
import { endpoints } from '../../api/core/endpoints.js';
import { pods } from '../../api/core/pods.js';
import { services } from '../../api/core/services.js';
import { keyOf } from '../../api/object.js';
import type { ObjectName, Stored } from '../../api/object.js';
import { StatusError } from '../../api/status-error.js';
import type { ControllerDefinition } from '../../controller/controller-definition.js';
import { builtInController } from '../built-in-controller.js';
import type { ReconcileContext, Reconciler } from '../../controller/reconciler.js';
import { podsWithLabels } from '../pod-indexes.js';
import { sameValue } from '../same-value.js';
import { SelectorIndex } from '../selector-index.js';
import { endpointSubsets } from './endpoint-subsets.js';
import { HEADLESS, isHeadless, selects } from './service-pods.js';
import { patient } from '../patient.js';

type Context = ReconcileContext<Service, Endpoints, Pod>;

const MANAGED_BY = 'endpoints.kubernetes.io/managed-by';
const US = 'endpoint-controller';

/** Keeps the Endpoints of each service with a selector: the addresses of its pods, those that are ready apart from those that are not. */
export function endpointsController(): ControllerDefinition<Service> {
  const selectors = new SelectorIndex();
  return builtInController(services)
    .named('endpoint-controller')
    .watches(pods, (pod) => selectors.selecting(pod))
    .watches(endpoints, (object) => [keyOf(object)])
    .writes(endpoints)
    .reconcileWith(() => patient(new EndpointsReconciler(selectors)));
}

class EndpointsReconciler implements Reconciler<Service, Endpoints, Pod> {
  readonly #selectors: SelectorIndex;
  /** Services that were there; what has their name goes with them. */
  readonly #known = new Set<string>();

  constructor(selectors: SelectorIndex) {
    this.#selectors = selectors;
  }

  async reconcile(service: Stored<Service>, context: Context): Promise<void> {
    this.#known.add(keyOf(service));
    const selecting = selects(service);
    this.#selectors.set(service, selecting ? { matchLabels: service.spec?.selector ?? {} } : undefined);
    // Whoever makes a service without a selector writes its Endpoints himself.
    if (!selecting || service.metadata.deletionTimestamp) return;
    const members = podsWithLabels(context.cache(pods), service.metadata.namespace ?? '', service.spec?.selector ?? {});
    const wanted = { labels: labelsFor(service), subsets: endpointSubsets(service, members) };
    const current = context.cache(endpoints).get(context.name);
    if (current && sameValue(current.subsets, wanted.subsets) && sameValue(current.metadata.labels, wanted.labels)) return;
    await write(current, wanted, context);
  }

  /** The Endpoints of a service go with it; those that never had one belong to somebody else. */
  async gone(name: ObjectName, context: Context): Promise<void> {
    const key = keyOf(name);
    const current = context.cache(endpoints).getByKey(key);
    if (current && (this.#known.has(key) || current.metadata.labels?.[MANAGED_BY] === US)) await remove(current, context);
    this.#known.delete(key);
    this.#selectors.delete(key);
  }
}

interface Wanted {
  readonly labels: Record<string, string>;
  readonly subsets: EndpointSubset[];
}

async function write(current: Stored<Endpoints> | undefined, { labels, subsets }: Wanted, context: Context): Promise<void> {
  const registry = context.registry(endpoints);
  const options = { signal: context.signal };
  if (current) await registry.update({ ...current, metadata: { ...current.metadata, labels }, subsets }, options);
  else await registry.create({ metadata: { ...context.name, namespace: context.name.namespace ?? '', labels }, subsets }, options);
}

async function remove(object: Stored<Endpoints>, context: Context): Promise<void> {
  try {
    await context.registry(endpoints).delete(context.name, { preconditions: { uid: object.metadata.uid }, signal: context.signal });
  } catch (error) {
    if (!StatusError.is(error, 'NotFound')) throw error;
  }
}

function labelsFor(service: Stored<Service>): Record<string, string> {
  const { [HEADLESS]: _, ...labels } = service.metadata.labels ?? {};
  return { ...labels, [MANAGED_BY]: US, ...(isHeadless(service) ? { [HEADLESS]: '' } : {}) };
}
