import type { ContainerStatus, Pod, PodStatus } from 'kubernetes-types/core/v1.js';
import { badRequest } from '../../api/status-error.js';
import { containerOf } from '../pods/pod-spec.js';

const DEFAULT_CONTAINER = 'kubectl.kubernetes.io/default-container';

/** The container that a request means: the one it names, the one that the pod's annotation names, or the only one. Throws StatusError. */
export function chosenContainer(pod: Pod, asked: string | undefined): string {
  const name = pod.metadata?.name ?? '';
  if (asked) {
    if (!containerOf(pod, asked)) throw badRequest(`container ${asked} is not valid for pod ${name}`);
    return asked;
  }
  const containers = (pod.spec?.containers ?? []).map((one) => one.name);
  const marked = pod.metadata?.annotations?.[DEFAULT_CONTAINER];
  if (marked && containers.includes(marked)) return marked;
  if (containers.length === 1) return containers[0]!;
  const inits = (pod.spec?.initContainers ?? []).map((one) => one.name);
  const more = inits.length > 0 ? ` or one of the init containers: [${inits.join(' ')}]` : '';
  throw badRequest(`a container name must be specified for pod ${name}, choose one of: [${containers.join(' ')}]${more}`);
}

/** Id in the runtime of the container whose output is asked for. Throws StatusError when there is none. */
export function loggedContainer(podName: string, status: PodStatus, container: string, previous: boolean): string {
  const found = statusesOf(status).find(({ name }) => name === container);
  if (!found) throw badRequest(`container "${container}" in pod "${podName}" is not available`);
  const { state, lastState } = found;
  if (previous) {
    const id = lastState?.terminated?.containerID;
    if (!id) throw badRequest(`previous terminated container "${container}" in pod "${podName}" not found`);
    return bare(id);
  }
  const id = state?.running ? found.containerID : (state?.terminated?.containerID ?? lastState?.terminated?.containerID);
  if (id) return bare(id);
  if (state?.terminated) throw badRequest(`container "${container}" in pod "${podName}" is terminated`);
  throw badRequest(`container "${container}" in pod "${podName}" is waiting to start: ${whyWaiting(state?.waiting?.reason)}`);
}

function whyWaiting(reason: string | undefined): string {
  if (reason === 'ErrImagePull') return "image can't be pulled";
  return reason === 'ImagePullBackOff' ? 'trying and failing to pull image' : (reason ?? 'no logs yet');
}

function statusesOf({ containerStatuses = [], initContainerStatuses = [], ephemeralContainerStatuses = [] }: PodStatus): ContainerStatus[] {
  return [...containerStatuses, ...initContainerStatuses, ...ephemeralContainerStatuses];
}

const bare = (id: string) => id.replace(/^.*:\/\//, '');
