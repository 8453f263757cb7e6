import { expect } from 'chai';
import { deployments } from '../../lib/api/apps/deployments.js';
import { replicaSets } from '../../lib/api/apps/replica-sets.js';
import { pods } from '../../lib/api/core/pods.js';
import { controllerOf } from '../../lib/api/meta/owner-references.js';
import { nameOf } from '../../lib/api/object.js';
import type { Stored } from '../../lib/api/object.js';
import type { Pod } from 'kubernetes-types/core/v1.js';
import { setPodStatus } from './running.js';
import type { Deployed } from './deployed.js';
import { deployed, imageOf, REVISION } from './deployed.js';
import { deploymentController } from '../../lib/controllers/deployment/deployment-controller.js';
import { replicaSetController } from '../../lib/controllers/replication/replica-set-controller.js';

const rolling = (maxSurge: number | string, maxUnavailable: number | string) => ({
  strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge, maxUnavailable } },
});
const finished = { 'web:1': 0, 'web:2': undefined as number | undefined };

describe('a rollout of a Deployment', () => {
  let cluster: Deployed;
  afterEach(() => cluster.stop());

  it('makes a ReplicaSet of the template, marked by its hash, and that makes the pods', async () => {
    cluster = await deployed();
    await cluster.create({ replicas: 2, minReadySeconds: 0 });
    await cluster.settle();
    const [set, ...more] = await cluster.all(replicaSets);
    expect(more).to.have.length(0);
    const hash = set!.metadata.labels?.['pod-template-hash'];
    expect(set!.metadata.name)
      .to.equal(`web-${hash}`)
      .and.to.match(/^web-[bcdfghjklmnpqrstvwxz2456789]{1,10}$/);
    const labels = { app: 'web', 'pod-template-hash': hash };
    expect([set!.metadata.labels, set!.spec?.selector.matchLabels, set!.spec?.template?.metadata?.labels]).to.deep.equal([
      labels,
      labels,
      labels,
    ]);
    expect(set!.metadata.annotations).to.deep.equal({
      [REVISION]: '1',
      'deployment.kubernetes.io/desired-replicas': '2',
      'deployment.kubernetes.io/max-replicas': '3',
    });
    const deployment = await cluster.find();
    expect(set!.metadata.ownerReferences).to.deep.equal([
      { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web', uid: deployment.metadata.uid, controller: true, blockOwnerDeletion: true },
    ]);
    expect((await cluster.all(pods)).map((pod) => controllerOf(pod)?.name)).to.deep.equal([set!.metadata.name, set!.metadata.name]);
    expect(deployment.metadata.annotations?.[REVISION]).to.equal('1');
    expect(deployment.metadata.generation).to.equal(1);
    expect(await cluster.status()).to.deep.include({
      observedGeneration: 1,
      replicas: 2,
      updatedReplicas: 2,
      readyReplicas: 2,
      availableReplicas: 2,
      terminatingReplicas: 0,
    });
  });

  // The numbers of a rolling update: what there may be at most, and must be at least.
  for (const { replicas, limits, most, least } of [
    { replicas: 10, limits: rolling(3, 2), most: 13, least: 8 },
    { replicas: 10, limits: rolling('25%', '25%'), most: 13, least: 8 },
    { replicas: 4, limits: rolling(0, 1), most: 4, least: 3 },
    { replicas: 4, limits: rolling(1, 0), most: 5, least: 4 },
    { replicas: 1, limits: rolling('25%', '25%'), most: 2, least: 1 },
    { replicas: 3, limits: rolling('0%', '1%'), most: 3, least: 2 },
    { replicas: 2, limits: rolling('100%', '100%'), most: 4, least: 0 },
  ])
    for (const network of [{}, { lag: 150 }, { lag: 150, batched: true }]) {
      const { maxSurge, maxUnavailable } = limits.strategy.rollingUpdate;
      const how = network.lag ? `, caches that are late${network.batched ? ' and hear of much at once' : ''}` : '';
      it(`replaces ${replicas} pods with surge ${maxSurge} and ${maxUnavailable} unavailable${how}: at most ${most}, at least ${least} ready`, async () => {
        cluster = await deployed({ ...network, readyAfter: (pod) => 700 + 100 * ((pod.metadata?.name?.charCodeAt(16) ?? 0) % 7) });
        await cluster.create({ replicas, ...limits });
        await cluster.settle(60_000);
        cluster.reset();
        await cluster.setImage('web:2');
        await cluster.settle(120_000);
        expect(await cluster.sizes()).to.deep.equal({ ...finished, 'web:2': replicas });
        expect(await cluster.status()).to.include({
          replicas,
          updatedReplicas: replicas,
          availableReplicas: replicas,
          observedGeneration: 2,
        });
        expect(cluster.extremes.most)
          .to.be.at.most(most)
          .and.above(replicas - 1);
        expect(cluster.extremes.leastReady).to.be.at.least(least);
        expect(await cluster.all(pods)).to.have.length(replicas);
      });
    }

  it('never takes a ready pod for a new one that does not become ready', async () => {
    cluster = await deployed({ readyAfter: (pod) => (pod.spec?.containers[0]?.image === 'bad' ? undefined : 0) });
    await cluster.create({ replicas: 10, ...rolling(3, 2) });
    await cluster.settle();
    cluster.reset();
    await cluster.setImage('bad');
    await cluster.settle(10_000);
    expect(await cluster.sizes()).to.deep.equal({ 'web:1': 8, bad: 5 });
    expect(cluster.extremes).to.deep.equal({ most: 13, leastReady: 8 });
    expect(await cluster.status()).to.include({ replicas: 13, updatedReplicas: 5, readyReplicas: 8, unavailableReplicas: 5 });
  });

  it('rolls a bad template over by the next one, whose pods take the place of those that are not ready', async () => {
    cluster = await deployed({ readyAfter: (pod) => (pod.spec?.containers[0]?.image === 'bad' ? undefined : 0) });
    await cluster.create({ replicas: 10, ...rolling(3, 2) });
    await cluster.settle();
    await cluster.setImage('bad');
    await cluster.settle(10_000);
    cluster.reset();
    await cluster.setImage('web:3');
    await cluster.settle(10_000);
    expect(await cluster.sizes()).to.deep.equal({ 'web:1': 0, bad: 0, 'web:3': 10 });
    expect(cluster.extremes.leastReady).to.be.at.least(8);
    expect(cluster.extremes.most).to.be.at.most(13);
  });

  it('waits for minReadySeconds before a new pod counts', async () => {
    cluster = await deployed();
    await cluster.create({ replicas: 1, minReadySeconds: 30, ...rolling(1, 0) });
    await cluster.settle(40_000);
    await cluster.setImage('web:2');
    await cluster.settle(29_000);
    expect(await cluster.sizes()).to.deep.equal({ 'web:1': 1, 'web:2': 1 });
    expect(await cluster.status()).to.include({ readyReplicas: 2, availableReplicas: 1 });
    await cluster.settle(3_000);
    expect(await cluster.sizes()).to.deep.equal({ 'web:1': 0, 'web:2': 1 });
  });

  it('carries a change of minReadySeconds, which is no new revision, to its ReplicaSet', async () => {
    cluster = await deployed();
    await cluster.create();
    await cluster.settle();
    await cluster.modify(() => ({ minReadySeconds: 5 }));
    await cluster.settle(10_000);
    const [set, ...more] = await cluster.all(replicaSets);
    expect([set?.spec?.minReadySeconds, more.length]).to.deep.equal([5, 0]);
  });

  it('goes on where it was when its controller dies half way', async () => {
    for (const at of [0, 50, 400, 800, 1200, 2000, 3100]) {
      cluster = await deployed({ lag: 40, readyAfter: () => 500 });
      await cluster.create({ replicas: 6, ...rolling(1, 1) });
      await cluster.settle(30_000);
      cluster.reset();
      await cluster.setImage('web:2');
      await cluster.settle(at);
      await cluster.halt();
      await cluster.settle(5_000);
      await cluster.manage([replicaSetController(), deploymentController()]);
      await cluster.settle(60_000);
      expect(await cluster.sizes(), `dies after ${at} ms`).to.deep.equal({ 'web:1': 0, 'web:2': 6 });
      expect(cluster.extremes.leastReady).to.be.at.least(5);
      expect(cluster.extremes.most).to.be.at.most(7);
      await cluster.stop();
    }
    cluster = await deployed();
  });

  it('with the strategy Recreate makes no new pod while an old one is there, even one that is ending', async () => {
    cluster = await deployed();
    const mixes: number[] = [];
    cluster.caches.cache(pods).changes.subscribe(() => {
      mixes.push(
        new Set(
          cluster.caches
            .cache(pods)
            .list()
            .map((pod) => pod.spec?.containers[0]?.image),
        ).size,
      );
    });
    await cluster.create({ strategy: { type: 'Recreate' } });
    await cluster.modify(({ template }) => ({
      template: { ...template, metadata: { ...template.metadata, finalizers: ['acme.io/hold'] } },
    }));
    await cluster.settle();
    const old = await cluster.all(pods);
    await cluster.modify(({ template: { metadata, spec } }) => ({
      template: { metadata: { labels: metadata!.labels! }, spec: { ...spec!, containers: [{ name: 'c', image: 'web:2' }] } },
    }));
    await cluster.settle(10_000);
    expect(
      (await cluster.all(pods)).every((pod) => pod.metadata.deletionTimestamp),
      'old ones alone, on their way out',
    ).to.equal(true);
    expect(await cluster.status()).to.include({ terminatingReplicas: 3 });
    for (const pod of old) await letGo(pod);
    await cluster.settle(1000);
    const made = await cluster.all(pods);
    expect(made.map((pod) => pod.spec?.containers[0]?.image)).to.deep.equal(['web:2', 'web:2', 'web:2']);
    expect(Math.max(...mixes)).to.equal(1);
    expect(await cluster.condition('Progressing')).to.include({ status: 'True', reason: 'NewReplicaSetAvailable' });
  });

  it('tells of each step', async () => {
    cluster = await deployed({ readyAfter: () => 500 });
    await cluster.create({ replicas: 2, ...rolling(1, 0) });
    await cluster.settle(1000);
    await cluster.setImage('web:2');
    await cluster.settle(10_000);
    expect(await cluster.told()).to.have.members([
      'Scaled up replica set web from 0 to 2',
      'Scaled up replica set web from 0 to 1',
      'Scaled down replica set web from 2 to 1',
      'Scaled up replica set web from 1 to 2',
      'Scaled down replica set web from 1 to 0',
    ]);
  });

  it('writes nothing once all is done, nor when something changes that it does not look at', async () => {
    cluster = await deployed();
    await cluster.create();
    await cluster.settle();
    const before = cluster.writes.length;
    const [pod] = await cluster.all(pods);
    await cluster.registry(pods).modify(nameOf(pod!), (one) => ({ ...one, metadata: { ...one.metadata, annotations: { seen: 'yes' } } }));
    const set = await cluster.set('web:1');
    await cluster.registry(replicaSets).modify(nameOf(set), (one) => ({ ...one, metadata: { ...one.metadata, finalizers: [] } }));
    await cluster.settle(3_600_000);
    expect(cluster.writes.slice(before)).to.deep.equal([]);
  });

  for (const [late, lag] of [
    ['its caches are late', 150],
    ['its cache of ReplicaSets is later than the others', (plural: string) => (plural === 'replicasets' ? 400 : 50)],
  ] as const)
    it(`writes nothing in vain, though ${late}`, async () => {
      cluster = await deployed({ lag, readyAfter: () => 500 });
      const changes: string[] = [];
      const watching = cluster
        .registry(deployments)
        .watch()
        .subscribe(({ type }) => changes.push(type));
      await cluster.create({ replicas: 4, ...rolling(1, 0) });
      await cluster.settle(30_000);
      await cluster.setImage('web:2');
      await cluster.settle(60_000);
      watching.unsubscribe();
      const counted = (call: string) => cluster.writes.filter((one) => one === call).length;
      expect(await cluster.sizes()).to.deep.equal({ 'web:1': 0, 'web:2': 4 });
      expect(counted('replicasets create')).to.equal(2);
      expect(counted('replicasets update'), 'four down, three up').to.equal(7);
      const byUs = 1;
      expect(counted('deployments/status update')).to.equal(changes.filter((type) => type === 'MODIFIED').length - byUs);
    });

  it('writes as often as something happens, not as often as pods times pods', async () => {
    const writes = async (replicas: number) => {
      cluster = await deployed({ lag: 20, batched: true });
      await cluster.create({ replicas, ...rolling('25%', '25%') });
      await cluster.settle(60_000);
      await cluster.setImage('web:2');
      await cluster.settle(60_000);
      expect(await cluster.sizes()).to.deep.equal({ 'web:1': 0, 'web:2': replicas });
      const counted = cluster.writes.filter((call) => !call.startsWith('events'));
      await cluster.stop();
      return {
        pods: counted.filter((call) => call.startsWith('pods')).length,
        others: counted.filter((call) => !call.startsWith('pods')).length,
      };
    };
    expect(await writes(200)).to.have.property('pods', 600);
    const [few, many] = [await writes(20), await writes(200)];
    expect(many.others).to.be.below(10 * few.others);
    cluster = await deployed();
  });

  it('makes and resizes nothing while the Deployment is being deleted', async () => {
    cluster = await deployed();
    await cluster.create();
    await cluster.settle();
    await cluster.remove('Foreground');
    const before = cluster.writes.length;
    for (const set of await cluster.all(replicaSets)) await cluster.registry(replicaSets).delete(nameOf(set));
    await cluster.settle(10_000);
    expect(cluster.writes.slice(before).filter((call) => call.startsWith('replicasets '))).to.deep.equal([]);
    expect(cluster.logger.messages('warn')).to.deep.equal([]);
  });

  it('replaces a pod that fails without touching the others', async () => {
    cluster = await deployed();
    await cluster.create();
    await cluster.settle();
    const [first, ...others] = await cluster.all(pods);
    await setPodStatus(cluster, first!, { phase: 'Failed', ready: false });
    await cluster.settle();
    const names = (await cluster.all(pods)).map((pod) => pod.metadata.name);
    expect(names).to.include.members(others.map((pod) => pod.metadata.name));
    expect((await cluster.all(replicaSets)).map(imageOf)).to.deep.equal(['web:1']);
    expect(await cluster.status()).to.include({ replicas: 3, availableReplicas: 3 });
  });

  /** Takes the finalizers off a pod that is being deleted. */
  const letGo = (pod: Stored<Pod>) =>
    cluster.registry(pods).modify(nameOf(pod), ({ metadata: { finalizers: _, ...metadata }, ...rest }) => ({ ...rest, metadata }));
});
