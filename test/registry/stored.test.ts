import { registryConformance } from '../../lib/testing/registry-conformance.js';
import { memoryCluster } from '../support/memory-cluster.js';

registryConformance('StoredRegistries', async (resources) => {
  const { registries, storage, environment, stop } = await memoryCluster({ resources });
  return {
    registries,
    compact: async () => storage.compact(await storage.revision()),
    advance: (milliseconds) => environment.advance(milliseconds),
    stop,
  };
});
