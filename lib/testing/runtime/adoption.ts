import assert from 'node:assert/strict';
import { systemEnvironment } from '../../base/system-environment.js';
import type { ContainerRuntimeConformanceOptions } from './runtime-bed.js';
import { failsWith, RuntimeBed } from './runtime-bed.js';
import type { RuntimeTest } from './runtime-suite.js';

/** Long enough that the runtime has stopped before it is over. */
const LATER = 700;

export function adoption(test: RuntimeTest): void {
  test('finds what its predecessor left', async (bed) => {
    const config = bed.sandboxConfig();
    const sandbox = await bed.runtime.createSandbox(config);
    await bed.run({ kind: 'run' }, { attempt: 3, specHash: 'of its spec' }, sandbox);
    const before = await bed.runtime.pods();
    await bed.restart();
    const after = await bed.runtime.pods();
    assert.deepEqual(after, before);
    assert.equal(await bed.runtime.createSandbox(config), sandbox);
  });

  test(
    'does not give an address out that is in use',
    async (bed) => {
      const before = (await bed.pod(await bed.sandbox())).ips[0];
      await bed.restart();
      assert.notEqual((await bed.pod(await bed.sandbox())).ips[0], before);
    },
    'pod addresses',
  );

  test('is told when an adopted container ends, and how', async (bed) => {
    const id = await bed.run({ kind: 'exit', code: 11, after: LATER });
    await bed.restart();
    const { exitCode } = await bed.exited(id);
    assert.equal(exitCode, 11);
    assert.ok(bed.events.some(({ type }) => type === 'exited'));
  });

  test('stops adopted containers', async (bed) => {
    const gentle = await bed.run({ kind: 'run' });
    const stubborn = await bed.run({ kind: 'stubborn' });
    await bed.restart();
    await bed.runtime.stopContainer(gentle, 10_000);
    await bed.runtime.stopContainer(stubborn, 100);
    assert.deepEqual([(await bed.container(gentle)).exitCode, (await bed.container(stubborn)).exitCode], [7, 137]);
  });

  test('learns the exit code of one that ended meanwhile', async (bed) => {
    const id = await bed.run({ kind: 'exit', code: 12, after: LATER });
    await bed.restart(() => systemEnvironment.sleep(LATER + 500));
    const container = await bed.exited(id);
    assert.equal(container.exitCode, 12);
    assert.ok(container.finishedAt! <= systemEnvironment.now());
  });

  test('keeps the logs, and what is printed meanwhile', async (bed) => {
    const id = await bed.run({ kind: 'count', to: 20, every: 50 });
    await bed.restart();
    await bed.restart();
    const all = Array.from({ length: 20 }, (_, i) => `${i + 1}\n`).join('');
    assert.equal(await bed.logs(id, { follow: true }), all);
  });

  test('runs commands in adopted containers', async (bed) => {
    const id = await bed.run({ kind: 'run' });
    await bed.restart();
    const session = await bed.exec(id, { kind: 'exit', code: 6 });
    for await (const chunk of session.stdout) assert.fail(String(chunk));
    assert.equal((await session.done).exitCode, 6);
  });
}

export function lifecycle(options: ContainerRuntimeConformanceOptions): void {
  const test = (title: string, run: (bed: RuntimeBed) => Promise<void>) =>
    it(title, async () => {
      const bed = await RuntimeBed.make(options);
      try {
        await run(bed);
      } finally {
        await bed.end();
      }
    });

  test('cannot be used before its start, nor after its stop', async (bed) => {
    await failsWith('Unavailable', () => bed.sandbox());
    await bed.runtime.start();
    await bed.runtime.stop();
    await failsWith('Unavailable', () => bed.sandbox());
  });

  test('starts and stops any number of times', async (bed) => {
    await bed.runtime.stop();
    await Promise.all([bed.runtime.start(), bed.runtime.start()]);
    await Promise.all([bed.runtime.stop(), bed.runtime.stop()]);
    await bed.start();
    assert.equal((await bed.container(await bed.run({ kind: 'run' }))).state, 'running');
  });

  test('says what it is', async (bed) => {
    await bed.runtime.start();
    const { name, version } = await bed.runtime.info();
    assert.match(name, /^[a-z]+$/);
    assert.match(version, /\d/);
  });
}
