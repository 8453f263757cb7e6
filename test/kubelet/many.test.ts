import { expect } from 'chai';
import { VirtualEnvironment } from '../../lib/base/virtual-environment.js';
import { createCatalog } from '../../lib/api/catalog.js';
import { leases } from '../../lib/api/coordination/leases.js';
import { nodes } from '../../lib/api/core/nodes.js';
import { pods } from '../../lib/api/core/pods.js';
import { builtInDefinitions } from '../../lib/api/kinds.js';
import { parseTime } from '../../lib/api/meta/time.js';
import { Kubelet } from '../../lib/kubelet/kubelet.js';
import { StoredRegistries } from '../../lib/registry/stored/stored-registries.js';
import { SimulatedRuntime } from '../../lib/runtime/simulated/simulated-runtime.js';
import { MemoryStorage } from '../../lib/storage/memory/memory-storage.js';
import { SharedCaches } from '../../lib/watch/shared-caches.js';

const COUNT = 300;

describe('Hundreds of kubelets in one process', function () {
  this.timeout(60_000);

  it('all run their pods, keep their leases, do little when idle, and leave nothing behind', async () => {
    const environment = new VirtualEnvironment();
    const storage = new MemoryStorage({ environment });
    const registries = new StoredRegistries({ storage, environment, catalog: createCatalog(builtInDefinitions) });
    const caches = new SharedCaches({ registries, environment });
    await registries.start();
    await caches.start();
    let listings = 0;
    const runtimes = Array.from({ length: COUNT }, () => new SimulatedRuntime({ environment }));
    const kubelets = runtimes.map((runtime, i) => {
      const list = runtime.pods.bind(runtime);
      runtime.pods = () => {
        listings++;
        return list();
      };
      return new Kubelet({ registries, runtime, environment, caches, nodeName: `n${i}` });
    });
    await Promise.all(runtimes.map((runtime) => runtime.start()));
    await Promise.all(kubelets.map((kubelet) => kubelet.start()));
    expect((await registries.registry(nodes).list()).items).to.have.length(COUNT);

    for (let i = 0; i < COUNT; i++) {
      await registries.registry(pods).create({
        metadata: { namespace: 'default', name: `p${i}` },
        spec: { nodeName: `n${i}`, containers: [{ name: 'c', image: 'app:1' }] },
      });
    }
    await environment.advance(0);
    const { items } = await registries.registry(pods).list();
    expect(items.filter(({ status }) => status?.phase === 'Running')).to.have.length(COUNT);

    listings = 0;
    await environment.advance(60_000);
    expect(listings / COUNT).to.be.at.most(7); // one look every ten seconds
    const oldest = Math.min(...(await registries.registry(leases).list()).items.map(({ spec }) => parseTime(spec?.renewTime)));
    expect(environment.now() - oldest).to.be.below(11_000);

    await Promise.all(kubelets.map((kubelet) => kubelet.stop()));
    await caches.stop();
    await Promise.all(runtimes.map((runtime) => runtime.stop()));
    await registries.stop();
    await storage.stop();
    expect(environment.pendingTimers).to.equal(0);
  });
});
