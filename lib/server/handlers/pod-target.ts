import type { Pod } from 'kubernetes-types/core/v1.js';
import type { Stored } from '../../api/object.js';
import type { ResourceDefinition } from '../../api/resource-definition.js';
import { badRequest, StatusError } from '../../api/status-error.js';
import type { ServerContext } from '../api-request.js';
import type { PodConnector } from '../pod-connector.js';
import type { RequestInfo } from '../request-info.js';

/** The pod that a stream is about. Throws 404. */
export async function podIn(
  info: Pick<RequestInfo, 'name' | 'namespace'>,
  definition: ResourceDefinition,
  { registries }: ServerContext,
): Promise<Stored<Pod>> {
  return registries.registry(definition as ResourceDefinition<Pod>).get({ name: info.name, namespace: info.namespace });
}

/** Throws 503 in a server that reaches no kubelet. */
export function connectorOf({ podConnector }: ServerContext): PodConnector {
  if (!podConnector) throw new StatusError('ServiceUnavailable', 'this server has no connection to the nodes');
  return podConnector;
}

/** Throws 400 for a container that the pod does not have, and for none where there are several. */
export function checkContainer(pod: Stored<Pod>, container: string | undefined): void {
  const { containers = [], initContainers = [], ephemeralContainers = [] } = pod.spec ?? {};
  const { name } = pod.metadata;
  if (container !== undefined) {
    if (![...containers, ...initContainers, ...ephemeralContainers].some((one) => one.name === container))
      throw badRequest(`container ${container} is not valid for pod ${name}`);
    return;
  }
  if (containers.length <= 1) return;
  const names = (list: readonly { readonly name: string }[]) => list.map((one) => one.name).join(' ');
  const more = initContainers.length > 0 ? ` or one of the init containers: [${names(initContainers)}]` : '';
  throw badRequest(`a container name must be specified for pod ${name}, choose one of: [${names(containers)}]${more}`);
}

/** The container that a request means when it names none. */
export function containerOf(pod: Stored<Pod>, container: string | undefined): string {
  return container ?? pod.metadata.annotations?.['kubectl.kubernetes.io/default-container'] ?? pod.spec?.containers[0]?.name ?? '';
}

/** Throws 400 for a pod that no node runs. */
export function checkScheduled(pod: Stored<Pod>): void {
  if (!pod.spec?.nodeName) throw badRequest(`pod ${pod.metadata.name} does not have a host assigned`);
}
