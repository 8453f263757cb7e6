import { expect } from 'chai';
import { deployments } from '../../lib/api/apps/deployments.js';
import { replicaSets } from '../../lib/api/apps/replica-sets.js';
import { pods } from '../../lib/api/core/pods.js';
import { controllerOf } from '../../lib/api/meta/owner-references.js';
import { keyOf, nameOf } from '../../lib/api/object.js';
import { deploymentController } from '../../lib/controllers/deployment/deployment-controller.js';
import { podTemplateHash } from '../../lib/controllers/deployment/pod-template-hash.js';
import { garbageCollector } from '../../lib/controllers/garbage-collection/garbage-collector.js';
import type { Deployed } from './deployed.js';
import { deployed, imageOf, REVISION, webOf } from './deployed.js';

describe('the ReplicaSets of a Deployment', () => {
  let cluster: Deployed;

  beforeEach(async () => {
    cluster = await deployed({ readyAfter: (pod) => (pod.spec?.containers[0]?.image === 'bad' ? undefined : 0) });
  });
  afterEach(() => cluster.stop());

  /** Revisions by image. */
  const revisions = async () =>
    Object.fromEntries((await cluster.all(replicaSets)).map((set) => [imageOf(set), set.metadata.annotations?.[REVISION]]));
  const roll = async (image: string) => {
    await cluster.setImage(image);
    await cluster.settle(1000);
  };

  it('are numbered by revision; going back to an old template makes its ReplicaSet the newest', async () => {
    await cluster.create();
    await cluster.settle();
    await roll('web:2');
    expect(await revisions()).to.deep.equal({ 'web:1': '1', 'web:2': '2' });
    const before = (await cluster.set('web:1')).metadata.uid;
    await roll('web:1');
    expect(await revisions()).to.deep.equal({ 'web:1': '3', 'web:2': '2' });
    expect((await cluster.set('web:1')).metadata.uid).to.equal(before);
    expect((await cluster.find()).metadata.annotations?.[REVISION]).to.equal('3');
    await roll('web:2');
    await roll('web:1');
    expect((await cluster.set('web:1')).metadata.annotations?.['deployment.kubernetes.io/revision-history']).to.equal('1,3');
    expect(await cluster.sizes()).to.deep.equal({ 'web:1': 3, 'web:2': 0 });
  });

  it('get the annotations of the Deployment, but for those of kubectl apply and of revisions', async () => {
    const { metadata, spec } = webOf();
    const annotations = { note: 'x', 'kubectl.kubernetes.io/last-applied-configuration': '{}', [REVISION]: '9' };
    await cluster.registry(deployments).create({ metadata: { ...metadata, annotations }, ...(spec ? { spec } : {}) });
    await cluster.settle();
    expect((await cluster.set('web:1')).metadata.annotations)
      .to.include({ note: 'x', [REVISION]: '1' })
      .and.not.have.any.keys('kubectl.kubernetes.io/last-applied-configuration');
    await cluster.registry(deployments).modify({ name: 'web', namespace: 'default' }, (one) => ({
      ...one,
      metadata: { ...one.metadata, annotations: { ...one.metadata.annotations, note: 'y' } },
    }));
    await cluster.settle();
    expect((await cluster.set('web:1')).metadata.annotations).to.include({ note: 'y', [REVISION]: '1' });
    expect(await cluster.all(replicaSets)).to.have.length(1);
  });

  it('are kept up to revisionHistoryLimit; the lowest revisions go, once they are empty', async () => {
    await cluster.create({ revisionHistoryLimit: 2 });
    await cluster.settle();
    for (const image of ['web:2', 'web:3', 'web:1', 'web:4']) await roll(image);
    expect(await revisions()).to.deep.equal({ 'web:3': '3', 'web:1': '4', 'web:4': '5' });
    await cluster.modify(() => ({ revisionHistoryLimit: 0 }));
    await cluster.settle(1000);
    expect(await revisions()).to.deep.equal({ 'web:4': '5' });
  });

  it('are kept while a rollout is under way, however many they are', async () => {
    await cluster.create({ revisionHistoryLimit: 0 });
    await cluster.settle();
    await cluster.modify(() => ({ minReadySeconds: 60, progressDeadlineSeconds: 600 }));
    await cluster.settle(100_000);
    await roll('web:2');
    expect(Object.keys(await revisions())).to.have.members(['web:1', 'web:2']);
    await cluster.settle(600_000);
    expect(Object.keys(await revisions())).to.deep.equal(['web:2']);
  });

  it('are kept while a rollout is under way, the empty ones too: one of them may be the last that worked', async () => {
    await cluster.create({ revisionHistoryLimit: 1 });
    await cluster.settle();
    await roll('web:2');
    await cluster.modify(() => ({ strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } } }));
    await cluster.setImage('bad');
    await cluster.settle(60_000);
    expect(await cluster.sizes()).to.deep.equal({ 'web:1': 0, 'web:2': 3, bad: 1 });
    await roll('web:2');
    await cluster.settle(60_000);
    expect(await cluster.sizes()).to.deep.equal({ 'web:2': 3, bad: 0 });
  });

  it('are adopted with their pods when nobody owns them and their labels match', async () => {
    await cluster.manage([garbageCollector()]);
    await cluster.create();
    await cluster.settle();
    const [set] = await cluster.all(replicaSets);
    const before = (await cluster.all(pods)).map(keyOf);
    await cluster.remove('Orphan');
    await cluster.settle(1000);
    expect((await cluster.set('web:1')).metadata.ownerReferences).to.equal(undefined);
    await cluster.create();
    await cluster.settle(1000);
    const sets = await cluster.all(replicaSets);
    expect(sets.map(({ metadata }) => metadata.uid)).to.deep.equal([set!.metadata.uid]);
    expect(controllerOf(sets[0]!)?.uid).to.equal((await cluster.find()).metadata.uid);
    expect((await cluster.all(pods)).map(keyOf)).to.deep.equal(before);
    expect(await cluster.condition('Progressing')).to.include({ status: 'True', reason: 'NewReplicaSetAvailable' });
  });

  it('are left alone when they are being deleted already', async () => {
    const { metadata, spec } = webOf();
    const stray = { ...metadata, name: 'stray', labels: { app: 'web' }, finalizers: ['acme.io/hold'] };
    await cluster
      .registry(replicaSets)
      .create({ metadata: stray, spec: { replicas: 0, selector: spec!.selector, template: spec!.template } });
    await cluster.registry(replicaSets).delete({ name: 'stray', namespace: 'default' });
    await cluster.create();
    await cluster.settle(1000);
    expect((await cluster.all(replicaSets)).find((set) => set.metadata.name === 'stray')?.metadata.ownerReferences).to.equal(undefined);
    expect(await cluster.status()).to.include({ availableReplicas: 3 });
  });

  it('are released when their labels stop matching, and another one is made under another name', async () => {
    await cluster.create({ replicas: 1 });
    await cluster.settle();
    const set = await cluster.set('web:1');
    await cluster.registry(replicaSets).modify(nameOf(set), (one) => ({ ...one, metadata: { ...one.metadata, labels: { app: 'other' } } }));
    await cluster.settle(5000);
    const sets = await cluster.all(replicaSets);
    expect(sets).to.have.length(2);
    const released = sets.find(({ metadata }) => metadata.uid === set.metadata.uid);
    expect(released?.metadata.ownerReferences).to.equal(undefined);
    expect(await cluster.status()).to.include({ replicas: 1, collisionCount: 1 });
  });

  it('get another name when theirs is taken by another template', async () => {
    const { metadata, spec } = webOf();
    const hash = podTemplateHash((await cluster.create({ paused: true })).spec?.template);
    const labels = { app: 'squatter' };
    await cluster.registry(replicaSets).create({
      metadata: { name: `web-${hash}`, namespace: metadata!.namespace! },
      spec: { replicas: 0, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: spec!.template.spec! } },
    });
    await cluster.modify(() => ({ paused: false }));
    await cluster.settle(5000);
    const made = (await cluster.all(replicaSets)).find((set) => controllerOf(set)?.name === 'web');
    expect(made?.metadata.name).to.not.equal(`web-${hash}`);
    expect(made?.metadata.labels?.['pod-template-hash']).to.not.equal(hash);
    expect(await cluster.status()).to.include({ collisionCount: 1, availableReplicas: 3 });
    await cluster.settle(60_000);
    expect(await cluster.status(), 'once is enough').to.include({ collisionCount: 1 });
  });

  for (const lag of [0, 100])
    it(`are the same for two controllers at once${lag ? ', though their caches are late' : ''}: neither answers the other without end`, async () => {
      await cluster.stop();
      cluster = await deployed({ lag });
      await cluster.manage([deploymentController()]);
      await cluster.create();
      await cluster.settle(10_000);
      await cluster.setImage('web:2');
      await cluster.settle(60_000);
      expect(await cluster.sizes()).to.deep.equal({ 'web:1': 0, 'web:2': 3 });
      expect((await cluster.status()).collisionCount, 'what the other one has made is ours').to.equal(undefined);
      const before = cluster.writes.length;
      await cluster.settle(3_600_000);
      expect(cluster.writes.slice(before)).to.deep.equal([]);
    });

  it('go with the Deployment', async () => {
    await cluster.manage([garbageCollector()]);
    await cluster.create();
    await cluster.settle();
    await cluster.remove('Foreground');
    await cluster.settle(10_000);
    expect([await cluster.all(deployments), await cluster.all(replicaSets), await cluster.all(pods)]).to.deep.equal([[], [], []]);
  });
});

describe('the hash of a pod template', () => {
  const { template } = webOf().spec!;

  it('is the same for the same template, whatever the order of its fields and what is blank', () => {
    const { metadata, spec } = template;
    const same = {
      spec: { volumes: [], ...spec!, nodeSelector: {} },
      metadata: { ...metadata, labels: { 'pod-template-hash': 'x', ...metadata!.labels } },
    };
    expect(podTemplateHash(same))
      .to.equal(podTemplateHash(template))
      .and.to.match(/^[bcdfghjklmnpqrstvwxz2456789]{1,10}$/);
  });

  it('is another one for each template, and each collision', () => {
    const images = Array.from({ length: 200 }, (_, index) => webOf({}, `web:${index}`).spec!.template);
    const hashes = [...images.map((one) => podTemplateHash(one)), ...[1, 2, 3].map((collisions) => podTemplateHash(template, collisions))];
    expect(new Set(hashes)).to.have.property('size', 203);
  });
});
