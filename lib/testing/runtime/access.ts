import assert from 'node:assert/strict';
import { once } from 'node:events';
import { systemEnvironment } from '../../base/system-environment.js';
import { failsWith, resultOf } from './runtime-bed.js';
import type { RuntimeTest } from './runtime-suite.js';

export function exec(test: RuntimeTest): void {
  test('gives both outputs apart, and the exit code', async (bed) => {
    const id = await bed.run({ kind: 'run' });
    const session = await bed.exec(id, { kind: 'exit', code: 9, stdout: 'out', stderr: 'err' });
    assert.deepEqual(await resultOf(session), { stdout: 'out', stderr: 'err', exitCode: 9 });
  });

  test('passes input on, and its end', async (bed) => {
    const id = await bed.run({ kind: 'run' });
    const session = await bed.exec(id, { kind: 'copy' }, { stdin: true });
    const result = resultOf(session);
    const block = Buffer.alloc(64 * 1024, 'x');
    for (let i = 0; i < 32; i++) await session.writeStdin(block);
    session.endStdin();
    const { stdout, exitCode } = await result;
    assert.deepEqual([stdout.length, exitCode], [32 * block.length, 0]);
  });

  test('has no input unless it is wanted', async (bed) => {
    const id = await bed.run({ kind: 'run' });
    assert.deepEqual(await resultOf(await bed.exec(id, { kind: 'copy' })), { stdout: '', stderr: '', exitCode: 0 });
  });

  test(
    'says 126 or 127 when the program is not there',
    async (bed) => {
      const id = await bed.run({ kind: 'run' });
      const session = await bed.runtime.exec(id, { command: ['no-such-program'], stdin: false, stdout: true, stderr: true, tty: false });
      const { exitCode } = await resultOf(session);
      assert.ok(exitCode === 126 || exitCode === 127, `exit code ${exitCode}`);
    },
    'missing programs',
  );

  test('ends when it is killed', async (bed) => {
    const id = await bed.run({ kind: 'run' });
    const session = await bed.exec(id, { kind: 'run' });
    const result = resultOf(session);
    session.kill();
    session.kill();
    assert.notEqual((await result).exitCode, 0);
    assert.equal((await bed.container(id)).state, 'running');
  });

  test('ends with its container', async (bed) => {
    const id = await bed.run({ kind: 'run' });
    const result = resultOf(await bed.exec(id, { kind: 'stubborn' }));
    await bed.runtime.stopContainer(id, 5000);
    assert.notEqual((await result).exitCode, 0);
  });

  test('needs a container that runs', async (bed) => {
    const id = await bed.runToEnd({ kind: 'exit', code: 0 });
    await failsWith('Failed', () => bed.exec(id, { kind: 'copy' }));
    await failsWith('Failed', () => bed.runtime.attach(id, { stdin: false, stdout: true, stderr: true, tty: false }));
  });
}

export function ports(test: RuntimeTest): void {
  test(
    'are reached through the pod',
    async (bed) => {
      const sandbox = await bed.sandbox();
      await bed.run({ kind: 'echo', port: 8123 }, {}, sandbox);
      const connection = await connected(() => bed.runtime.portForward(sandbox, 8123));
      connection.write('hello');
      const [answer] = (await once(connection, 'data')) as [Buffer];
      assert.equal(answer.toString(), 'hello');
      connection.destroy();
    },
    'port forwarding',
  );

  test('refuse when nobody listens', async (bed) => {
    const sandbox = await bed.sandbox();
    await failsWith('Failed', () => bed.runtime.portForward(sandbox, 8124));
    await failsWith('NotFound', () => bed.runtime.portForward('no-such', 8124));
  });
}

/** A server takes a moment to listen. */
async function connected<T>(connect: () => Promise<T>): Promise<T> {
  const deadline = systemEnvironment.monotonic() + 10_000;
  for (;;) {
    try {
      return await connect();
    } catch (error) {
      if (systemEnvironment.monotonic() > deadline) throw error;
      await systemEnvironment.sleep(10);
    }
  }
}

export function usage(test: RuntimeTest): void {
  test('is known while it runs', async (bed) => {
    const id = await bed.run({ kind: 'run' });
    const stats = await bed.runtime.stats(id);
    assert.ok(stats);
    assert.ok(stats.cpuNanoseconds >= 0 && stats.memoryBytes > 0, JSON.stringify(stats));
    assert.ok(Math.abs(stats.timestamp - systemEnvironment.now()) < 5000);
  });

  test('is unknown of one that does not run', async (bed) => {
    const sandbox = await bed.sandbox();
    assert.equal(await bed.runtime.stats(await bed.create(sandbox, { kind: 'run' })), undefined);
    assert.equal(await bed.runtime.stats(await bed.runToEnd({ kind: 'exit', code: 0 })), undefined);
  });
}

export function images(test: RuntimeTest): void {
  test('that are here have an id, and are pulled by name', async (bed) => {
    const { image } = bed.containerConfig({ kind: 'run' });
    const id = await bed.runtime.imageId(image);
    assert.ok(id);
    assert.equal((await bed.container(await bed.run({ kind: 'run' }))).imageId, id);
  });

  test(
    'that are not here are missed',
    async (bed) => {
      const image = 'kubelib.invalid/no-such:v1';
      assert.equal(await bed.runtime.imageId(image), undefined);
      const sandbox = await bed.sandbox();
      await failsWith('ImageMissing', () => bed.runtime.createContainer(sandbox, { ...bed.containerConfig({ kind: 'run' }), image }));
      await failsWith('ImagePull', () => bed.runtime.pullImage(image));
    },
    'images',
  );
}
