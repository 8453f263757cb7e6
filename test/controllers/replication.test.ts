import { expect } from 'chai';
import type { ReplicaSet } from 'kubernetes-types/apps/v1.js';
import type { Pod, ReplicationController } from 'kubernetes-types/core/v1.js';
import { replicaSets } from '../../lib/api/apps/replica-sets.js';
import { events } from '../../lib/api/core/events.js';
import { pods } from '../../lib/api/core/pods.js';
import { replicationControllers } from '../../lib/api/core/replication-controllers.js';
import { controllerOf } from '../../lib/api/meta/owner-references.js';
import { nameOf } from '../../lib/api/object.js';
import type { Stored } from '../../lib/api/object.js';
import { namespaces } from '../../lib/api/core/namespaces.js';
import { forbidden } from '../../lib/api/status-error.js';
import type { ResourceDefinition } from '../../lib/api/resource-definition.js';
import type { AdmissionPlugin } from '../../lib/registry/stored/admission.js';
import { replicaSetController } from '../../lib/controllers/replication/replica-set-controller.js';
import type { Replicated } from '../../lib/controllers/replication/replicated-kind.js';
import { replicationController } from '../../lib/controllers/replication/replication-controller.js';
import { nodeOf, podOf, running, setPodStatus } from './running.js';
import type { AnyController, Running } from './running.js';
import { nodes } from '../../lib/api/core/nodes.js';

const metadata = { name: 'web', namespace: 'default' };
const template = { metadata: { labels: { app: 'web' }, annotations: { note: 'x' } }, spec: podOf('x').spec! };
const web: ReplicationController = { metadata, spec: { replicas: 3, selector: { app: 'web' }, template } };
const webSet: ReplicaSet = { metadata, spec: { replicas: 3, selector: { matchLabels: { app: 'web' } }, template } };

/** A kind that keeps a number of equal pods, and its controller. */
interface Kind<T extends Replicated> {
  readonly definition: ResourceDefinition<T>;
  readonly controller: () => AnyController;
  readonly component: string;
  readonly web: T;
}

describe('replication controller', () => {
  keepsPods({ definition: replicationControllers, controller: replicationController, component: 'replication-controller', web });

  it('follows a new selector', async () => {
    const cluster = await running([replicationController()]);
    await cluster.registry(replicationControllers).create(web);
    await cluster.settle();
    await cluster.registry(replicationControllers).modify(metadata, (current) => ({
      ...current,
      spec: { ...current.spec, selector: { app: 'new' }, template: { ...current.spec!.template, metadata: { labels: { app: 'new' } } } },
    }));
    await cluster.settle();
    const made = await cluster.all(pods);
    expect(made).to.have.length(6);
    expect(made.filter(controllerOf).map((pod) => pod.metadata.labels?.app)).to.deep.equal(['new', 'new', 'new']);
    await cluster.stop();
  });
});

describe('replica set controller', () => {
  keepsPods({ definition: replicaSets, controller: replicaSetController, component: 'replicaset-controller', web: webSet });

  let cluster: Running;
  beforeEach(async () => {
    cluster = await running([replicaSetController()]);
  });
  afterEach(() => cluster.stop());

  const status = async () => (await cluster.find(replicaSets, 'web'))?.status as Replicated['status'];

  it('selects by expressions too: adopts, and releases', async () => {
    const selector = { matchExpressions: [{ key: 'app', operator: 'In', values: ['web', 'www'] }] };
    await cluster.registry(replicaSets).create({ ...webSet, spec: { ...webSet.spec!, replicas: 1, selector } });
    await cluster.settle();
    const [made] = await cluster.all(pods);
    await cluster.registry(pods).modify(nameOf(made!), (pod) => ({ ...pod, metadata: { ...pod.metadata, labels: { app: 'debug' } } }));
    await cluster.registry(pods).create(podOf('orphan', { app: 'www' }));
    await cluster.settle();
    expect((await cluster.find(pods, made!.metadata.name))?.metadata.ownerReferences).to.equal(undefined);
    const owned = (await cluster.all(pods)).filter(controllerOf);
    expect(owned, 'the orphan, or the one that was made for the pod that had left').to.have.length(1);
    expect(await cluster.all(pods)).to.have.length(2);
  });

  it('counts pods that are being deleted, until they are gone', async () => {
    const lingering = { ...template, metadata: { ...template.metadata, finalizers: ['acme.io/hold'] } };
    await cluster.registry(replicaSets).create({ ...webSet, spec: { ...webSet.spec!, replicas: 2, template: lingering } });
    await cluster.settle();
    expect(await status()).to.deep.include({ replicas: 2, terminatingReplicas: 0 });
    const [first] = await cluster.all(pods);
    await cluster.registry(pods).delete(nameOf(first!));
    await cluster.settle();
    expect(await status()).to.deep.include({ replicas: 2, terminatingReplicas: 1 });
    await cluster.registry(pods).modify(nameOf(first!), ({ metadata: { finalizers: _, ...rest }, ...pod }) => ({ ...pod, metadata: rest }));
    await cluster.settle();
    expect(await status()).to.deep.include({ replicas: 2, terminatingReplicas: 0 });
  });

  it('takes pods first from where its siblings crowd, those of other templates of the same owner', async () => {
    const owner = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'd', uid: 'the-owner', controller: true };
    const set = (name: string, replicas: number): ReplicaSet => ({
      metadata: { name, namespace: 'default', ownerReferences: [owner] },
      spec: {
        ...webSet.spec!,
        replicas,
        selector: { matchLabels: { set: name } },
        template: { ...template, metadata: { labels: { set: name } } },
      },
    });
    for (const node of ['a', 'b']) await cluster.registry(nodes).create(nodeOf(node));
    await cluster.registry(replicaSets).create(set('old', 2));
    for (const [name, nodeName] of [
      ['old-a', 'a'],
      ['old-b', 'b'],
    ] as const)
      await cluster.registry(pods).create(podOf(name, { set: 'old' }, { nodeName }));
    await cluster.settle();
    await cluster.registry(replicaSets).create(set('new', 1));
    await cluster.settle();
    await cluster.registry(pods).create(podOf('new-b', { set: 'new' }, { nodeName: 'b' }));
    await cluster.settle();
    for (const pod of await cluster.all(pods)) if (pod.spec?.nodeName) await setPodStatus(cluster, pod);
    await cluster
      .registry(replicaSets)
      .modify({ name: 'old', namespace: 'default' }, (old) => ({ ...old, spec: { ...old.spec!, replicas: 1 } }));
    await cluster.settle();
    expect((await cluster.all(pods)).map((pod) => pod.metadata.name)).to.have.members(['old-a', 'new-b']);
  });
});

function keepsPods<T extends Replicated>({ definition, controller, component, web }: Kind<T>): void {
  let cluster: Running;
  let creations: string[];
  /** Why no pod may be made. */
  let quota: string | undefined;
  let refused: number;

  const refuse: AdmissionPlugin['admit'] = ({ operation, definition, name }) => {
    if (quota === undefined || operation !== 'CREATE' || definition.plural !== 'pods') return;
    refused++;
    throw forbidden(definition, name.name, quota);
  };

  beforeEach(async () => {
    quota = undefined;
    refused = 0;
    cluster = await running([controller()], { admission: [{ name: 'Quota', admit: refuse }] });
    creations = [];
    cluster.caches.cache(pods).changes.subscribe(({ old, object }) => {
      if (object && !old) creations.push(object.metadata.name);
    });
  });

  afterEach(() => cluster.stop());

  const create = (change: Replicated['spec'] = {}, meta = web.metadata) =>
    cluster.registry(definition).create({ ...web, metadata: meta, spec: { ...web.spec, ...change } });
  const scale = (replicas: number, namespace = 'default') =>
    cluster.registry(definition).modify({ name: 'web', namespace }, (current) => ({ ...current, spec: { ...current.spec, replicas } }));
  const owned = async () => (await cluster.all(pods)).filter((pod) => controllerOf(pod)?.name === 'web');
  const status = async () => (await cluster.find(definition, 'web'))?.status;
  const relabel = (pod: Stored<Pod>, labels: Record<string, string>) =>
    cluster.registry(pods).modify(nameOf(pod), (current) => ({ ...current, metadata: { ...current.metadata, labels } }));

  it('makes pods of the template, with generated names and itself as their controller', async () => {
    await create();
    await cluster.settle();
    const made = await cluster.all(pods);
    expect(made).to.have.length(3);
    for (const { metadata, spec } of made) {
      expect(metadata.name).to.match(/^web-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
      expect(metadata.generateName).to.equal('web-');
      expect(metadata.labels).to.deep.equal({ app: 'web' });
      expect(metadata.annotations).to.deep.equal({ note: 'x' });
      expect(metadata.ownerReferences).to.have.length(1);
      expect(metadata.ownerReferences![0]).to.include({
        apiVersion: definition.apiVersion,
        kind: definition.kind,
        name: 'web',
        controller: true,
        blockOwnerDeletion: true,
      });
      expect(spec?.containers[0]?.image).to.equal('i');
    }
  });

  for (const batched of [false, true])
    it(`makes and removes each pod once, though its cache is late${batched ? ' and hears of many changes at once' : ''}`, async () => {
      await cluster.stop();
      cluster = await running([controller()], { lag: 200, batched });
      const counted = (call: string) => cluster.writes.filter((one) => one === call).length;
      await create({ replicas: 50 });
      await cluster.settle(30_000);
      expect([await owned(), counted('pods create')].map((one) => (Array.isArray(one) ? one.length : one))).to.deep.equal([50, 50]);
      await scale(20);
      await cluster.settle(30_000);
      expect([(await owned()).length, counted('pods create'), counted('pods delete')]).to.deep.equal([20, 50, 30]);
      expect(await status()).to.include({ replicas: 20 });
    });

  it('scales up and down', async () => {
    await create();
    await cluster.settle();
    await scale(6);
    await cluster.settle();
    expect(await owned()).to.have.length(6);
    await scale(1);
    await cluster.settle();
    expect(await owned()).to.have.length(1);
    await scale(0);
    await cluster.settle();
    expect(await owned()).to.have.length(0);
    expect(creations).to.have.length(6);
  });

  it('replaces a pod that is deleted, and one that has finished', async () => {
    await create();
    await cluster.settle();
    const [first, second] = await owned();
    await cluster.registry(pods).delete(nameOf(first!));
    await setPodStatus(cluster, second!, { phase: 'Failed', ready: false });
    await cluster.settle();
    expect(creations).to.have.length(5);
    expect((await owned()).filter((pod) => pod.status?.phase !== 'Failed')).to.have.length(3);
  });

  it('counts its pods by what they are', async () => {
    await create({ minReadySeconds: 10 });
    await cluster.settle();
    const [first, second] = await owned();
    expect(await status()).to.deep.include({ replicas: 3, fullyLabeledReplicas: 3, observedGeneration: 1 });
    await setPodStatus(cluster, first!);
    await setPodStatus(cluster, second!, { ready: false });
    await cluster.settle();
    expect(await status()).to.include({ replicas: 3, readyReplicas: 1 });
    expect((await status())?.availableReplicas ?? 0).to.equal(0);
    await cluster.settle(10_000);
    expect(await status()).to.include({ readyReplicas: 1, availableReplicas: 1 });
  });

  it('writes its status only when that has changed', async () => {
    await create();
    await cluster.settle();
    const before = cluster.writes.length;
    const [first] = await owned();
    await cluster.registry(pods).modify(nameOf(first!), (pod) => ({ ...pod, metadata: { ...pod.metadata, annotations: { seen: 'yes' } } }));
    await cluster.settle(60_000);
    expect(cluster.writes.slice(before)).to.deep.equal([]);
  });

  it('adopts a matching pod that nobody owns, and removes what is too much', async () => {
    await cluster.registry(pods).create(podOf('orphan', { app: 'web' }));
    await create({ replicas: 1 });
    await cluster.settle();
    expect((await owned()).map((pod) => pod.metadata.name)).to.deep.equal(['orphan']);
    await cluster.registry(nodes).create(nodeOf('n'));
    await cluster.registry(pods).create(podOf('bound', { app: 'web' }, { nodeName: 'n' }));
    await cluster.settle();
    expect((await cluster.all(pods)).map((pod) => pod.metadata.name)).to.deep.equal(['bound']);
    expect(creations).to.deep.equal(['orphan', 'bound']);
  });

  it('leaves pods alone that have other labels, another controller, or another namespace', async () => {
    await cluster.registry(pods).create(podOf('other', { app: 'db' }));
    const reference = { apiVersion: 'v1', kind: 'ConfigMap', name: 'x', uid: '1', controller: true };
    await cluster.registry(pods).create(podOf('taken', { app: 'web' }, {}, { ownerReferences: [reference] }));
    await create({ replicas: 1 });
    await cluster.settle();
    expect(await owned()).to.have.length(1);
    expect((await cluster.find(pods, 'other'))?.metadata.ownerReferences).to.equal(undefined);
    expect((await cluster.find(pods, 'taken'))?.metadata.ownerReferences).to.have.length(1);
  });

  it('releases a pod whose labels stop matching and replaces it; takes it back with a surplus going', async () => {
    await create();
    await cluster.settle();
    const [first] = await owned();
    await relabel(first!, { app: 'debug' });
    await cluster.settle();
    expect(await cluster.all(pods)).to.have.length(4);
    expect((await cluster.find(pods, first!.metadata.name))?.metadata.ownerReferences).to.equal(undefined);
    await relabel(first!, { app: 'web' });
    await cluster.settle();
    expect(await cluster.all(pods)).to.have.length(3);
    expect(await owned()).to.have.length(3);
  });

  it('neither makes, adopts nor releases pods while it is being deleted', async () => {
    await create({ replicas: 1 }, { ...web.metadata, finalizers: ['acme.io/hold'] });
    await cluster.settle();
    await cluster.registry(definition).delete({ name: 'web', namespace: 'default' }, { propagationPolicy: 'Background' });
    const [first] = await owned();
    const before = cluster.writes.length;
    await relabel(first!, { app: 'debug' });
    await cluster.settle();
    await cluster.registry(pods).delete(nameOf(first!));
    await cluster.registry(pods).create(podOf('late', { app: 'web' }));
    await cluster.settle(10_000);
    expect(cluster.writes.slice(before).filter((call) => call.startsWith('pods'))).to.deep.equal([]);
    expect((await cluster.all(pods)).map(({ metadata }) => [metadata.name, metadata.ownerReferences])).to.deep.equal([['late', undefined]]);
  });

  it('tells of pods that it makes and removes', async () => {
    await create({ replicas: 1 });
    await cluster.settle();
    const [only] = await owned();
    await scale(0);
    await cluster.settle(1000);
    const told = (await cluster.all(events)).map(({ reason, type, message, source }) => ({
      reason,
      type,
      message,
      source: source?.component,
    }));
    const name = only!.metadata.name;
    expect(told).to.have.deep.members([
      { reason: 'SuccessfulCreate', type: 'Normal', message: `Created pod: ${name}`, source: component },
      { reason: 'SuccessfulDelete', type: 'Normal', message: `Deleted pod: ${name}`, source: component },
    ]);
  });

  it('says why it cannot make pods, in an event and a condition, tries few of many at once, and goes on once it can', async () => {
    quota = 'the quota is used up';
    await create({ replicas: 100 });
    await cluster.settle(1000);
    expect(await status()).to.deep.include({ replicas: 0 });
    expect((await status())?.conditions?.[0]).to.include({ type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate' });
    const told = (await cluster.all(events)).filter(({ reason }) => reason === 'FailedCreate');
    expect(told[0]?.message).to.match(/^Error creating: .*the quota is used up/);
    expect(refused, 'one at a time, with back-off').to.be.lessThan(8);
    quota = undefined;
    await cluster.settle(60_000);
    expect(await owned()).to.have.length(100);
    expect((await status())?.conditions).to.equal(undefined);
  });

  it('is quiet in a namespace that is being deleted', async () => {
    await cluster.registry(namespaces).create({ metadata: { name: 'gone' } });
    await create({ replicas: 0 }, { name: 'web', namespace: 'gone' });
    await cluster.registry(namespaces).delete({ name: 'gone' });
    await scale(1, 'gone');
    await cluster.settle(10_000);
    expect((await cluster.find(definition, 'web', 'gone'))?.status?.conditions).to.equal(undefined);
    expect(cluster.logger.messages('warn')).to.deep.equal([]);
  });
}
