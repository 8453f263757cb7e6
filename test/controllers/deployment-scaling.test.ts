import { expect } from 'chai';
import { deployments } from '../../lib/api/apps/deployments.js';
import { replicaSets } from '../../lib/api/apps/replica-sets.js';
import type { Deployed } from './deployed.js';
import { deployed, REVISION } from './deployed.js';

const strategy = { type: 'RollingUpdate', rollingUpdate: { maxSurge: 3, maxUnavailable: 2 } };

describe('scaling a Deployment', () => {
  let cluster: Deployed;

  beforeEach(async () => {
    cluster = await deployed({ readyAfter: (pod) => (pod.spec?.containers[0]?.image === 'bad' ? undefined : 0) });
  });
  afterEach(() => cluster.stop());

  const scale = (replicas: number) => cluster.modify(() => ({ replicas }));
  /** In the midst of a rolling update of 10 pods: 8 old ones, 5 new ones. */
  const midway = async () => {
    await cluster.create({ replicas: 10, strategy });
    await cluster.settle();
    await cluster.setImage('bad');
    await cluster.settle();
    expect(await cluster.sizes()).to.deep.equal({ 'web:1': 8, bad: 5 });
  };

  it('resizes its ReplicaSet, and makes no revision', async () => {
    await cluster.create({ replicas: 1 });
    await cluster.settle();
    await cluster
      .registry(deployments)
      .subresource('scale')
      .modify({ name: 'web', namespace: 'default' }, (current) => ({ ...current, spec: { replicas: 5 } }));
    await cluster.settle();
    expect(await cluster.sizes()).to.deep.equal({ 'web:1': 5 });
    expect((await cluster.set('web:1')).metadata.annotations).to.deep.equal({
      [REVISION]: '1',
      'deployment.kubernetes.io/desired-replicas': '5',
      'deployment.kubernetes.io/max-replicas': '7',
    });
    expect(await cluster.status()).to.include({ replicas: 5, availableReplicas: 5, observedGeneration: 2 });
    await scale(0);
    await cluster.settle();
    expect(await cluster.status()).to.include({ replicas: 0 });
    await scale(2);
    await cluster.settle();
    expect(await cluster.sizes()).to.deep.equal({ 'web:1': 2 });
  });

  it('in the midst of a rolling update gives old and new pods their shares', async () => {
    await midway();
    await scale(20);
    await cluster.settle();
    // 23 in all: 8 and 5 of 13 become 14.15 and 8.85.
    expect(await cluster.sizes()).to.deep.equal({ 'web:1': 14, bad: 9 });
    await scale(5);
    await cluster.settle();
    // Their shares of 8 are 5 and 3; the update goes on from there: three old ones are enough.
    expect(await cluster.sizes()).to.deep.equal({ 'web:1': 3, bad: 5 });
  });

  it('lets a ReplicaSet know of it whose size stays the same', async () => {
    await midway();
    await cluster.modify(() => ({ paused: true, replicas: 11 }));
    await cluster.settle();
    expect(await cluster.sizes()).to.deep.equal({ 'web:1': 9, bad: 5 });
    for (const image of ['web:1', 'bad'])
      expect((await cluster.set(image)).metadata.annotations).to.include({
        'deployment.kubernetes.io/desired-replicas': '11',
        'deployment.kubernetes.io/max-replicas': '14',
      });
  });

  it('while paused takes effect all the same, but no new template does', async () => {
    await cluster.create({ replicas: 2 });
    await cluster.settle();
    await cluster.modify(() => ({ paused: true }));
    await cluster.setImage('bad');
    await scale(4);
    await cluster.settle();
    expect(await cluster.sizes()).to.deep.equal({ 'web:1': 4 });
    expect(await cluster.status()).to.include({ replicas: 4, updatedReplicas: 0 });
  });

  it('in the midst of an update that is paused keeps the shares', async () => {
    await midway();
    await cluster.modify(() => ({ paused: true, replicas: 20 }));
    await cluster.settle();
    expect(await cluster.sizes()).to.deep.equal({ 'web:1': 14, bad: 9 });
    await scale(5);
    await cluster.settle();
    // 8 in all: 14 and 9 of 23 become 4.9 and 3.1.
    expect(await cluster.sizes()).to.deep.equal({ 'web:1': 5, bad: 3 });
    await scale(0);
    await cluster.settle();
    expect(await cluster.sizes()).to.deep.equal({ 'web:1': 0, bad: 0 });
  });

  it('takes a ReplicaSet back to its size that somebody else has resized', async () => {
    await cluster.create({ replicas: 3 });
    await cluster.settle();
    await resize('web:1', 7);
    await cluster.settle();
    expect(await cluster.sizes()).to.deep.equal({ 'web:1': 3 });
  });

  it('knows its size again when somebody else has resized the ReplicaSet to just that', async () => {
    await cluster.create({ replicas: 3 });
    await cluster.settle();
    await cluster.modify(() => ({ paused: true }));
    await cluster.settle();
    await Promise.all([resize('web:1', 6), scale(6)]);
    await cluster.settle();
    await cluster.modify(() => ({ paused: false }));
    await cluster.setImage('web:2');
    await cluster.settle(1000);
    expect(await cluster.sizes()).to.deep.equal({ 'web:1': 0, 'web:2': 6 });
  });

  it('ends an old ReplicaSet that was adopted when the new one is complete', async () => {
    await cluster.create({ replicas: 2 });
    await cluster.settle();
    const { metadata, spec } = await cluster.set('web:1');
    const labels = { app: 'web', 'pod-template-hash': 'other' };
    await cluster.registry(replicaSets).create({
      metadata: { name: 'stray', namespace: 'default', labels, annotations: { ...metadata.annotations } },
      spec: {
        replicas: 2,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { ...spec!.template!.spec!, containers: [{ name: 'c', image: 'stray' }] } },
      },
    });
    await scale(3);
    await cluster.settle(1000);
    expect(await cluster.sizes()).to.deep.equal({ 'web:1': 3, stray: 0 });
  });

  const resize = async (image: string, replicas: number) => {
    const { name } = (await cluster.set(image)).metadata;
    await cluster.registry(replicaSets).modify({ name, namespace: 'default' }, (set) => ({ ...set, spec: { ...set.spec!, replicas } }));
  };
});
