import { expect } from 'chai';
import type { PersistentVolume, PersistentVolumeClaim, Pod } from 'kubernetes-types/core/v1.js';
import { persistentVolumeClaims } from '../../lib/api/core/persistent-volume-claims.js';
import { persistentVolumes } from '../../lib/api/core/persistent-volumes.js';
import { pods } from '../../lib/api/core/pods.js';
import { claimProtectionController } from '../../lib/controllers/volumes/claim-protection-controller.js';
import { volumeProtectionController } from '../../lib/controllers/volumes/volume-protection-controller.js';
import { running } from './running.js';
import type { Running } from './running.js';

const namespace = 'default';
const CLAIM: PersistentVolumeClaim = {
  metadata: { name: 'data', namespace },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
};
const VOLUME: PersistentVolume = {
  metadata: { name: 'disk' },
  spec: { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], hostPath: { path: '/x' } },
};
const pod = (name: string, volume: object): Pod => ({
  metadata: { name, namespace },
  spec: { containers: [{ name: 'main', image: 'busybox' }], volumes: [{ name: 'data', ...volume }] },
});

describe('volume protection', () => {
  let cluster: Running;
  const claims = async () => (await cluster.all(persistentVolumeClaims)).map(({ metadata }) => metadata.name);

  beforeEach(async () => {
    cluster = await running([claimProtectionController(), volumeProtectionController()]);
    await cluster.registry(persistentVolumeClaims).create(CLAIM);
  });

  afterEach(() => cluster.stop());

  it('lets a claim go at once that no pod uses', async () => {
    await cluster.registry(pods).create(pod('p', { persistentVolumeClaim: { claimName: 'other' } }));
    await cluster.registry(persistentVolumeClaims).delete({ name: 'data', namespace });
    await cluster.settle();
    expect(await claims()).to.deep.equal([]);
  });

  it('keeps a claim until the last pod that uses it is gone or has ended', async () => {
    const registry = cluster.registry(pods);
    await registry.create(pod('a', { persistentVolumeClaim: { claimName: 'data' } }));
    await registry.create(pod('b', { persistentVolumeClaim: { claimName: 'data' } }));
    await cluster.registry(persistentVolumeClaims).delete({ name: 'data', namespace });
    await registry.delete({ name: 'a', namespace });
    await cluster.settle();
    expect(await claims()).to.deep.equal(['data']);
    await registry.subresource('status').modify({ name: 'b', namespace }, (current) => ({ ...current, status: { phase: 'Succeeded' } }));
    await cluster.settle();
    expect(await claims()).to.deep.equal([]);
  });

  it('keeps the claim that was made for a pod', async () => {
    await cluster.registry(persistentVolumeClaims).create({ ...CLAIM, metadata: { name: 'p-data', namespace } });
    const ephemeral = { volumeClaimTemplate: { spec: CLAIM.spec! } };
    await cluster.registry(pods).create(pod('p', { ephemeral }));
    await cluster.registry(persistentVolumeClaims).delete({ name: 'p-data', namespace });
    await cluster.settle();
    expect(await claims()).to.deep.equal(['data', 'p-data']);
  });

  it('keeps a volume as long as it is bound', async () => {
    const registry = cluster.registry(persistentVolumes);
    await registry.create(VOLUME);
    const phase = (value: string) =>
      registry.subresource('status').modify({ name: 'disk' }, (current) => ({ ...current, status: { ...current.status, phase: value } }));
    await phase('Bound');
    await registry.delete({ name: 'disk' });
    await cluster.settle();
    expect(await cluster.all(persistentVolumes)).to.have.length(1);
    await phase('Released');
    await cluster.settle();
    expect(await cluster.all(persistentVolumes)).to.deep.equal([]);
  });
});
