import { expect } from 'chai';
import type { Deployment, ReplicaSet } from 'kubernetes-types/apps/v1.js';
import type { Pod } from 'kubernetes-types/core/v1.js';
import type { PodDisruptionBudget, PodDisruptionBudgetSpec } from 'kubernetes-types/policy/v1.js';
import { deployments } from '../../lib/api/apps/deployments.js';
import { replicaSets } from '../../lib/api/apps/replica-sets.js';
import { events } from '../../lib/api/core/events.js';
import { pods } from '../../lib/api/core/pods.js';
import { defineResource } from '../../lib/api/define-resource.js';
import { conditionOf } from '../../lib/api/meta/conditions.js';
import { ownerReference } from '../../lib/api/meta/owner-references.js';
import { nameOf } from '../../lib/api/object.js';
import type { KubeObject, Stored } from '../../lib/api/object.js';
import { podDisruptionBudgets } from '../../lib/api/policy/pod-disruption-budgets.js';
import { disruptionController } from '../../lib/controllers/disruption/disruption-controller.js';
import { staleDisruptionController } from '../../lib/controllers/disruption/stale-disruption-controller.js';
import { podOf, running, setPodStatus } from './running.js';
import type { Running } from './running.js';

interface Gang extends KubeObject {
  spec?: { replicas?: number };
}

/** A kind of a user's own that says how many pods it wants. */
const gangs = defineResource<Gang>({
  group: 'example.com',
  version: 'v1',
  kind: 'Gang',
  subresources: { scale: { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas' } },
});

const labels = { app: 'web' };
const template = { metadata: { labels }, spec: podOf('x').spec! };
const setOf = (replicas: number, name = 'web'): ReplicaSet => ({
  metadata: { name, namespace: 'default' },
  spec: { replicas, selector: { matchLabels: labels }, template },
});

describe('disruption controller', () => {
  let cluster: Running;
  beforeEach(async () => {
    cluster = await running([disruptionController(), staleDisruptionController()], { resources: [gangs] });
  });
  afterEach(() => cluster.stop());

  const budget = (spec: PodDisruptionBudgetSpec, name = 'b'): Promise<Stored<PodDisruptionBudget>> =>
    cluster
      .registry(podDisruptionBudgets)
      .create({ metadata: { name, namespace: 'default' }, spec: { selector: { matchLabels: labels }, ...spec } });
  const statusOf = async (name = 'b') => (await cluster.find(podDisruptionBudgets, name))?.status;
  const counts = async (name?: string) => {
    const { expectedPods, currentHealthy, desiredHealthy, disruptionsAllowed } = (await statusOf(name))!;
    return { expectedPods, currentHealthy, desiredHealthy, disruptionsAllowed };
  };
  const reasons = async () => (await cluster.all(events)).map(({ reason }) => reason);
  /** Ready pods of an owner, or of nobody. */
  const pod = async (name: string, owner?: Stored<KubeObject>, ready = true): Promise<Stored<Pod>> => {
    const made = await cluster
      .registry(pods)
      .create(podOf(name, labels, {}, owner ? { ownerReferences: [ownerReference(owner, { controller: true })] } : {}));
    await setPodStatus(cluster, made, { ready });
    return cluster.registry(pods).get(nameOf(made));
  };

  it('counts those that are ready against a number that must be', async () => {
    await budget({ minAvailable: 2 });
    await pod('a');
    await pod('b');
    await pod('c');
    await pod('unready', undefined, false);
    await cluster.registry(pods).create(podOf('other', { app: 'db' }));
    await cluster.settle();
    expect(await counts()).to.deep.equal({ expectedPods: 4, currentHealthy: 3, desiredHealthy: 2, disruptionsAllowed: 1 });
    const status = await statusOf();
    expect(status?.observedGeneration).to.equal(1);
    expect(conditionOf(status?.conditions, 'DisruptionAllowed')).to.include({
      status: 'True',
      reason: 'SufficientPods',
      observedGeneration: 1,
    });
    await setPodStatus(cluster, await cluster.registry(pods).get({ name: 'a', namespace: 'default' }), { ready: false });
    await cluster.settle();
    expect(await counts()).to.deep.equal({ expectedPods: 4, currentHealthy: 2, desiredHealthy: 2, disruptionsAllowed: 0 });
    expect(conditionOf((await statusOf())?.conditions, 'DisruptionAllowed')).to.include({ status: 'False', reason: 'InsufficientPods' });
  });

  it('counts no pod that is on its way out', async () => {
    await budget({ minAvailable: 1 });
    const held = await pod('a');
    await pod('b');
    await cluster
      .registry(pods)
      .modify(nameOf(held), (one) => ({ ...one, metadata: { ...one.metadata, finalizers: ['example.com/held'] } }));
    await cluster.settle();
    expect((await counts()).disruptionsAllowed).to.equal(1);
    await cluster.registry(pods).delete(nameOf(held));
    await cluster.settle();
    expect(await counts()).to.deep.equal({ expectedPods: 2, currentHealthy: 1, desiredHealthy: 1, disruptionsAllowed: 0 });
  });

  it('takes a share of what the owners want, not of what there is, rounded up', async () => {
    const set = await cluster.registry(replicaSets).create(setOf(10));
    for (const name of ['a', 'b', 'c', 'd', 'e']) await pod(name, set);
    await budget({ minAvailable: '35%' }, 'min');
    await budget({ maxUnavailable: '75%' }, 'max');
    await budget({ maxUnavailable: 7 }, 'seven');
    await cluster.settle();
    expect(await counts('min')).to.deep.equal({ expectedPods: 10, currentHealthy: 5, desiredHealthy: 4, disruptionsAllowed: 1 });
    expect(await counts('max')).to.deep.equal({ expectedPods: 10, currentHealthy: 5, desiredHealthy: 2, disruptionsAllowed: 3 });
    expect(await counts('seven')).to.deep.equal({ expectedPods: 10, currentHealthy: 5, desiredHealthy: 3, disruptionsAllowed: 2 });
    await cluster.registry(replicaSets).modify(nameOf(set), (one) => ({ ...one, spec: { ...one.spec!, replicas: 20 } }));
    await cluster.settle();
    expect((await counts('min')).desiredHealthy, 'as soon as the owner wants more').to.equal(7);
  });

  it('asks the Deployment above a ReplicaSet, each owner once, and kinds of a user’s own by their scale', async () => {
    const deployment: Deployment = { metadata: { name: 'web', namespace: 'default' }, spec: { ...setOf(4).spec!, template } };
    const above = await cluster.registry(deployments).create(deployment);
    for (const name of ['old', 'new']) {
      const set = setOf(3, name);
      const owned = { ...set, metadata: { ...set.metadata, ownerReferences: [ownerReference(above, { controller: true })] } };
      await pod(`${name}-1`, await cluster.registry(replicaSets).create(owned));
    }
    const gang = await cluster.registry(gangs).create({ metadata: { name: 'g', namespace: 'default' }, spec: { replicas: 5 } });
    await pod('g-1', gang);
    await pod('g-2', gang);
    await budget({ maxUnavailable: 1 });
    await cluster.settle();
    expect(await counts()).to.deep.equal({ expectedPods: 9, currentHealthy: 4, desiredHealthy: 8, disruptionsAllowed: 0 });
  });

  it('allows nothing where an owner does not say how many pods there should be', async () => {
    const stranger = await cluster.registry(replicaSets).create(setOf(1));
    await pod('a', stranger);
    await budget({ maxUnavailable: 1 });
    await cluster.settle();
    expect((await counts()).disruptionsAllowed).to.equal(1);
    await cluster.registry(replicaSets).delete(nameOf(stranger));
    await cluster.settle();
    expect((await counts()).disruptionsAllowed).to.equal(0);
    const condition = conditionOf((await statusOf())?.conditions, 'DisruptionAllowed');
    expect(condition).to.include({ status: 'False', reason: 'SyncFailed', message: 'found no controllers for pod "a"' });
    expect(await reasons()).to.include('CalculateExpectedPodCountFailed');
  });

  it('says that it has found no pods, or pods that nobody controls', async () => {
    await budget({ maxUnavailable: 1 });
    await cluster.settle(5_000);
    expect(await reasons()).to.deep.equal(['NoPods']);
    expect(await counts()).to.deep.equal({ expectedPods: 0, currentHealthy: 0, desiredHealthy: 0, disruptionsAllowed: 0 });
    await pod('a');
    await cluster.settle(5_000);
    expect(await reasons()).to.include('UnmanagedPods');
  });

  it('selects all pods of its namespace by an empty selector, none without one', async () => {
    await budget({ minAvailable: 0, selector: {} }, 'all');
    await cluster.registry(podDisruptionBudgets).create({ metadata: { name: 'none', namespace: 'default' }, spec: { minAvailable: 0 } });
    await cluster.settle();
    await pod('a');
    await cluster.settle();
    expect([(await counts('all')).expectedPods, (await counts('none')).expectedPods]).to.deep.equal([1, 0]);
  });

  it('waits two minutes for a pod whose eviction was granted to go, and then counts it again', async () => {
    await budget({ minAvailable: 1 });
    await pod('a');
    const stays = await pod('b');
    await cluster.settle();
    await cluster
      .registry(podDisruptionBudgets)
      .subresource('status')
      .modify({ name: 'b', namespace: 'default' }, (one) => ({
        ...one,
        status: {
          ...one.status!,
          disruptionsAllowed: 0,
          disruptedPods: { b: new Date(cluster.environment.now()).toISOString().replace(/\.\d+/, ''), gone: '2020-01-01T00:00:00Z' },
        },
      }));
    await cluster.settle(1000);
    expect([(await counts()).currentHealthy, Object.keys((await statusOf())?.disruptedPods ?? {})]).to.deep.equal([1, ['b']]);
    await cluster.settle(118_000);
    expect((await counts()).currentHealthy).to.equal(1);
    await cluster.settle(3_000);
    expect([(await counts()).currentHealthy, (await statusOf())?.disruptedPods]).to.deep.equal([2, undefined]);
    expect(await reasons()).to.include('NotDeleted');
    await cluster.registry(pods).delete(nameOf(stays));
  });

  it('writes nothing when nothing has changed', async () => {
    await budget({ minAvailable: 1 });
    const one = await pod('a');
    await cluster.settle();
    const before = (await cluster.find(podDisruptionBudgets, 'b'))?.metadata.resourceVersion;
    await cluster
      .registry(pods)
      .modify(nameOf(one), (current) => ({ ...current, metadata: { ...current.metadata, annotations: { x: 'y' } } }));
    await cluster.settle(60_000);
    expect((await cluster.find(podDisruptionBudgets, 'b'))?.metadata.resourceVersion).to.equal(before);
  });

  it('takes the mark of an eviction back from a pod that is still there two minutes later', async () => {
    const marked = await pod('a');
    const target = {
      type: 'DisruptionTarget',
      status: 'True',
      reason: 'EvictionByEvictionAPI',
      lastTransitionTime: new Date(cluster.environment.now()).toISOString().replace(/\.\d+/, ''),
    };
    await cluster
      .registry(pods)
      .subresource('status')
      .modify(nameOf(marked), (one) => ({
        ...one,
        status: { ...one.status, conditions: [...(one.status?.conditions ?? []), target] },
      }));
    const now = async () => conditionOf((await cluster.find(pods, 'a'))?.status?.conditions, 'DisruptionTarget')?.status;
    await cluster.settle(119_000);
    expect(await now()).to.equal('True');
    await cluster.settle(2_000);
    expect(await now()).to.equal('False');
  });
});
