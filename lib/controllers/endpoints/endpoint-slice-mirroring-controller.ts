import type { Endpoints, EndpointSubset, Service } from 'kubernetes-types/core/v1.js';
import type { Endpoint, EndpointSlice } from 'kubernetes-types/discovery/v1.js';
import { endpoints } from '../../api/core/endpoints.js';
import { services } from '../../api/core/services.js';
import { endpointSlices } from '../../api/discovery/endpoint-slices.js';
import { keyOf } from '../../api/object.js';
import type { ObjectName, Stored } from '../../api/object.js';
import type { ControllerDefinition } from '../../controller/controller-definition.js';
import { builtInController } from '../built-in-controller.js';
import type { ReconcileContext, Reconciler, Verdict } from '../../controller/reconciler.js';
import type { AddressType, SliceGroup } from './endpoint-slice-groups.js';
import { MANAGED_BY, SERVICE_NAME, SliceWriter } from './slice-writer.js';
import { patient } from '../patient.js';

const SKIP = 'endpointslice.kubernetes.io/skip-mirror';
const LEADER = 'control-plane.alpha.kubernetes.io/leader';

/** Copies Endpoints that people write for services without a selector into EndpointSlices. */
export function endpointSliceMirroringController(): ControllerDefinition<Endpoints> {
  return builtInController(endpoints)
    .named('endpoint-slice-mirroring-controller')
    .owns(endpointSlices)
    .watches(services, (service) => [keyOf(service)])
    .reconcileWith(() => patient(new MirroringReconciler()));
}

class MirroringReconciler implements Reconciler<Endpoints, EndpointSlice, Service> {
  readonly #writer = new SliceWriter();

  async reconcile(object: Stored<Endpoints>, context: ReconcileContext<Endpoints, EndpointSlice, Service>): Promise<Verdict> {
    if (object.metadata.deletionTimestamp) return;
    const groups = isMirrored(object, context.cache(services).get(context.name)) ? (object.subsets ?? []).flatMap(groupsOf) : [];
    const labels = {
      ...object.metadata.labels,
      [MANAGED_BY]: 'endpointslicemirroring-controller.k8s.io',
      [SERVICE_NAME]: object.metadata.name,
    };
    const done = await this.#writer.write(object, labels, groups, context);
    return done ? undefined : { after: '1s' };
  }

  gone(name: ObjectName): Promise<void> {
    this.#writer.forget(keyOf(name));
    return Promise.resolve();
  }
}

function isMirrored({ metadata }: Stored<Endpoints>, service: Stored<Service> | undefined): boolean {
  if (metadata.labels?.[SKIP] === 'true' || metadata.annotations?.[LEADER] !== undefined) return false;
  return service !== undefined && Object.keys(service.spec?.selector ?? {}).length === 0;
}

function groupsOf({ addresses = [], notReadyAddresses = [], ports = [] }: EndpointSubset): SliceGroup[] {
  const all = [
    ...addresses.map((address) => ({ address, ready: true })),
    ...notReadyAddresses.map((address) => ({ address, ready: false })),
  ];
  const families: readonly AddressType[] = ['IPv4', 'IPv6'];
  return families.flatMap((addressType) => {
    const own = all.filter(({ address }) => address.ip.includes(':') === (addressType === 'IPv6'));
    const made = own.map(({ address: { ip, hostname, nodeName, targetRef }, ready }): [string, Endpoint] => [
      targetRef?.uid ?? ip,
      {
        addresses: [ip],
        conditions: { ready },
        ...(hostname ? { hostname } : {}),
        ...(nodeName ? { nodeName } : {}),
        ...(targetRef ? { targetRef } : {}),
      },
    ]);
    if (made.length === 0) return [];
    return [
      {
        addressType,
        ports: ports.map(({ name = '', protocol = 'TCP', ...rest }) => ({ name, protocol, ...rest })),
        endpoints: new Map(made),
      },
    ];
  });
}
