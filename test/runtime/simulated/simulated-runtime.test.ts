import { expect } from 'chai';
import { VirtualEnvironment } from '../../../lib/base/virtual-environment.js';
import type { ContainerConfig, RuntimeEvent, SandboxConfig } from '../../../lib/runtime/container-runtime.js';
import type { RuntimeError } from '../../../lib/runtime/runtime-error.js';
import type { SimulatedRuntimeOptions } from '../../../lib/runtime/simulated/simulated-runtime.js';
import { SimulatedRuntime } from '../../../lib/runtime/simulated/simulated-runtime.js';
import { rejection } from '../../support/rejection.js';

describe('SimulatedRuntime', () => {
  let environment: VirtualEnvironment;
  let runtime: SimulatedRuntime;
  let events: string[];

  const record = (to: string[]) => (event: RuntimeEvent) => to.push(`${environment.monotonic()} ${event.pod.name} ${event.type}`);

  async function begin(options: Partial<SimulatedRuntimeOptions> = {}): Promise<void> {
    environment = new VirtualEnvironment();
    runtime = new SimulatedRuntime({ environment, ...options });
    events = [];
    runtime.events().subscribe(record(events));
    await runtime.start();
  }

  async function run(name: string, changes: Partial<ContainerConfig> = {}): Promise<string> {
    const id = await runtime.createContainer(await runtime.createSandbox(sandboxConfig(name)), { ...PLAIN, ...changes });
    await runtime.startContainer(id);
    return id;
  }

  const simulate = (value: string) => ({ env: [{ name: 'SIMULATE', value }] });
  const container = async (id: string) => (await runtime.pods()).flatMap(({ containers }) => containers).find((each) => each.id === id)!;

  it('does what the variable SIMULATE says, when it says', async () => {
    await begin();
    const [forever, failing, done] = [
      await run('a', simulate('run')),
      await run('b', simulate('exit 3 after 1m30s')),
      await run('c', simulate('exit 0')),
    ];
    await environment.advance(89_999);
    expect((await container(failing)).state).to.equal('running');
    await environment.advance(1);
    expect((await container(failing)).exitCode).to.equal(3);
    expect((await container(done)).exitCode).to.equal(0);
    expect((await container(forever)).state).to.equal('running');
    expect(events.slice(-1)).to.deep.equal(['90000 b exited']);
    expect(environment.pendingTimers).to.equal(0);
  });

  it('tells what SIMULATE may be', async () => {
    await begin();
    for (const value of ['', 'walk', 'exit', 'exit 3 after', 'exit 3 after lunch']) {
      const error = (await rejection(run(`pod-${value}`, simulate(value)))) as RuntimeError;
      expect(error.code, value).to.equal('Invalid');
      expect(error.message, value).to.include('SIMULATE must be');
    }
  });

  it('goes on while it is stopped, and tells the next one', async () => {
    await begin();
    const id = await run('a', simulate('exit 4 after 10s'));
    const startedAt = environment.now();
    await runtime.stop();
    expect(environment.pendingTimers).to.equal(0);
    await environment.advance(60_000);
    await runtime.start();
    expect(await container(id)).to.include({ exitCode: 4, finishedAt: startedAt + 10_000 });
    expect(events.at(-1)).to.equal('60000 a exited');
  });

  it('prints in time, and keeps the times', async () => {
    const output = [{ text: 'a\n' }, { after: 2000, text: 'b\n', stream: 'stderr' as const }, { after: 9000, text: 'never\n' }];
    await begin({ onStart: () => ({ output, runFor: 5000 }) });
    const id = await run('a');
    await environment.advance(10_000);
    const chunks: string[] = [];
    for await (const chunk of runtime.logs(id, { timestamps: true })) chunks.push(Buffer.from(chunk).toString());
    expect(chunks.join('')).to.equal('2025-01-01T00:00:00.000Z a\n2025-01-01T00:00:02.000Z b\n');
  });

  it('lets a stop take its time', async () => {
    await begin({ onStart: () => ({ stopsIn: 3000 }) });
    const id = await run('a');
    const stopped = runtime.stopContainer(id, 30_000);
    await environment.advance(2999);
    expect((await container(id)).state).to.equal('running');
    await environment.advance(1);
    await stopped;
    expect((await container(id)).exitCode).to.equal(143);
  });

  it('kills what stops too slowly', async () => {
    await begin({ onStart: () => ({ stopsIn: 3000 }) });
    const id = await run('a');
    const stopped = runtime.stopContainer(id, 1000);
    await environment.advance(1000);
    await stopped;
    expect(await container(id)).to.include({ exitCode: 137, signal: 9 });
  });

  it('takes as long as it is told for sandboxes and starts', async () => {
    await begin({ sandboxDelay: 500, startDelay: 250 });
    const started = run('a');
    await environment.advance(749);
    expect(events).to.deep.equal([]);
    await environment.advance(1);
    await started;
    expect(events).to.deep.equal(['750 a started']);
  });

  it('misses images until they are pulled, and fails pulls', async () => {
    await begin({
      onPull: (image) => {
        if (image === 'broken') throw new Error('manifest unknown');
      },
    });
    expect(await runtime.imageId('web')).to.equal(undefined);
    expect(((await rejection(run('a', { image: 'web' }))) as RuntimeError).code).to.equal('ImageMissing');
    await runtime.pullImage('web');
    await run('a', { image: 'web' });
    const error = (await rejection(runtime.pullImage('broken'))) as RuntimeError;
    expect([error.code, error.message]).to.deep.equal(['ImagePull', 'manifest unknown']);
  });

  it('does what a test wants to happen', async () => {
    await begin({ onStart: () => ({ cpuMillis: 250, memoryBytes: 1e6 }) });
    const id = await run('a');
    await environment.advance(4000);
    expect(await runtime.stats(id)).to.deep.equal({ timestamp: environment.now(), cpuNanoseconds: 1e9, memoryBytes: 1e6 });
    runtime.endContainer(id, { exitCode: 137, oomKilled: true });
    expect(await container(id)).to.include({ state: 'exited', oomKilled: true });
    const [pod] = await runtime.pods();
    runtime.endSandbox(pod!.sandboxId);
    expect((await runtime.pods())[0]!.ready).to.equal(false);
    expect(events.at(-1)).to.equal('4000 a sandboxDied');
    expect(await runtime.createSandbox(sandboxConfig('a'))).not.to.equal(pod!.sandboxId);
  });

  it('fails a start', async () => {
    await begin({ onStart: () => ({ startError: 'no such device' }) });
    const error = (await rejection(run('a'))) as RuntimeError;
    expect([error.code, error.message]).to.deep.equal(['Failed', 'no such device']);
  });

  it('repeats exactly', async () => {
    const once = async () => {
      await begin({ onStart: () => ({ runFor: environment.random() * 10_000 }) });
      for (let i = 0; i < 50; i++) await run(`pod-${i}`);
      await environment.advance(10_000);
      return { events, pods: await runtime.pods() };
    };
    const [first, second] = [await once(), await once()];
    expect(second).to.deep.equal(first);
  });

  it('carries 20,000 pods', async function () {
    this.timeout(20_000);
    await begin();
    for (let i = 0; i < 20_000; i++) await run(`pod-${i}`, simulate(i % 2 ? 'run' : 'exit 0 after 1s'));
    expect((await runtime.pods()).length).to.equal(20_000);
    expect(new Set((await runtime.pods()).map(({ ips }) => ips[0])).size).to.equal(20_000);
    for (const { sandboxId } of await runtime.pods()) await runtime.removeSandbox(sandboxId);
    expect(environment.pendingTimers).to.equal(0);
  });
});

const PLAIN: ContainerConfig = {
  ...{ name: 'main', attempt: 0, image: 'web', command: [], args: [], env: [], mounts: [] },
  ...{ tty: false, stdin: false, logPath: '', specHash: '' },
};

function sandboxConfig(name: string): SandboxConfig {
  return { pod: { namespace: 'default', name, uid: `uid-${name}` }, hostname: name, labels: {}, hostNetwork: false, directory: '' };
}
