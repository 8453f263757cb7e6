import { expect } from 'chai';
import type { PersistentVolume, PersistentVolumeClaim } from 'kubernetes-types/core/v1.js';
import { persistentVolumeClaims } from '../../lib/api/core/persistent-volume-claims.js';
import { persistentVolumes } from '../../lib/api/core/persistent-volumes.js';
import { storageClasses } from '../../lib/api/storage/storage-classes.js';
import { claimBinderController } from '../../lib/controllers/volumes/claim-binder-controller.js';
import { claimProtectionController } from '../../lib/controllers/volumes/claim-protection-controller.js';
import { volumePhaseController } from '../../lib/controllers/volumes/volume-phase-controller.js';
import { rejection } from '../support/rejection.js';
import { running } from './running.js';
import type { Running } from './running.js';

const namespace = 'default';
const claim = (name: string, storage: string, more: Partial<PersistentVolumeClaim['spec']> = {}): PersistentVolumeClaim => ({
  metadata: { name, namespace },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage } }, ...more },
});
const volume = (name: string, storage: string, more: Partial<PersistentVolume['spec']> = {}): PersistentVolume => ({
  metadata: { name, labels: { name } },
  spec: { accessModes: ['ReadWriteOnce'], capacity: { storage }, hostPath: { path: '/x' }, ...more },
});

describe('claim binder', () => {
  let cluster: Running;
  const volumes = async (...all: PersistentVolume[]) => {
    for (const one of all) await cluster.registry(persistentVolumes).create(one);
    await cluster.settle();
  };
  const make = async (one: PersistentVolumeClaim) => {
    await cluster.registry(persistentVolumeClaims).create(one);
    await cluster.settle();
    return (await cluster.find(persistentVolumeClaims, one.metadata!.name!, namespace))!;
  };
  const phase = async (name: string) => (await cluster.find(persistentVolumes, name))?.status?.phase;

  beforeEach(async () => {
    cluster = await running([claimBinderController(), volumePhaseController(), claimProtectionController()]);
  });

  afterEach(() => cluster.stop());

  it('gives a claim the smallest volume that is large enough, and both say so', async () => {
    await volumes(volume('large', '9Gi'), volume('fits', '2Gi'), volume('small', '1Gi'));
    expect(await phase('fits')).to.equal('Available');
    const { metadata, spec, status } = await make(claim('data', '2Gi'));
    expect(spec?.volumeName).to.equal('fits');
    expect(status).to.deep.include({ phase: 'Bound', capacity: { storage: '2Gi' }, accessModes: ['ReadWriteOnce'] });
    expect(metadata.annotations).to.deep.equal({
      'pv.kubernetes.io/bind-completed': 'yes',
      'pv.kubernetes.io/bound-by-controller': 'yes',
    });
    const bound = await cluster.find(persistentVolumes, 'fits');
    expect(bound?.status?.phase).to.equal('Bound');
    expect(bound?.spec?.claimRef).to.deep.include({ namespace, name: 'data', uid: metadata.uid });
  });

  it('leaves alone what does not fit', async () => {
    await volumes(
      volume('small', '1Gi'),
      volume('class', '9Gi', { storageClassName: 'slow' }),
      volume('block', '9Gi', { volumeMode: 'Block' }),
      volume('taken', '9Gi', { claimRef: { namespace: 'other', name: 'data' } }),
      volume('reader', '9Gi', { accessModes: ['ReadOnlyMany'] }),
    );
    expect((await make(claim('data', '2Gi'))).status).to.deep.equal({ phase: 'Pending' });
    const picky = await make(claim('picky', '1Gi', { selector: { matchLabels: { name: 'other' } } }));
    expect(picky.status?.phase).to.equal('Pending');
  });

  it('binds a claim once a volume comes, and only to the volume that either names', async () => {
    const waiting = await make(claim('data', '1Gi', { volumeName: 'mine' }));
    expect(waiting.status?.phase).to.equal('Pending');
    await volumes(volume('first', '1Gi'), volume('mine', '1Gi', { claimRef: { namespace, name: 'data' } }));
    expect(await phase('mine')).to.equal('Bound');
    expect(await phase('first')).to.equal('Available');
    expect((await cluster.find(persistentVolumes, 'mine'))?.metadata.annotations).to.equal(undefined);
  });

  it('gives no volume to two claims', async () => {
    const registry = cluster.registry(persistentVolumeClaims);
    await volumes(volume('only', '1Gi'));
    await Promise.all([registry.create(claim('a', '1Gi')), registry.create(claim('b', '1Gi'))]);
    await cluster.settle(60_000);
    const phases = (await cluster.all(persistentVolumeClaims)).map(({ status }) => status?.phase).sort();
    expect(phases).to.deep.equal(['Bound', 'Pending']);
  });

  it('leaves claims of classes that wait for a pod', async () => {
    const waits = { metadata: { name: 'late' }, provisioner: 'p.example/p', volumeBindingMode: 'WaitForFirstConsumer' };
    await cluster.registry(storageClasses).create(waits);
    await volumes(volume('v', '1Gi', { storageClassName: 'late' }));
    expect((await make(claim('data', '1Gi', { storageClassName: 'late' }))).status?.phase).to.equal('Pending');
  });

  it('releases a volume whose claim is gone, for nobody else', async () => {
    await volumes(volume('v', '1Gi'));
    await make(claim('data', '1Gi'));
    await cluster.registry(persistentVolumeClaims).delete({ name: 'data', namespace });
    await cluster.settle();
    expect(await phase('v')).to.equal('Released');
    expect((await make(claim('data', '1Gi'))).status?.phase).to.equal('Pending');
  });

  it('says that a claim has lost its volume', async () => {
    await volumes(volume('v', '1Gi'));
    await make(claim('data', '1Gi'));
    await cluster
      .registry(persistentVolumes)
      .modify({ name: 'v' }, ({ metadata: { finalizers: _, ...metadata }, ...rest }) => ({ ...rest, metadata }));
    await cluster.registry(persistentVolumes).delete({ name: 'v' });
    await cluster.settle();
    expect((await cluster.find(persistentVolumeClaims, 'data', namespace))?.status?.phase).to.equal('Lost');
  });

  it('a bound claim grows only where its class allows it', async () => {
    await cluster.registry(storageClasses).create({ metadata: { name: 'grows' }, provisioner: 'p.example/p', allowVolumeExpansion: true });
    await volumes(volume('a', '1Gi', { storageClassName: 'grows' }), volume('b', '1Gi'));
    await make(claim('data', '1Gi', { storageClassName: 'grows' }));
    await make(claim('other', '1Gi'));
    const grow = (name: string) =>
      cluster
        .registry(persistentVolumeClaims)
        .modify({ name, namespace }, (current) => ({ ...current, spec: { ...current.spec, resources: { requests: { storage: '2Gi' } } } }));
    expect((await grow('data')).spec?.resources?.requests).to.deep.equal({ storage: '2Gi' });
    expect(await rejection(grow('other'))).to.include({ reason: 'Forbidden' });
  });
});
