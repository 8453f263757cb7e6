import { expect } from 'chai';
import type { Container, Probe } from 'kubernetes-types/core/v1.js';
import { conditionOf } from '../../lib/api/meta/conditions.js';
import type { Prober } from '../../lib/kubelet/probes/prober.js';
import { SimulatedNode } from './support/simulated-node.js';

/** Answers as told, and notes when it was asked. Which probe is told by its command. */
class ScriptedProber implements Prober {
  readonly asked: Record<string, number[]> = {};
  readonly answers: Record<string, boolean> = {};
  clock = () => 0;

  probe({ exec }: Probe): ReturnType<Prober['probe']> {
    const name = exec!.command![0]!;
    (this.asked[name] ??= []).push(this.clock());
    return Promise.resolve({ outcome: (this.answers[name] ?? true) ? 'success' : 'failure', output: `${name} said no` });
  }
}

describe('Probes by a kubelet', () => {
  let node: SimulatedNode;
  let prober: ScriptedProber;

  beforeEach(async () => {
    prober = new ScriptedProber();
    node = await new SimulatedNode({ kubelet: { prober } }).start();
  });

  afterEach(async () => {
    await node.stop();
    expect(node.environment.pendingTimers, 'timers left').to.equal(0);
  });

  const probe = (name: string, more: Partial<Probe> = {}): Probe => ({ exec: { command: [name] }, ...more });
  const create = async (container: Partial<Container>, more = {}) => {
    const begun = node.environment.now();
    prober.clock = () => (node.environment.now() - begun) / 1000;
    await node.createPod('a', { container, ...more });
  };
  const isReady = async () => conditionOf((await node.pod('a')).status?.conditions, 'Ready')?.status === 'True';

  it('probes after the initial delay and then every period', async () => {
    await create({ readinessProbe: probe('ready', { initialDelaySeconds: 5, periodSeconds: 3 }) });
    await node.environment.advance(12_000);
    expect(prober.asked.ready).to.deep.equal([5, 8, 11]);
  });

  it('is not ready before the readiness probe has passed often enough, nor after it has failed often enough', async () => {
    await create({ readinessProbe: probe('ready', { periodSeconds: 1, successThreshold: 2, failureThreshold: 3 }) });
    expect(await isReady()).to.equal(false);
    await node.environment.advance(1000);
    expect(await isReady()).to.equal(true);
    prober.answers.ready = false;
    await node.environment.advance(2000);
    expect(await isReady()).to.equal(true);
    await node.environment.advance(1000);
    expect(await isReady()).to.equal(false);
    expect((await node.pod('a')).status).to.deep.include({ phase: 'Running' });
    expect(node.events.messages('a', 'Unhealthy')[0]).to.equal('Readiness probe failed: ready said no');
    prober.answers.ready = true;
    await node.environment.advance(1000);
    expect(await isReady()).to.equal(false);
    await node.environment.advance(1000);
    expect(await isReady()).to.equal(true);
  });

  it('restarts a container whose liveness probe has failed often enough in a row', async () => {
    await create({ livenessProbe: probe('live', { periodSeconds: 1, failureThreshold: 2 }) });
    await node.environment.advance(3000);
    prober.answers.live = false;
    await node.environment.advance(1000);
    prober.answers.live = true;
    await node.environment.advance(1000);
    prober.answers.live = false;
    await node.environment.advance(1000);
    expect(await node.running('a')).to.deep.include({ attempt: 0 });
    await node.environment.advance(1000);
    expect(await node.running('a')).to.deep.include({ attempt: 1 });
    expect(node.events.messages('a', 'Killing')).to.deep.equal(['Container c failed liveness probe, will be restarted']);
    expect((await node.pod('a')).status?.containerStatuses?.[0]).to.deep.include({ restartCount: 1 });
  });

  it('gives a container that is killed for its liveness the grace period of the probe', async () => {
    await node.stop();
    node = await new SimulatedNode({ kubelet: { prober }, runtime: { onStart: () => ({ stopsIn: Infinity }) } }).start();
    prober.answers.live = false;
    await create({ livenessProbe: probe('live', { periodSeconds: 1, failureThreshold: 1, terminationGracePeriodSeconds: 7 }) });
    await node.environment.advance(6900);
    expect(await node.running('a')).to.deep.include({ attempt: 0 });
    prober.answers.live = true;
    await node.environment.advance(200);
    expect(await node.running('a')).to.deep.include({ attempt: 1 });
  });

  it('asks nothing else before the startup probe has passed, and that one never again', async () => {
    prober.answers.startup = false;
    await create({
      startupProbe: probe('startup', { periodSeconds: 2, failureThreshold: 10 }),
      livenessProbe: probe('live', { periodSeconds: 1 }),
      readinessProbe: probe('ready', { periodSeconds: 1 }),
    });
    await node.environment.advance(3000);
    expect(prober.asked).to.have.all.keys('startup');
    expect((await node.pod('a')).status?.containerStatuses?.[0]).to.deep.include({ started: false, ready: false });
    prober.answers.startup = true;
    await node.environment.advance(1000);
    expect((await node.pod('a')).status?.containerStatuses?.[0]).to.deep.include({ started: true, ready: true });
    await node.environment.advance(5000);
    expect(prober.asked.startup).to.deep.equal([0, 2, 4]);
    expect(prober.asked.live).to.include.members([4, 5, 6]);
  });

  it('restarts a container that does not start in time', async () => {
    prober.answers.startup = false;
    await create({ startupProbe: probe('startup', { periodSeconds: 1, failureThreshold: 3 }) });
    await node.environment.advance(1900);
    expect(await node.running('a')).to.deep.include({ attempt: 0 });
    await node.environment.advance(200);
    expect(await node.running('a')).to.deep.include({ attempt: 1 });
    expect(node.events.messages('a', 'Killing')).to.deep.equal(['Container c failed startup probe, will be restarted']);
  });

  it('asks no more once the container has ended', async () => {
    await create({ livenessProbe: probe('live', { periodSeconds: 1 }) }, { restartPolicy: 'Never' });
    await node.crash('a');
    const before = prober.asked.live!.length;
    await node.environment.advance(10_000);
    expect(prober.asked.live).to.have.length(before);
  });

  it('goes on with readiness alone while the pod is being deleted', async () => {
    await node.stop();
    node = await new SimulatedNode({ kubelet: { prober }, runtime: { onStart: () => ({ stopsIn: Infinity }) } }).start();
    await create({ livenessProbe: probe('live', { periodSeconds: 1 }), readinessProbe: probe('ready', { periodSeconds: 1 }) });
    await node.deletePod('a', 10);
    const before = prober.asked.live!.length;
    await node.environment.advance(5000);
    expect(prober.asked.live).to.have.length(before);
    expect(prober.asked.ready!.length).to.be.greaterThan(4);
  });
});
