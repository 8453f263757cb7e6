import { expect } from 'chai';
import { configMaps } from '../../lib/api/core/config-maps.js';
import { namespaces } from '../../lib/api/core/namespaces.js';
import { nodes } from '../../lib/api/core/nodes.js';
import { pods } from '../../lib/api/core/pods.js';
import { secrets } from '../../lib/api/core/secrets.js';
import { conditionOf } from '../../lib/api/meta/conditions.js';
import { namespaceController } from '../../lib/controllers/namespace/namespace-controller.js';
import { nodeOf, podOf, running } from './running.js';
import type { Running } from './running.js';

describe('namespace controller', () => {
  let cluster: Running;

  beforeEach(async () => {
    cluster = await running([namespaceController()]);
    await cluster.registry(namespaces).create({ metadata: { name: 't' } });
  });

  afterEach(() => cluster.stop());

  const namespace = () => cluster.find(namespaces, 't');
  const remove = async () => {
    await cluster.registry(namespaces).delete({ name: 't' });
    await cluster.settle();
  };

  it('empties a namespace of every kind, and lets it go', async () => {
    await cluster.registry(configMaps).create({ metadata: { name: 'a', namespace: 't' } });
    await cluster.registry(secrets).create({ metadata: { name: 'b', namespace: 't' } });
    await cluster.registry(pods).create({ ...podOf('c'), metadata: { name: 'c', namespace: 't' } });
    await cluster.registry(configMaps).create({ metadata: { name: 'other', namespace: 'default' } });
    await remove();
    expect(await namespace()).to.equal(undefined);
    expect(await cluster.all(configMaps, 't')).to.deep.equal([]);
    expect(await cluster.all(secrets, 't')).to.deep.equal([]);
    expect(await cluster.all(pods, 't')).to.deep.equal([]);
    expect(await cluster.all(configMaps, 'default')).to.have.length(1);
  });

  it('leaves the finalizers of others, whose removal lets it go', async () => {
    await cluster.registry(namespaces).create({ metadata: { name: 'held' }, spec: { finalizers: ['acme.io/hold'] } });
    await cluster.registry(namespaces).delete({ name: 'held' });
    await cluster.settle();
    const held = await cluster.find(namespaces, 'held');
    expect([held?.spec?.finalizers, held?.status?.phase]).to.deep.equal([['acme.io/hold'], 'Terminating']);
    await cluster
      .registry(namespaces)
      .subresource('finalize')
      .update({ name: 'held' }, { ...held!, spec: { finalizers: [] } });
    expect(await cluster.find(namespaces, 'held')).to.equal(undefined);
  });

  it('waits for contents with finalizers, and says so in Kubernetes words', async () => {
    await cluster.registry(configMaps).create({ metadata: { name: 'a', namespace: 't', finalizers: ['custom.io/finalizer'] } });
    await remove();
    const conditions = (await namespace())?.status?.conditions;
    const said = (type: string) => {
      const { status, reason, message } = conditionOf(conditions, type) ?? {};
      return [status, reason, message];
    };
    expect(said('NamespaceDeletionDiscoveryFailure')).to.deep.equal([
      'False',
      'ResourcesDiscovered',
      'All resources successfully discovered',
    ]);
    expect(said('NamespaceDeletionContentFailure')).to.deep.equal([
      'False',
      'ContentDeleted',
      'All content successfully deleted, may be waiting on finalization',
    ]);
    expect(said('NamespaceContentRemaining')).to.deep.equal([
      'True',
      'SomeResourcesRemain',
      'Some resources are remaining: configmaps has 1 resource instances',
    ]);
    expect(said('NamespaceFinalizersRemaining')).to.deep.equal([
      'True',
      'SomeFinalizersRemain',
      'Some content in the namespace has finalizers remaining: custom.io/finalizer in 1 resource instances',
    ]);
    await cluster
      .registry(configMaps)
      .modify({ name: 'a', namespace: 't' }, ({ metadata: { finalizers: _, ...metadata }, ...rest }) => ({ ...rest, metadata }));
    await cluster.settle(2000);
    expect(await namespace()).to.equal(undefined);
  });

  it('lets pods end before it takes what they use', async () => {
    await cluster.registry(nodes).create(nodeOf('n'));
    await cluster.registry(pods).create(podOf('p', {}, { nodeName: 'n', terminationGracePeriodSeconds: 30 }, { namespace: 't' }));
    await cluster.registry(secrets).create({ metadata: { name: 's', namespace: 't' } });
    await remove();
    await cluster.settle(5000);
    expect((await cluster.find(pods, 'p', 't'))?.metadata.deletionTimestamp).not.to.equal(undefined);
    expect(await cluster.all(secrets, 't')).to.have.length(1);
    await cluster.registry(pods).delete({ name: 'p', namespace: 't' }, { gracePeriodSeconds: 0 });
    await cluster.settle();
    expect(await namespace()).to.equal(undefined);
  });

  it('goes on with a deletion that began before it was started', async () => {
    const other = await running([]);
    await other.registry(namespaces).create({ metadata: { name: 't' } });
    await other.registry(configMaps).create({ metadata: { name: 'a', namespace: 't' } });
    await other.registry(namespaces).delete({ name: 't' });
    await other.settle(10_000);
    expect((await other.find(namespaces, 't'))?.status?.phase).to.equal('Terminating');
    await other.manage([namespaceController()]);
    await other.settle();
    expect(await other.find(namespaces, 't')).to.equal(undefined);
    await other.stop();
  });
});
