import type { Container, PodSpec } from 'kubernetes-types/core/v1.js';
import type { Resources } from './resources.js';
import { addResources, maxResources, noResources, resourcesOf } from './resources.js';

/** What a container without requests counts as when nodes are compared, so that pods without requests spread as well. */
const ASSUMED = { cpu: 100, memory: 200 * 1024 * 1024 };

/**
 * What a pod takes of its node: the sum of its containers, or the most that its init containers need while one of them runs
 * (with the sidecars that run beside it), whichever is more; and its overhead.
 */
export function podRequests(spec: PodSpec): Resources {
  return requests(spec, (container) => resourcesOf(container.resources?.requests));
}

/** The same with 100m CPU and 200Mi for each container that requests none. Only scores use it. */
export function assumedRequests(spec: PodSpec): Resources {
  return requests(spec, (container) => {
    const { cpu, memory, ...rest } = resourcesOf(container.resources?.requests);
    return { ...rest, cpu: cpu || ASSUMED.cpu, memory: memory || ASSUMED.memory };
  });
}

function requests(spec: PodSpec, of: (container: Container) => Resources): Resources {
  let running = spec.containers.map(of).reduce((a, b) => addResources(a, b), noResources);
  let starting = noResources;
  let sidecars = noResources;
  for (const container of spec.initContainers ?? []) {
    const own = of(container);
    if (container.restartPolicy === 'Always') {
      running = addResources(running, own);
      sidecars = addResources(sidecars, own);
      starting = maxResources(starting, sidecars);
    } else starting = maxResources(starting, addResources(sidecars, own));
  }
  const peak = maxResources(running, starting);
  return spec.overhead ? addResources(peak, resourcesOf(spec.overhead)) : peak;
}
