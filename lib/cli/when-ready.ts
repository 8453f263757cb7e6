import { connect } from 'node:net';
import type { Pod, Service } from 'kubernetes-types/core/v1.js';
import { filter, firstValueFrom, fromEvent, merge, startWith, takeUntil } from 'rxjs';
import type { Environment } from '../base/environment.js';
import { endpoints } from '../api/core/endpoints.js';
import { pods } from '../api/core/pods.js';
import { replicationControllers } from '../api/core/replication-controllers.js';
import { services } from '../api/core/services.js';
import { conditionOf } from '../api/meta/conditions.js';
import { keyOf } from '../api/object.js';
import type { ResourceDefinition } from '../api/resource-definition.js';
import type { ControlPlane } from '../control-plane/control-plane.js';
import type { ManifestObject } from './manifests.js';

/** Milliseconds between two tries to connect to a Service, and how many there are. */
const RETRY = 50;
const TRIES = 40;

/**
 * Resolves once every replication controller of the manifests has its pods ready, and every Service leads to the ready pods and to no
 * others; or when `signal` aborts. It goes by pods and endpoints, not by what a controller's status says: that is the last run's at first.
 */
export async function whenReady(
  plane: ControlPlane,
  manifests: readonly ManifestObject[],
  environment: Environment,
  signal: AbortSignal,
): Promise<void> {
  if (signal.aborted) return;
  const { caches } = plane;
  const controllerCache = caches.cache(replicationControllers);
  const podCache = caches.cache(pods);
  const serviceCache = caches.cache(services);
  const endpointsCache = caches.cache(endpoints);
  const wantedControllers = keysOf(manifests, replicationControllers);
  const wantedServices = keysOf(manifests, services);
  const seen = new Set<string>(); // a cache may not show yet what was just applied; what it no longer shows is deleted
  const readyPods = (namespace: string | undefined) => podCache.list(namespace).filter(isReady);

  const hasItsPods = (key: string): boolean => {
    const controller = controllerCache.getByKey(key);
    if (!controller) return seen.has(key);
    seen.add(key);
    const { uid, namespace } = controller.metadata;
    const own = readyPods(namespace).filter((pod) => pod.metadata.ownerReferences?.some((owner) => owner.uid === uid));
    return own.length === (controller.spec?.replicas ?? 1);
  };
  const leadsToThem = (key: string): boolean => {
    const service = serviceCache.getByKey(key);
    if (!service) return seen.has(key);
    seen.add(key);
    const { selector } = service.spec ?? {};
    if (!selector) return true;
    const matches = (pod: Pod) => Object.entries(selector).every(([name, value]) => pod.metadata?.labels?.[name] === value);
    const expected = new Set(
      readyPods(service.metadata.namespace)
        .filter(matches)
        .map(({ status }) => status?.podIP),
    );
    const actual = new Set(endpointsCache.getByKey(key)?.subsets?.flatMap(({ addresses = [] }) => addresses.map(({ ip }) => ip)));
    return actual.size === expected.size && [...actual].every((ip) => expected.has(ip));
  };

  const settled = merge(controllerCache.changes, podCache.changes, serviceCache.changes, endpointsCache.changes).pipe(
    startWith(undefined),
    filter(() => wantedControllers.every(hasItsPods) && wantedServices.every(leadsToThem)),
    takeUntil(fromEvent(signal, 'abort')),
  );
  await firstValueFrom(settled, { defaultValue: undefined });
  for (const key of wantedServices) {
    const [address] = addressesOf(serviceCache.getByKey(key));
    for (let tries = 0; address && endpointsCache.getByKey(key)?.subsets?.length && tries < TRIES; tries += 1) {
      if (signal.aborted || (await accepts(address))) break;
      await environment.sleep(RETRY);
    }
  }
}

function keysOf(manifests: readonly ManifestObject[], { kind }: Pick<ResourceDefinition, 'kind'>): string[] {
  return manifests
    .filter(({ object }) => object.kind === kind)
    .map(({ object }) => keyOf({ namespace: object.metadata?.namespace ?? 'default', name: object.metadata?.name ?? '' }));
}

function isReady({ metadata, status }: Pod): boolean {
  return !metadata?.deletionTimestamp && conditionOf(status?.conditions, 'Ready')?.status === 'True';
}

/** Where a Service listens by TCP. */
function addressesOf(service: Service | undefined): { readonly host: string; readonly port: number }[] {
  const { clusterIP, ports = [] } = service?.spec ?? {};
  if (!clusterIP || clusterIP === 'None') return [];
  return ports.filter(({ protocol = 'TCP' }) => protocol === 'TCP').map(({ port }) => ({ host: clusterIP, port }));
}

function accepts(address: { readonly host: string; readonly port: number }): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(address, () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
