import { expect } from 'chai';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { firstValueFrom, filter, take, toArray } from 'rxjs';
import { configMaps } from '../../lib/api/core/config-maps.js';
import { endpoints } from '../../lib/api/core/endpoints.js';
import { nodes } from '../../lib/api/core/nodes.js';
import { pods } from '../../lib/api/core/pods.js';
import { replicationControllers } from '../../lib/api/core/replication-controllers.js';
import { services } from '../../lib/api/core/services.js';
import { ControlPlane } from '../../lib/control-plane/control-plane.js';
import type { ControlPlaneOptions } from '../../lib/control-plane/options.js';
import { MemoryStorage } from '../../lib/storage/memory/memory-storage.js';
import type { Storage } from '../../lib/storage/storage.js';
import { eventually } from '../support/eventually.js';
import { RecordingLogger } from '../support/recording-logger.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

/** One engine for several planes: it goes on when one of them stops. */
function engine(): { readonly storage: Storage; stop(): Promise<void> } {
  const memory = new MemoryStorage();
  const storage: Storage = {
    shared: true,
    start: () => memory.start(),
    stop: () => Promise.resolve(),
    get: (key, options) => memory.get(key, options),
    list: (prefix, range) => memory.list(prefix, range),
    commit: (writes, guards) => memory.commit(writes, guards),
    watch: (prefix, since, options) => memory.watch(prefix, since, options),
    revision: () => memory.revision(),
    compact: (before) => memory.compact(before),
  };
  return { storage, stop: () => memory.stop() };
}

describe('control planes over one storage', function () {
  this.timeout(60_000);
  const directory = temporaryDirectory();
  let shared: ReturnType<typeof engine>;
  let planes: ControlPlane[];

  beforeEach(() => {
    shared = engine();
    planes = [];
  });
  afterEach(async () => {
    for (const plane of planes) await plane.stop();
    await shared.stop();
  });

  async function start(name: string, options: ControlPlaneOptions = {}): Promise<ControlPlane> {
    const dataDir = join(directory(), name);
    if (name !== 'one') cpSync(join(directory(), 'one', 'pki'), join(dataDir, 'pki'), { recursive: true });
    const plane = await ControlPlane.start({ storage: shared.storage, dataDir, runtime: 'simulated', ...options });
    planes.push(plane);
    return plane;
  }

  const nodeNames = async (plane: ControlPlane) => (await plane.registry(nodes).list()).items.map(({ metadata }) => metadata.name);
  const serverPorts = async (plane: ControlPlane) => {
    const { subsets = [] } = await plane.registry(endpoints).get({ namespace: 'default', name: 'kubernetes' });
    return subsets.map(({ ports }) => ports?.[0]?.port);
  };
  const portsOf = (...of: ControlPlane[]) => of.map(({ url }) => Number(new URL(url).port));
  const ready = async (plane: ControlPlane) =>
    (await plane.registry(replicationControllers).get({ namespace: 'default', name: 'web' })).status?.readyReplicas;

  it('serve the same objects: a watch on one sees a write through the other', async () => {
    const one = await start('one');
    const two = await start('two');
    const seen = firstValueFrom(
      two
        .registry(configMaps)
        .watch({ namespace: 'default' })
        .pipe(
          filter((event) => event.type !== 'BOOKMARK'),
          filter(({ object }) => object.metadata.name === 'shared'),
          take(2),
          toArray(),
        ),
    );
    const name = { namespace: 'default', name: 'shared' };
    await one.registry(configMaps).create({ metadata: name, data: { from: 'one' } });
    const other = await two.registry(configMaps).modify(name, (map) => ({ ...map, data: { from: 'two' } }));
    expect((await seen).map(({ type, object }) => [type, object.data])).to.deep.equal([
      ['ADDED', { from: 'one' }],
      ['MODIFIED', { from: 'two' }],
    ]);
    expect(await one.registry(configMaps).get(name)).to.deep.equal(other);
  });

  it('run the controllers and the scheduler once, and the other takes over when the first one stops', async () => {
    const one = await start('one');
    const two = await start('two');
    expect([one.leads, two.leads]).to.deep.equal([true, false]);
    const template = { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'c', image: 'none' }] } };
    await two.registry(replicationControllers).create({
      metadata: { namespace: 'default', name: 'web' },
      spec: { replicas: 4, selector: { app: 'web' }, template },
    });
    await eventually(async () => expect(await ready(two)).to.equal(4), { timeout: 20_000 });
    const { items } = await two.registry(pods).list({ namespace: 'default' });
    expect(new Set(items.map(({ spec }) => spec?.nodeName))).to.deep.equal(new Set(['node-1', 'node-2']));

    await one.stop();
    await eventually(() => two.leads, { timeout: 20_000 });
    const web = await two.registry(replicationControllers).get({ namespace: 'default', name: 'web' });
    await two.registry(replicationControllers).update({ ...web, spec: { ...web.spec, replicas: 6 } });
    await eventually(async () => expect((await two.registry(pods).list({ namespace: 'default' })).items).to.have.length(6), {
      timeout: 20_000,
    });
  });

  it('share out the names of nodes, and find their own again after a restart', async () => {
    const one = await start('one', { nodes: 2 });
    const two = await start('two', { nodes: 2 });
    expect(one.nodes.names).to.have.members(['node-1', 'node-2']);
    expect(two.nodes.names).to.have.members(['node-3', 'node-4']);
    await two.stop();
    const again = await start('two', { nodes: 3 });
    expect(again.nodes.names).to.have.members(['node-3', 'node-4', 'node-5']);
    expect(await nodeNames(one)).to.deep.equal(['node-1', 'node-2', 'node-3', 'node-4', 'node-5']);
  });

  it('stand behind the Service kubernetes together, and leave it when they stop', async () => {
    const one = await start('one');
    expect(await serverPorts(one)).to.have.members(portsOf(one));
    const two = await start('two');
    expect(await serverPorts(one)).to.have.members(portsOf(one, two));
    await one.stop();
    expect(await serverPorts(two)).to.have.members(portsOf(two));
  });

  it('agree on where Services get their addresses', async () => {
    const one = await start('one');
    const two = await start('two');
    const service = (name: string) => ({
      metadata: { namespace: 'default', name },
      spec: { ports: [{ port: 80 }], selector: { app: 'a' } },
    });
    const first = await one.registry(services).create(service('a'));
    const second = await two.registry(services).create(service('b'));
    const [, octet] = first.spec!.clusterIP!.split('.');
    expect(second.spec?.clusterIP?.split('.').slice(0, 2)).to.deep.equal(['127', octet]);
    expect(second.spec?.clusterIP).not.to.equal(first.spec?.clusterIP);
    await two.stop();
    const again = await start('two');
    expect((await again.registry(services).get({ namespace: 'default', name: 'b' })).spec?.clusterIP).to.equal(second.spec?.clusterIP);
  });

  it('say so when they do not have the same certificate authority', async () => {
    await start('one');
    const logger = new RecordingLogger();
    const stranger = await ControlPlane.start({ storage: shared.storage, dataDir: join(directory(), 'stranger'), nodes: 0, logger });
    planes.push(stranger);
    expect(logger.lines.map(({ message }) => message).join('\n')).to.match(
      /another certificate authority .* copy the folder pki .*stranger/,
    );
    const same = new RecordingLogger();
    await start('two', { logger: same });
    expect(same.lines.map(({ message }) => message).join('\n')).not.to.match(/certificate authority/);
  });
});
