import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemEnvironment } from '../../base/system-environment.js';
import { failsWith } from './runtime-bed.js';
import type { RuntimeTest } from './runtime-suite.js';

export function containers(test: RuntimeTest): void {
  test('is made first, then runs, and tells how it ended', async (bed) => {
    const sandbox = await bed.sandbox();
    const before = systemEnvironment.now();
    const id = await bed.create(sandbox, { kind: 'exit', code: 3, after: 100 }, { specHash: 'of its spec', attempt: 2 });
    const created = await bed.container(id);
    assert.equal(created.state, 'created');
    assert.equal(created.exitCode, undefined);
    await bed.runtime.startContainer(id);
    assert.equal((await bed.container(id)).state, 'running');
    const exited = await bed.exited(id);
    assert.deepEqual([exited.name, exited.attempt, exited.specHash, exited.exitCode], ['main', 2, 'of its spec', 3]);
    const times = [before - 1000, exited.createdAt, exited.startedAt!, exited.finishedAt!, systemEnvironment.now() + 1000];
    assert.deepEqual(
      times,
      times.toSorted((a, b) => a - b),
    );
  });

  test('tells of its start, its end and its removal', async (bed) => {
    const id = await bed.runToEnd({ kind: 'exit', code: 0 });
    await bed.runtime.removeContainer(id);
    await bed.event('removed');
    assert.deepEqual(
      bed.events.map(({ type, container }) => `${container} ${type}`),
      ['main started', 'main exited', 'main removed'],
    );
    assert.equal(bed.events[0]!.pod.namespace, 'default');
  });

  test('has ended, for pods() too, once its end is told', async (bed) => {
    await bed.run({ kind: 'exit', code: 5, stdout: 'last words\n' });
    await bed.event('exited');
    const [pod] = await bed.runtime.pods();
    assert.equal(pod!.containers[0]!.exitCode, 5);
    assert.equal(await bed.logs(pod!.containers[0]!.id), 'last words\n');
  });

  test('of the same name follow each other by attempt', async (bed) => {
    const sandbox = await bed.sandbox();
    for (const attempt of [0, 1, 2]) await bed.create(sandbox, { kind: 'run' }, { attempt });
    const { containers: all } = await bed.pod(sandbox);
    assert.deepEqual(
      all.map(({ attempt }) => attempt),
      [0, 1, 2],
    );
  });

  test('is not made twice', async (bed) => {
    const sandbox = await bed.sandbox();
    await bed.create(sandbox, { kind: 'run' });
    await failsWith('Exists', () => bed.create(sandbox, { kind: 'run' }));
  });

  test('is not started twice', async (bed) => {
    const id = await bed.run({ kind: 'run' });
    await failsWith('Failed', () => bed.runtime.startContainer(id));
  });

  test('has to exist', async (bed) => {
    const { runtime } = bed;
    await failsWith('NotFound', () => runtime.startContainer('no-such'));
    await failsWith('NotFound', () => runtime.stopContainer('no-such', 0));
    await failsWith('NotFound', () => bed.logs('no-such'));
    await failsWith('NotFound', () => bed.exec('no-such', { kind: 'copy' }));
  });

  test(
    'names the program that is not there',
    async (bed) => {
      const sandbox = await bed.sandbox();
      const config = { ...bed.containerConfig({ kind: 'run' }), command: ['no-such-program'], args: [] };
      const id = await bed.runtime.createContainer(sandbox, config);
      const error = await failsWith(['Invalid', 'Failed'], () => bed.runtime.startContainer(id));
      assert.match(error.message, /no-such-program/);
      await bed.runtime.removeContainer(id);
    },
    'missing programs',
  );
}

export function stopping(test: RuntimeTest): void {
  test('asks first', async (bed) => {
    const id = await bed.run({ kind: 'run' });
    await bed.runtime.stopContainer(id, 10_000);
    assert.equal((await bed.container(id)).exitCode, 7);
  });

  test('kills what does not end in time', async (bed) => {
    const id = await bed.run({ kind: 'stubborn' });
    const before = systemEnvironment.monotonic();
    await bed.runtime.stopContainer(id, 300);
    assert.ok(systemEnvironment.monotonic() - before >= 290);
    assert.equal((await bed.container(id)).exitCode, 137);
  });

  test('kills at once without a grace period', async (bed) => {
    const id = await bed.run({ kind: 'run' });
    await bed.runtime.stopContainer(id, 0);
    assert.equal((await bed.container(id)).exitCode, 137);
  });

  test('may be called twice, the second time with less patience', async (bed) => {
    const id = await bed.run({ kind: 'stubborn' });
    const first = bed.runtime.stopContainer(id, 15_000);
    await bed.runtime.stopContainer(id, 0);
    await first;
    assert.equal((await bed.container(id)).exitCode, 137);
  });

  test('is fine with one that has ended', async (bed) => {
    const id = await bed.runToEnd({ kind: 'exit', code: 4 });
    await bed.runtime.stopContainer(id, 1000);
    assert.equal((await bed.container(id)).exitCode, 4);
  });

  test('comes before removing', async (bed) => {
    const id = await bed.run({ kind: 'run' });
    await failsWith('Failed', () => bed.runtime.removeContainer(id));
    await bed.runtime.stopContainer(id, 0);
    await bed.runtime.removeContainer(id);
    await bed.runtime.removeContainer(id);
    await failsWith('NotFound', () => bed.runtime.startContainer(id));
  });
}

export function surroundings(test: RuntimeTest): void {
  test(
    'have the variables of the config',
    async (bed) => {
      const env = [
        { name: 'GREETING', value: `it's "quoted" $HOME\nand long` },
        { name: 'EMPTY', value: '' },
      ];
      const id = await bed.runToEnd({ kind: 'environment', names: ['GREETING', 'EMPTY'] }, { env });
      assert.equal(await bed.logs(id), `GREETING=it's "quoted" $HOME\nand long\nEMPTY=\n`);
    },
    'environment',
  );

  test(
    'have mounts at their paths, of files and of directories',
    async (bed) => {
      const { file, directory } = await hostFiles(bed.directory);
      const mounts = [
        { hostPath: directory, containerPath: '/data', readOnly: false },
        { hostPath: file, containerPath: '/deep/er/file.txt', readOnly: true },
      ];
      const read = await bed.runToEnd({ kind: 'read', path: '/deep/er/file.txt' }, { mounts });
      assert.equal(await bed.logs(read), 'of the host');
      const write = await bed.runToEnd({ kind: 'write', path: '/data/new.txt', text: 'of the container' }, { mounts });
      assert.equal((await bed.container(write)).exitCode, 0);
      assert.equal(await readFile(join(directory, 'new.txt'), 'utf8'), 'of the container');
    },
    'mounts',
  );

  test(
    'keep read-only mounts as they are',
    async (bed) => {
      const { directory } = await hostFiles(bed.directory);
      const mounts = [{ hostPath: directory, containerPath: '/data', readOnly: true }];
      const id = await bed.runToEnd({ kind: 'write', path: '/data/new.txt', text: 'x' }, { mounts });
      assert.equal((await bed.container(id)).exitCode, 1);
    },
    'read-only mounts',
  );

  test(
    'begin in the working directory',
    async (bed) => {
      const { directory } = await hostFiles(bed.directory);
      const mounts = [{ hostPath: directory, containerPath: '/work/place', readOnly: false }];
      const id = await bed.runToEnd({ kind: 'read', path: 'file.txt' }, { mounts, workingDir: '/work/place' });
      assert.equal(await bed.logs(id), 'of the host');
    },
    'mounts',
  );
}

async function hostFiles(parent: string) {
  const directory = join(parent, 'host');
  const file = join(directory, 'file.txt');
  await mkdir(directory);
  await writeFile(file, 'of the host');
  return { directory, file };
}
