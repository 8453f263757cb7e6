import { registryConformance } from '../../lib/testing/registry-conformance.js';
import { remoteCluster } from './support/remote-cluster.js';

registryConformance('RemoteRegistries', async (resources) => {
  const { registries, stored, stop } = await remoteCluster(resources);
  return {
    registries,
    compact: async () => stored.storage.compact(await stored.storage.revision()),
    advance: (milliseconds) => stored.environment.advance(milliseconds),
    stop,
  };
});
