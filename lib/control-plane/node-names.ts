import { nodes } from '../api/core/nodes.js';
import { StatusError } from '../api/status-error.js';
import type { Registries } from '../registry/registry.js';

/** On a Node: the control plane in whose process its kubelet runs. */
const PLANE = 'kubelib/control-plane';

/**
 * Gives the first of `node-1`, `node-2`, … that the plane had before, or that nobody has; the Node object is the claim. Names that
 * the plane uses already are passed over.
 */
export async function claimNodeName(registries: Registries, planeId: string, used: ReadonlySet<string>): Promise<string> {
  const registry = registries.registry(nodes);
  const { items } = await registry.list();
  const owners = new Map(items.map(({ metadata }) => [metadata.name, metadata.annotations?.[PLANE]]));
  for (let number = 1; ; number += 1) {
    const name = `node-${number}`;
    if (used.has(name) || (owners.has(name) && owners.get(name) !== planeId)) continue;
    if (owners.has(name)) return name;
    try {
      await registry.create({ metadata: { name, annotations: { [PLANE]: planeId } } });
      return name;
    } catch (error) {
      if (!StatusError.is(error, 'AlreadyExists')) throw error; // another plane was quicker
    }
  }
}
