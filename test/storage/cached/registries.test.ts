import { builtInDefinitions } from '../../../lib/api/kinds.js';
import { createCatalog } from '../../../lib/api/catalog.js';
import { VirtualEnvironment } from '../../../lib/base/virtual-environment.js';
import { defaultAdmission } from '../../../lib/registry/stored/admission.js';
import { StoredRegistries } from '../../../lib/registry/stored/stored-registries.js';
import { CachedStorage } from '../../../lib/storage/cached/cached-storage.js';
import { MemoryStorage } from '../../../lib/storage/memory/memory-storage.js';
import { registryConformance } from '../../../lib/testing/registry-conformance.js';

registryConformance('StoredRegistries over a CachedStorage', async (resources) => {
  const environment = new VirtualEnvironment();
  const storage = new CachedStorage(new MemoryStorage({ environment }), { environment });
  const catalog = createCatalog([...builtInDefinitions, ...resources]);
  const registries = new StoredRegistries({ storage, environment, catalog, admission: defaultAdmission() });
  await registries.start();
  return {
    registries,
    compact: async () => storage.compact(await storage.revision()),
    advance: (milliseconds) => environment.advance(milliseconds),
    stop: async () => {
      await registries.stop();
      await storage.stop();
    },
  };
});
