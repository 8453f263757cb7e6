import { expect } from 'chai';
import type { Pod, PodSpec } from 'kubernetes-types/core/v1.js';
import type { Subscription } from 'rxjs';
import { events } from '../../lib/api/core/events.js';
import { nodes } from '../../lib/api/core/nodes.js';
import { pods } from '../../lib/api/core/pods.js';
import { services } from '../../lib/api/core/services.js';
import { conditionOf } from '../../lib/api/meta/conditions.js';
import { notFound, StatusError } from '../../lib/api/status-error.js';
import { ApiEventRecorder } from '../../lib/controller/api-event-recorder.js';
import type { Registries } from '../../lib/registry/registry.js';
import { defaultPredicates } from '../../lib/scheduler/predicates/index.js';
import { defaultPriorities } from '../../lib/scheduler/priorities/index.js';
import type { SchedulerOptions } from '../../lib/scheduler/scheduler-options.js';
import { Scheduler } from '../../lib/scheduler/scheduler.js';
import { SharedCaches } from '../../lib/watch/shared-caches.js';
import type { VirtualEnvironment } from '../../lib/base/virtual-environment.js';
import { ObservedRegistries } from '../support/observed-registries.js';
import { memoryCluster } from '../support/memory-cluster.js';
import { RecordingLogger } from '../support/recording-logger.js';
import { container, node, pod } from './objects.js';
import type { NodeOptions } from './objects.js';

/** A cluster in memory and in virtual time, with a scheduler. */
async function cluster({ lag, ...options }: Partial<SchedulerOptions> & { readonly lag?: number } = {}) {
  const base = await memoryCluster<VirtualEnvironment>();
  const { environment } = base;
  const registries = new ObservedRegistries(base.registries, { environment, lag });
  const logger = new RecordingLogger();
  const caches = new SharedCaches({ registries, environment, logger });
  const recorder = new ApiEventRecorder({ registries: base.registries, environment, component: 'default-scheduler', logger });
  const scheduler = new Scheduler({ registries, caches, environment, events: recorder, logger, ...options });
  await caches.start();
  await recorder.start();
  const starting = scheduler.start();
  await environment.advance(0);
  await starting;
  return {
    ...base,
    logger,
    scheduler,
    settle: (milliseconds = 0) => environment.advance(milliseconds),
    /** What the scheduler has written. */
    writes: registries.writes,
    addNode: (name: string, more: NodeOptions = {}) => base.registries.registry(nodes).create(node(name, more)),
    addPod: (name: string, spec: Partial<PodSpec> = {}, labels: Record<string, string> = {}) =>
      base.registries.registry(pods).create(pod(name, spec, { labels })),
    get: (name: string) => base.registries.registry(pods).get({ name, namespace: 'default' }),
    nodeOf: async (name: string) => (await base.registries.registry(pods).get({ name, namespace: 'default' })).spec?.nodeName,
    told: async () =>
      (await base.registries.registry(events).list()).items.map(({ reason, message, count, type, involvedObject }) => ({
        reason,
        message,
        count,
        type,
        name: involvedObject.name,
      })),
    stop: async () => {
      const stopping = Promise.all([scheduler.stop(), recorder.stop()]);
      await environment.advance(0);
      await stopping;
      await caches.stop();
      await base.stop();
    },
  };
}

/** The same registries, except that bindings go through `bind`. */
function bindingThrough(registries: Registries, bind: (name: string, real: () => Promise<unknown>) => Promise<unknown>): Registries {
  return {
    catalog: registries.catalog,
    registry: ((definition: { plural: string }) => {
      const real = registries.registry(definition as never) as { create(object: Pod, options: object): Promise<unknown> };
      return definition.plural !== 'bindings'
        ? real
        : { create: (object: Pod, options: object) => bind(object.metadata?.name ?? '', () => real.create(object, options)) };
    }) as unknown as Registries['registry'], // one function for both overloads
  };
}

const cpu = (amount: string): Partial<PodSpec> => ({ containers: [container({ cpu: amount })] });

describe('Scheduler', () => {
  let running: Awaited<ReturnType<typeof cluster>>;

  const begin = async (options?: Parameters<typeof cluster>[0]) => (running = await cluster(options));

  afterEach(() => running.stop());

  it('binds a pod to a node that fits, and tells so', async () => {
    const { addNode, addPod, settle, get, told } = await begin();
    await addNode('small', { cpu: '500m' });
    await addNode('large');
    await addPod('p', cpu('1'));
    await settle(1000);
    const bound = await get('p');
    expect(bound.spec?.nodeName).to.equal('large');
    expect(conditionOf(bound.status?.conditions, 'PodScheduled')?.status).to.equal('True');
    expect(await told()).to.deep.equal([
      { reason: 'Scheduled', message: 'Successfully assigned default/p to large', count: 1, type: 'Normal', name: 'p' },
    ]);
  });

  it('binds pods that were there before it', async () => {
    const { addNode, addPod, settle, nodeOf, scheduler, environment } = await begin();
    const stopping = scheduler.stop();
    await environment.advance(0);
    await stopping;
    await addNode('n');
    await addPod('p');
    await settle();
    expect(await nodeOf('p')).to.equal(undefined);
    const starting = scheduler.start();
    await settle();
    await starting;
    await settle();
    expect(await nodeOf('p')).to.equal('n');
  });

  it('says why a pod fits nowhere, once for as long as that stays so, and binds it when room is made', async () => {
    const { addNode, addPod, settle, get, told, registries, writes } = await begin();
    await addNode('a', { cpu: '1' });
    await addNode('b', { cpu: '1' });
    await addPod('p', cpu('2'));
    await settle(1000);
    const message = '0/2 nodes are available: 2 Insufficient cpu.';
    const waiting = await get('p');
    expect(conditionOf(waiting.status?.conditions, 'PodScheduled')).to.include({ status: 'False', reason: 'Unschedulable', message });
    expect((await told()).map((event) => [event.type, event.reason, event.message])).to.deep.equal([
      ['Warning', 'FailedScheduling', message],
    ]);
    await settle(610_000);
    expect(writes, 'tried again, and nothing new to say').to.deep.equal(['pods/status patch']);
    await registries
      .registry(nodes)
      .subresource('status')
      .modify({ name: 'b' }, (current) => ({
        ...current,
        status: { ...current.status, allocatable: { cpu: '4', memory: '8Gi', pods: '10' } },
      }));
    await settle();
    expect((await get('p')).spec?.nodeName).to.equal('b');
  });

  it('says that there are no nodes, and binds when one comes', async () => {
    const { addNode, addPod, settle, get, nodeOf } = await begin();
    await addPod('p');
    await settle();
    expect(conditionOf((await get('p')).status?.conditions, 'PodScheduled')?.message).to.equal('no nodes available to schedule pods');
    await settle(5000);
    await addNode('n');
    await settle();
    expect(await nodeOf('p')).to.equal('n');
  });

  it('tries a pod again when another leaves its node', async () => {
    const { addNode, addPod, settle, nodeOf, registries } = await begin();
    await addNode('n', { cpu: '1' });
    await addPod('first', cpu('1'));
    await settle();
    await addPod('second', cpu('1'));
    await settle(5000);
    expect(await nodeOf('second')).to.equal(undefined);
    await registries.registry(pods).delete({ name: 'first', namespace: 'default' }, { gracePeriodSeconds: 0 });
    await settle();
    expect(await nodeOf('second')).to.equal('n');
  });

  it('never puts more on a node than fits, however quickly pods come', async () => {
    const { addNode, addPod, settle, registries } = await begin();
    for (let i = 0; i < 5; i++) await addNode(`n${i}`, { cpu: '10', pods: '1000' });
    await Promise.all(Array.from({ length: 100 }, (_, i) => addPod(`p${i}`, cpu('1'))));
    await settle(60_000);
    const counts = new Map<string, number>();
    for (const { spec } of (await registries.registry(pods).list()).items)
      counts.set(spec?.nodeName ?? '', (counts.get(spec?.nodeName ?? '') ?? 0) + 1);
    expect(Object.fromEntries([...counts].sort())).to.deep.equal({ '': 50, n0: 10, n1: 10, n2: 10, n3: 10, n4: 10 });
  });

  it('spreads the pods of a service, where requests alone would not', async () => {
    const { addNode, addPod, settle, nodeOf, registries } = await begin();
    await addNode('large', { cpu: '100', memory: '800Gi' });
    await addNode('small');
    await registries
      .registry(services)
      .create({ metadata: { name: 's', namespace: 'default' }, spec: { selector: { app: 'w' }, ports: [{ port: 80 }] } });
    await settle();
    for (const name of ['a', 'b']) {
      await addPod(name, {}, { app: 'w' });
      await settle();
    }
    expect([await nodeOf('a'), await nodeOf('b')].sort()).to.deep.equal(['large', 'small']);
  });

  it('leaves pods to other schedulers, and those that wait behind gates or go', async () => {
    const { addNode, addPod, settle, nodeOf, registries } = await begin();
    await addPod('other', { schedulerName: 'other' });
    await addPod('gated', { schedulingGates: [{ name: 'acme.io/gate' }] });
    await registries.registry(pods).create(pod('going', {}, { finalizers: ['acme.io/hold'] }));
    await registries.registry(pods).delete({ name: 'going', namespace: 'default' });
    await addNode('n');
    await settle(10_000);
    expect([await nodeOf('other'), await nodeOf('gated'), await nodeOf('going')]).to.deep.equal([undefined, undefined, undefined]);
    await registries
      .registry(pods)
      .modify({ name: 'gated', namespace: 'default' }, ({ spec, ...rest }) => ({ ...rest, spec: { ...spec!, schedulingGates: [] } }));
    await settle();
    expect(await nodeOf('gated')).to.equal('n');
  });

  it('takes only the pods that name it', async () => {
    const { addNode, addPod, settle, nodeOf } = await begin({ schedulerName: 'mine' });
    await addNode('n');
    await addPod('theirs');
    await addPod('mine', { schedulerName: 'mine' });
    await settle();
    expect([await nodeOf('theirs'), await nodeOf('mine')]).to.deep.equal([undefined, 'n']);
  });

  it('takes predicates and priorities of a user', async () => {
    const odd = {
      name: 'Odd',
      fits: (_pod: unknown, { name }: { name: string }) => Number(name.slice(1)) % 2 === 1 || 'node(s) were even',
    };
    const last = { name: 'Last', weight: 100, score: (_pod: unknown, { name }: { name: string }) => Number(name.slice(1)) };
    const { addNode, addPod, settle, nodeOf, get } = await begin({
      predicates: [...defaultPredicates, odd],
      priorities: [...defaultPriorities, last],
    });
    await addNode('n2');
    await addPod('p');
    await settle(500);
    expect(conditionOf((await get('p')).status?.conditions, 'PodScheduled')?.message).to.equal(
      '0/1 nodes are available: 1 node(s) were even.',
    );
    for (let i = 3; i < 7; i++) await addNode(`n${i}`);
    await settle(2000);
    expect(await nodeOf('p')).to.equal('n5');
  });

  it('survives a plug-in that throws, and tries again', async () => {
    let faults = 2;
    const faulty = {
      name: 'Faulty',
      fits: () => {
        if (faults-- > 0) throw new Error('oops');
        return true as const;
      },
    };
    const { addNode, addPod, settle, nodeOf, logger } = await begin({ predicates: [faulty] });
    await addNode('n');
    await addPod('p');
    await settle(3000);
    expect(await nodeOf('p')).to.equal('n');
    expect(logger.messages('error')).to.deep.equal(['a predicate or a priority has thrown', 'a predicate or a priority has thrown']);
  });

  it('counts a pod once that it has bound, whatever late news the watch has of it', async () => {
    const { addNode, addPod, settle, nodeOf, registries, writes } = await begin({ lag: 50 });
    await addNode('n', { cpu: '1' });
    await settle(100);
    await addPod('p', cpu('500m'));
    await settle(10);
    await registries.registry(pods).modify({ name: 'p', namespace: 'default' }, (current) => ({
      ...current,
      metadata: { ...current.metadata, labels: { late: 'news' } },
    }));
    await settle(5000);
    await addPod('q', cpu('500m'));
    await settle(5000);
    expect([await nodeOf('p'), await nodeOf('q')]).to.deep.equal(['n', 'n']);
    expect(writes.filter((call) => call === 'bindings create')).to.have.length(2);
  });

  it('does not overfill nodes though the watch is late', async () => {
    const { addNode, addPod, settle, registries, writes } = await begin({ lag: 300 });
    for (let i = 0; i < 5; i++) await addNode(`n${i}`, { cpu: '10', pods: '1000' });
    await settle(1000);
    for (let i = 0; i < 60; i++) await addPod(`p${i}`, cpu('1'));
    await settle(30_000);
    const counts = new Map<string, number>();
    for (const { spec } of (await registries.registry(pods).list()).items)
      counts.set(spec?.nodeName ?? '', (counts.get(spec?.nodeName ?? '') ?? 0) + 1);
    expect(Object.fromEntries([...counts].sort())).to.deep.equal({ '': 10, n0: 10, n1: 10, n2: 10, n3: 10, n4: 10 });
    expect(writes.filter((call) => call === 'bindings create')).to.have.length(50);
  });

  describe('when a binding fails', () => {
    let bind: (name: string, real: () => Promise<unknown>) => Promise<unknown>;
    let faulty: Awaited<ReturnType<typeof memoryCluster>>;
    let caches: SharedCaches;
    let scheduler: Scheduler;
    let told: string[];
    let subscription: Subscription;

    beforeEach(async () => {
      running = await cluster({ schedulerName: 'nobody' });
      faulty = running;
      told = [];
      const { environment, registries } = faulty;
      caches = new SharedCaches({ registries, environment });
      await caches.start();
      scheduler = new Scheduler({
        registries: bindingThrough(registries, (name, real) => bind(name, real)),
        caches,
        environment,
        events: { event: (_object, _type, reason, message) => told.push(`${reason}: ${message}`) },
      });
      subscription = caches.cache(pods).changes.subscribe();
      const starting = scheduler.start();
      await running.settle();
      await starting;
      await running.addNode('n', { cpu: '1' });
    });

    afterEach(async () => {
      subscription.unsubscribe();
      const stopping = scheduler.stop();
      await running.settle();
      await stopping;
      await caches.stop();
    });

    it('gives the room back, says so, and tries again after a while', async () => {
      let failures = 1;
      bind = (_name, real) => (failures-- > 0 ? Promise.reject(new StatusError('InternalError', 'no luck')) : real());
      await running.addPod('p', cpu('1'));
      await running.settle();
      expect(told).to.deep.equal(['FailedScheduling: binding rejected: no luck']);
      expect(await running.nodeOf('p')).to.equal(undefined);
      await running.settle(1000);
      expect(await running.nodeOf('p')).to.equal('n');
    });

    it('lets another pod have the room meanwhile', async () => {
      bind = (name, real) => (name === 'unlucky' ? Promise.reject(new StatusError('InternalError', 'no luck')) : real());
      await running.addPod('unlucky', { ...cpu('1'), priority: 1 });
      await running.settle();
      await running.addPod('p', cpu('1'));
      await running.settle(500);
      expect(await running.nodeOf('p')).to.equal('n');
    });

    it('is quiet about a pod that was bound or deleted meanwhile', async () => {
      bind = async (name) => {
        await running.registries.registry(pods).delete({ name, namespace: 'default' }, { gracePeriodSeconds: 0 });
        throw notFound(pods, name);
      };
      await running.addPod('p', cpu('1'));
      await running.settle(1000);
      expect(told).to.deep.equal([]);
      bind = (_name, real) => real();
      await running.addPod('q', cpu('1'));
      await running.settle();
      expect(await running.nodeOf('q')).to.equal('n');
    });

    it('looks before it tries again when the answer was lost', async () => {
      let bindings = 0;
      bind = async (_name, real) => {
        bindings++;
        await real();
        throw new StatusError('Timeout', 'the answer was lost');
      };
      await running.addPod('p', cpu('1'));
      await running.settle(60_000);
      expect([bindings, told]).to.deep.equal([1, []]);
    });

    it('has a bounded number of bindings under way, and ends them when it stops', async () => {
      let under = 0;
      let most = 0;
      const held: (() => void)[] = [];
      bind = async () => {
        most = Math.max(most, ++under);
        await new Promise<void>((resolve) => held.push(resolve));
        under--;
      };
      await running.registries
        .registry(nodes)
        .subresource('status')
        .modify({ name: 'n' }, (current) => ({
          ...current,
          status: { ...current.status, allocatable: { cpu: '1000', memory: '1Ti', pods: '1000' } },
        }));
      await Promise.all(Array.from({ length: 200 }, (_, i) => running.addPod(`p${i}`)));
      await running.settle();
      expect([under, most]).to.deep.equal([64, 64]);
      const stopping = scheduler.stop();
      for (const resume of held) resume();
      await running.settle();
      await stopping;
      expect([under, most]).to.deep.equal([0, 64]);
    });
  });

  it('leaves no timer when it stops', async () => {
    const { addPod, settle, environment, scheduler } = await begin();
    await addPod('p', cpu('1'));
    await settle(5000);
    const stopping = scheduler.stop();
    await settle();
    await stopping;
    const before = environment.pendingTimers;
    await running.stop();
    expect(environment.pendingTimers).to.equal(0);
    expect(before).to.be.lessThan(10);
  });
});
