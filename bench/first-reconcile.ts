/** Started as a process of its own: prints the milliseconds from its start to the end of the import, and to the first reconcile. */
import {
  builtInDefinitions,
  configMaps,
  controllerFor,
  createCatalog,
  Manager,
  MemoryStorage,
  StoredRegistries,
  systemEnvironment,
} from 'kubelib';

const imported = performance.now();
const environment = systemEnvironment;
const storage = new MemoryStorage({ environment });
const registries = new StoredRegistries({ storage, environment, catalog: createCatalog(builtInDefinitions) });
await registries.start();
await registries.registry(configMaps).create({ metadata: { name: 'first', namespace: 'default' } });
const done = () => {
  console.log(JSON.stringify({ imported, reconciled: performance.now() }));
  return Promise.resolve();
};
const manager = new Manager({ registries, environment, controllers: [controllerFor(configMaps).reconcile(done)] });
await manager.start();
await manager.idle();
await manager.stop();
await registries.stop();
await storage.stop();
