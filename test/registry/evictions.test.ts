import { expect } from 'chai';
import type { Pod } from 'kubernetes-types/core/v1.js';
import type { PodDisruptionBudgetSpec, PodDisruptionBudgetStatus } from 'kubernetes-types/policy/v1.js';
import { pods } from '../../lib/api/core/pods.js';
import { conditionOf } from '../../lib/api/meta/conditions.js';
import { nameOf } from '../../lib/api/object.js';
import type { Stored } from '../../lib/api/object.js';
import { podDisruptionBudgets } from '../../lib/api/policy/pod-disruption-budgets.js';
import { StatusError } from '../../lib/api/status-error.js';
import type { DeleteOptions } from '../../lib/registry/registry.js';
import { podOf, setPodStatus } from '../controllers/running.js';
import { memoryCluster } from '../support/memory-cluster.js';

const labels = { app: 'web' };
const name = { name: 'p', namespace: 'default' };
const counted = (status: Partial<PodDisruptionBudgetStatus>): PodDisruptionBudgetStatus => ({
  observedGeneration: 1,
  disruptionsAllowed: 0,
  currentHealthy: 1,
  desiredHealthy: 1,
  expectedPods: 1,
  ...status,
});

describe('Evictions and disruption budgets', () => {
  let cluster: Awaited<ReturnType<typeof memoryCluster>>;
  beforeEach(async () => (cluster = await memoryCluster()));
  afterEach(() => cluster.stop());

  const podRegistry = () => cluster.registries.registry(pods);
  const budgets = () => cluster.registries.registry(podDisruptionBudgets);
  const pod = async (given: { readonly name?: string; readonly ready?: boolean; readonly phase?: string } = {}): Promise<Stored<Pod>> => {
    const made = await podRegistry().create(podOf(given.name ?? 'p', labels));
    if (given.phase !== 'Pending') await setPodStatus({ registry: podRegistry, environment: cluster.environment } as never, made, given);
    return podRegistry().get(nameOf(made));
  };
  const budget = async (status: PodDisruptionBudgetStatus, spec: PodDisruptionBudgetSpec = {}, budgetName = 'b') => {
    const metadata = { name: budgetName, namespace: 'default' };
    const made = await budgets().create({ metadata, spec: { minAvailable: 1, selector: { matchLabels: labels }, ...spec } });
    await budgets()
      .subresource('status')
      .update(metadata, { ...made, status });
  };
  const evict = (deleteOptions: DeleteOptions = {}, of = 'p') =>
    podRegistry()
      .subresource('eviction')
      .create({ name: of, namespace: 'default' }, { metadata: { name: of }, deleteOptions });
  const statusOf = async () => (await budgets().get({ name: 'b', namespace: 'default' })).status!;
  const there = async (of = 'p') => (await podRegistry().list({ fieldSelector: `metadata.name=${of}` })).items[0];
  /** The refusal. */
  const refused = async (eviction: Promise<unknown>): Promise<StatusError> => {
    const error: unknown = await eviction.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    if (!StatusError.is(error)) throw new Error(`not refused: ${String(error)}`);
    return error;
  };

  it('take what the budget allows, and note whose it is', async () => {
    await pod();
    await pod({ name: 'q' });
    await budget(counted({ disruptionsAllowed: 1, currentHealthy: 2 }));
    await evict();
    expect(await there()).to.equal(undefined);
    const { disruptionsAllowed, disruptedPods, conditions } = await statusOf();
    expect([disruptionsAllowed, Object.keys(disruptedPods ?? {})]).to.deep.equal([0, ['p']]);
    expect(conditionOf(conditions, 'DisruptionAllowed')).to.include({ status: 'False', reason: 'InsufficientPods' });
    const error = await refused(evict({}, 'q'));
    expect([error.code, error.message]).to.deep.equal([429, "Cannot evict pod as it would violate the pod's disruption budget."]);
    expect(error.details).to.deep.equal({
      causes: [{ reason: 'DisruptionBudget', message: 'The disruption budget b needs 1 healthy pods and has 2 currently' }],
    });
    expect(conditionOf((await there('q'))?.status?.conditions, 'DisruptionTarget'), 'nothing has changed').to.equal(undefined);
  });

  it('are for one of many at once, when one disruption is left', async () => {
    const names = Array.from({ length: 16 }, (_, i) => `p${i}`);
    for (const one of names) await pod({ name: one });
    await budget(counted({ disruptionsAllowed: 1, currentHealthy: 16, desiredHealthy: 15 }));
    const outcomes = await Promise.allSettled(names.map((one) => evict({}, one)));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).to.have.lengthOf(1);
    expect((await podRegistry().list()).items).to.have.lengthOf(15);
    expect((await statusOf()).disruptionsAllowed).to.equal(0);
  });

  it('take nothing in a dry run, and are refused in one all the same', async () => {
    await pod();
    await budget(counted({ disruptionsAllowed: 1 }));
    await evict({ dryRun: true });
    expect([(await statusOf()).disruptionsAllowed, (await there())?.metadata.deletionTimestamp]).to.deep.equal([1, undefined]);
    await budgets()
      .subresource('status')
      .modify({ name: 'b', namespace: 'default' }, (one) => ({ ...one, status: counted({}) }));
    expect((await refused(evict({ dryRun: true }))).code).to.equal(429);
  });

  it('wait for a budget that has not been counted since it was changed', async () => {
    await pod();
    await budget(counted({ disruptionsAllowed: 5, observedGeneration: 0 }));
    const error = await refused(evict());
    expect([error.code, error.details?.retryAfterSeconds]).to.deep.equal([429, 10]);
    expect(error.details?.causes?.[0]?.message).to.equal('The disruption budget b is still being processed by the server.');
  });

  it('are refused for pods of two budgets', async () => {
    await pod();
    await budget(counted({ disruptionsAllowed: 1 }));
    await budget(counted({ disruptionsAllowed: 1 }), {}, 'b2');
    const error = await refused(evict());
    expect([error.code, error.message]).to.deep.equal([
      500,
      'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.',
    ]);
  });

  it('ask no budget for pods that do not run, or are on their way out', async () => {
    await budget(counted({}));
    for (const phase of ['Pending', 'Succeeded', 'Failed']) {
      await pod({ phase });
      await evict();
      expect(await there(), phase).to.equal(undefined);
    }
    const held = await podRegistry().create(
      podOf('p', labels, { terminationGracePeriodSeconds: 30 }, { finalizers: ['example.com/held'] }),
    );
    await setPodStatus({ registry: podRegistry, environment: cluster.environment } as never, held);
    await podRegistry().delete(name);
    await evict({ gracePeriodSeconds: 0 });
    expect((await there())?.metadata.deletionGracePeriodSeconds).to.equal(0);
  });

  it('ask none of another namespace or for other labels', async () => {
    await pod();
    await budget(counted({}), { selector: { matchLabels: { app: 'db' } } });
    await evict();
    expect(await there()).to.equal(undefined);
  });

  it('take pods that are not ready when enough others are, or the budget does not mind', async () => {
    await pod({ ready: false });
    await budget(counted({ currentHealthy: 0, desiredHealthy: 1 }));
    expect((await refused(evict())).code, 'too few others').to.equal(429);
    await budgets()
      .subresource('status')
      .modify({ name: 'b', namespace: 'default' }, (one) => ({ ...one, status: counted({}) }));
    await evict();
    expect(await there(), 'enough others').to.equal(undefined);
    expect((await statusOf()).disruptedPods, 'it has cost nothing').to.equal(undefined);
    await pod({ ready: false });
    await budgets().modify({ name: 'b', namespace: 'default' }, (one) => ({
      ...one,
      spec: { ...one.spec!, unhealthyPodEvictionPolicy: 'AlwaysAllow' },
    }));
    await budgets()
      .subresource('status')
      .modify({ name: 'b', namespace: 'default' }, (one) => ({ ...one, status: counted({ currentHealthy: 0, observedGeneration: 2 }) }));
    await evict();
    expect(await there(), 'the budget does not mind').to.equal(undefined);
  });

  it('hold to the preconditions of their client', async () => {
    const { metadata } = await pod();
    expect((await refused(evict({ preconditions: { uid: 'another' } }))).code).to.equal(409);
    expect((await refused(evict({ preconditions: { resourceVersion: '1' } }))).code).to.equal(409);
    expect(conditionOf((await there())?.status?.conditions, 'DisruptionTarget')).to.equal(undefined);
    await evict({ preconditions: { uid: metadata.uid, resourceVersion: metadata.resourceVersion } });
    expect(await there()).to.equal(undefined);
  });

  it('mark a pod that takes its time to go', async () => {
    await podRegistry().create(podOf('p', labels, { terminationGracePeriodSeconds: 30 }, { finalizers: ['example.com/held'] }));
    await evict();
    expect(conditionOf((await there())?.status?.conditions, 'DisruptionTarget')).to.include({
      status: 'True',
      reason: 'EvictionByEvictionAPI',
      message: 'Eviction API: evicting',
    });
  });
});
