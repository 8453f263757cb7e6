import type { EndpointSlice } from 'kubernetes-types/discovery/v1.js';
import type { Pod, Service } from 'kubernetes-types/core/v1.js';
import { pods } from '../../api/core/pods.js';
import { services } from '../../api/core/services.js';
import { endpointSlices } from '../../api/discovery/endpoint-slices.js';
import { keyOf } from '../../api/object.js';
import type { ObjectName, Stored } from '../../api/object.js';
import type { ControllerDefinition } from '../../controller/controller-definition.js';
import { builtInController } from '../built-in-controller.js';
import type { ReconcileContext, Reconciler, Verdict } from '../../controller/reconciler.js';
import { podsWithLabels } from '../pod-indexes.js';
import { SelectorIndex } from '../selector-index.js';
import { sliceGroups } from './endpoint-slice-groups.js';
import { HEADLESS, isHeadless, selects } from './service-pods.js';
import { MANAGED_BY, SERVICE_NAME, SliceWriter } from './slice-writer.js';
import { patient } from '../patient.js';

/** Keeps the EndpointSlices of each service with a selector, at most 100 endpoints a slice. */
export function endpointSliceController(): ControllerDefinition<Service> {
  const selectors = new SelectorIndex();
  return builtInController(services)
    .named('endpoint-slice-controller')
    .owns(endpointSlices)
    .watches(pods, (pod) => selectors.selecting(pod))
    .reconcileWith(() => patient(new EndpointSliceReconciler(selectors)));
}

class EndpointSliceReconciler implements Reconciler<Service, EndpointSlice, Pod> {
  readonly #selectors: SelectorIndex;
  readonly #writer = new SliceWriter();

  constructor(selectors: SelectorIndex) {
    this.#selectors = selectors;
  }

  async reconcile(service: Stored<Service>, context: ReconcileContext<Service, EndpointSlice, Pod>): Promise<Verdict> {
    const selecting = selects(service);
    this.#selectors.set(service, selecting ? { matchLabels: service.spec?.selector ?? {} } : undefined);
    if (service.metadata.deletionTimestamp) return;
    const { selector = {} } = service.spec ?? {};
    // Without a selector there is nothing to say: slices of an earlier selector go.
    const groups = selecting ? sliceGroups(service, podsWithLabels(context.cache(pods), service.metadata.namespace ?? '', selector)) : [];
    const done = await this.#writer.write(service, labelsFor(service), groups, context);
    return done ? undefined : { after: '1s' };
  }

  gone(name: ObjectName): Promise<void> {
    this.#selectors.delete(keyOf(name));
    this.#writer.forget(keyOf(name));
    return Promise.resolve();
  }
}

function labelsFor(service: Stored<Service>): Record<string, string> {
  const { [HEADLESS]: _, ...labels } = service.metadata.labels ?? {};
  return {
    ...labels,
    [MANAGED_BY]: 'endpointslice-controller.k8s.io',
    [SERVICE_NAME]: service.metadata.name,
    ...(isHeadless(service) ? { [HEADLESS]: '' } : {}),
  };
}
