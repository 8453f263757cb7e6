import { expect } from 'chai';
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ProcessIdentity } from '../../../lib/runtime/process/process-table.js';
import { statOf } from '../../../lib/runtime/process/process-table.js';
import { RuntimeError } from '../../../lib/runtime/runtime-error.js';
import { eventually } from '../../support/eventually.js';
import { rejection } from '../../support/rejection.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';
import { ProcessBed, textOf } from './process-bed.js';

describe('ProcessRuntime', function () {
  this.timeout(20_000);
  let bed: ProcessBed;
  afterEach(() => bed.end());
  const directory = temporaryDirectory();

  beforeEach(async () => {
    bed = new ProcessBed(directory());
    await bed.runtime.start();
  });

  describe('processes', () => {
    it('tells the user that a command is needed', async () => {
      const sandbox = await bed.runtime.createSandbox(bed.sandboxConfig());
      const error = await refusal(bed.runtime.createContainer(sandbox, { ...bed.containerConfig(''), command: [], args: ['x'] }));
      expect(error.code).to.equal('Invalid');
      expect(error.message).to.match(/^container "main" has no command.*no images.*"command"$/s);
    });

    it('leaves nothing of the group when its first process ends', async () => {
      const id = await bed.run('trap "" HUP TERM; sleep 600 & echo $!; exec sh -c "exit 3"');
      const child = Number(await bed.firstLine(id));
      expect((await bed.exited(id)).exitCode).to.equal(3);
      await eventually(() => gone(child));
    });

    it('leaves nothing of the group while no kubelib runs', async () => {
      const id = await bed.run(`sleep 600 & echo $!; until [ -e '${bed.directory}/go' ]; do sleep 0.05; done`);
      const child = Number(await bed.firstLine(id));
      await bed.restart(async () => {
        writeFileSync(join(bed.directory, 'go'), '');
        await eventually(() => gone(child));
      });
    });

    it('leaves nothing of the session, whose jobs may have groups of their own', async function () {
      if (!existsSync('/bin/bash')) this.skip();
      const id = await bed.run('set -m; sleep 600 & echo $!; wait', { command: ['/bin/bash', '-c', 'set -m; sleep 600 & echo $!; wait'] });
      const child = Number(await bed.firstLine(id));
      await bed.runtime.stopContainer(id, 5000);
      await eventually(() => gone(child));
    });

    it('tells of an end whose wrapper was killed before', async () => {
      const id = await bed.run('echo $$; exec sleep 600');
      const first = Number(await bed.firstLine(id));
      const wrapper = statOf(statOf(first)!.parent)!.session;
      process.kill(-wrapper, 'SIGKILL');
      await eventually(() => gone(wrapper));
      expect((await bed.container(id)).state).to.equal('running');
      await bed.runtime.stopContainer(id, 5000);
      expect((await bed.container(id)).exitCode).to.equal(137);
      expect(gone(first)).to.equal(true);
    });

    it('tells of an end that the wrapper cannot write down, as it was stopped', async () => {
      const id = await bed.run('echo $$; exec sleep 600');
      const first = Number(await bed.firstLine(id));
      process.kill(-statOf(statOf(first)!.parent)!.session, 'SIGSTOP');
      await bed.runtime.stopContainer(id, 0);
      expect((await bed.container(id)).exitCode).to.equal(137);
    });

    it('tells of a kill from outside, with the code of a signal', async () => {
      const id = await bed.run('echo $$; exec sleep 600');
      process.kill(Number(await bed.firstLine(id)), 'SIGKILL');
      expect((await bed.exited(id)).exitCode).to.equal(137);
    });

    it('does not let a program ignore the interrupt', async () => {
      const id = await bed.run('kill -INT $$; echo survived');
      expect((await bed.exited(id)).exitCode).to.equal(130);
    });

    it('runs as another user', async function () {
      if (process.getuid?.() !== 0) this.skip();
      readableByAll(bed.directory);
      const id = await bed.run('id -u; id -g; echo x > file && echo written > /dev/stderr', { runAsUser: 1234, runAsGroup: 2345 });
      expect((await bed.output(id)).split('\n').sort().join(' ').trim()).to.equal('1234 2345 written');
    });

    it('lets scripts open their outputs anew', async () => {
      const id = await bed.run('echo one; echo two > /dev/stdout; echo three');
      expect(await bed.output(id)).to.equal('one\ntwo\nthree\n');
    });
  });

  describe('exec', () => {
    const exec = async (script: string) => {
      const command = ['sh', '-c', script];
      const session = await bed.runtime.exec(await bed.run('exec sleep 600'), {
        command,
        stdin: false,
        stdout: true,
        stderr: true,
        tty: false,
      });
      const [stdout, stderr, { exitCode }] = await Promise.all([textOf(session.stdout), textOf(session.stderr), session.done]);
      return { stdout, stderr, exitCode };
    };

    it('lets scripts open their outputs anew', async () => {
      expect(await exec('echo one > /dev/stdout; echo two > /dev/stderr; exit 3')).to.deep.equal({
        stdout: 'one\n',
        stderr: 'two\n',
        exitCode: 3,
      });
    });

    it('says 128 and the number of the signal that ended it', async () => {
      expect(await exec('kill -KILL $$')).to.deep.equal({ stdout: '', stderr: '', exitCode: 137 });
    });

    it('runs where the container does, with its variables', async () => {
      expect((await exec('pwd -P; echo "$POD_IP"')).stdout).to.match(/roots\/main-0\n127\.91\.1\.\d+\n$/);
    });
  });

  describe('environment', () => {
    it('is what the config gives, and where the container is', async () => {
      process.env.SECRET_OF_THE_HOST = 'x';
      const id = await bed.run('', { command: ['env'], env: [{ name: 'odd.name-1', value: 'a b' }] });
      const output = await bed.output(id);
      delete process.env.SECRET_OF_THE_HOST;
      const names = output
        .trim()
        .split('\n')
        .map((line) => line.split('=')[0]!);
      expect(names.filter((name) => !['_', 'SHLVL', 'PWD', 'OLDPWD'].includes(name)).sort()).to.deep.equal([
        'HOME',
        'HOSTNAME',
        'KUBELIB_ROOT',
        'PATH',
        'POD_IP',
        'odd.name-1',
      ]);
      expect(output)
        .to.include('odd.name-1=a b\n')
        .and.to.include('HOSTNAME=web\n')
        .and.to.match(/^POD_IP=127\.91\.1\.\d+$/m);
    });

    it('has node in the PATH, at its end', async () => {
      const id = await bed.run('', { command: ['node', '-p', 'process.env.PATH'], env: [{ name: 'PATH', value: '/nowhere' }] });
      expect(await bed.output(id)).to.equal(`/nowhere:${dirname(process.execPath)}\n`);
    });

    it('finds programs below the root, by a relative or an absolute path', async () => {
      const mounts = [{ hostPath: script('echo found "$@"'), containerPath: '/bin/tool', readOnly: true }];
      for (const [attempt, command] of ['bin/tool', './bin/tool', '/bin/tool'].entries()) {
        expect(await bed.output(await bed.run('', { attempt, mounts, command: [command], args: ['it'] }))).to.equal('found it\n');
      }
    });

    it('says why a program cannot run', async () => {
      const sandbox = await bed.runtime.createSandbox(bed.sandboxConfig());
      const notExecutable = { hostPath: join(bed.directory, 'plain.txt'), containerPath: '/plain.txt', readOnly: true };
      writeFileSync(notExecutable.hostPath, 'x');
      const start = async (attempt: number, command: string, changes = {}) => {
        const id = await bed.runtime.createContainer(
          sandbox,
          bed.containerConfig('', { attempt, command: [command], mounts: [notExecutable], ...changes }),
        );
        return (await refusal(bed.runtime.startContainer(id))).message;
      };
      expect(await start(0, 'no-such')).to.match(/"no-such": executable file not found in \$PATH/);
      expect(await start(1, './no-such')).to.match(/"\.\/no-such": no such file/);
      expect(await start(2, 'plain.txt')).to.match(/"plain.txt": permission denied/);
      expect(await start(3, 'sh', { workingDir: '/no/where' })).to.match(/working directory \/no\/where/);
    });
  });

  describe('mounts', () => {
    it('may lie in each other, and never outside the root', async () => {
      const outer = host('outer');
      const inner = host('inner');
      writeFileSync(join(inner, 'file'), 'inner');
      const mounts = [
        { hostPath: inner, containerPath: '/data/inner', readOnly: false },
        { hostPath: outer, containerPath: '/data', readOnly: false },
        { hostPath: inner, containerPath: '/../../up', readOnly: false },
      ];
      expect(await bed.output(await bed.run('cat data/inner/file "$KUBELIB_ROOT/up/file"', { mounts }))).to.equal('innerinner');
    });

    it('are refused where they cannot be', async () => {
      const sandbox = await bed.runtime.createSandbox(bed.sandboxConfig());
      const full = host('full');
      mkdirSync(join(full, 'sub'));
      writeFileSync(join(full, 'sub', 'file'), '');
      const create = async (attempt: number, ...paths: string[]) => {
        const mounts = paths.map((containerPath) => ({ hostPath: full, containerPath, readOnly: false }));
        return (await refusal(bed.runtime.createContainer(sandbox, bed.containerConfig('', { attempt, mounts })))).message;
      };
      expect(await create(0, '/')).to.match(/root itself/);
      expect(await create(1, '/data', '/data/sub')).to.match(/would hide files/);
    });

    it('are not followed when the container is removed', async () => {
      const volume = host('volume');
      writeFileSync(join(volume, 'precious'), '');
      const id = await bed.run('true', { mounts: [{ hostPath: volume, containerPath: '/data', readOnly: false }] });
      await bed.exited(id);
      await bed.runtime.removeContainer(id);
      expect(readdirSync(volume)).to.deep.equal(['precious']);
    });
  });

  describe('logs', () => {
    it('are lines with time and stream, as those of Kubernetes', async () => {
      const id = await bed.run('echo out; echo err >&2; printf part');
      await bed.exited(id);
      const lines = readFileSync(join(bed.directory, 'logs', 'main-0.log'), 'utf8')
        .trimEnd()
        .split('\n');
      const shape = lines.map((line) => line.replace(/^\S+Z /, ''));
      expect(shape.sort()).to.deep.equal(['stderr F err', 'stdout F out', 'stdout P part']);
    });

    it('lose no line of a program that prints more than a spool holds, while it prints', async () => {
      const printing = 'i=0; while [ $i -lt 200 ]; do seq -f %0200.0f $((i * 500 + 1)) $((i * 500 + 500)); i=$((i + 1)); done';
      const id = await bed.run(`${printing}; until [ -e '${bed.directory}/go' ]; do sleep 0.05; done`, { logLimit: 100_000_000 });
      const output = bed.output(id);
      const log = join(bed.directory, 'logs', 'main-0.log');
      await eventually(() => statSync(log).size > 100_000 * 230, { timeout: 15_000 });
      expect(statSync(stateFile('io/stdout')).size).to.be.below(12_000_000);
      writeFileSync(join(bed.directory, 'go'), '');
      const lines = (await output).trimEnd().split('\n').map(Number);
      expect(lines).to.have.lengthOf(100_000);
      expect(lines.every((number, index) => number === index + 1)).to.equal(true);
    });

    it('keep to their limit on disk', async () => {
      const id = await bed.run('seq -f %0200.0f 1 20000', { logLimit: 200_000 });
      await bed.exited(id);
      const logs = join(bed.directory, 'logs');
      const size = readdirSync(logs).reduce((sum, name) => sum + statSync(join(logs, name)).size, 0);
      expect(size).to.be.below(400_000);
      expect(await bed.output(id)).to.match(/0020000\n$/);
    });
  });

  describe('a terminal', () => {
    it('is given to an exec, with a size, and the exit code comes through', async function () {
      const id = await bed.run('exec sleep 600');
      const script = 'tty; read line; echo "got $line"; until [ "$(stty size)" = "43 132" ]; do sleep 0.05; done; exit 5';
      const options = { command: ['sh', '-c', script], stdin: true, stdout: true, stderr: true, tty: true };
      const session = await bed.runtime.exec(id, options).catch((error: unknown) => error as RuntimeError);
      if (session instanceof RuntimeError) return this.skip();
      const output = textOf(session.stdout);
      session.resize(132, 43);
      await session.writeStdin(Buffer.from('it\n'));
      expect((await session.done).exitCode).to.equal(5);
      expect(await output)
        .to.match(/\/dev\/pts\/\d+/)
        .and.to.include('got it');
    });
  });

  describe('a successor', () => {
    it('adopts what a killed kubelib left running, and what was printed meanwhile', async () => {
      const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
      const main = fileURLToPath(new URL(`kubelib-to-kill.${extension}`, import.meta.url));
      const loader = extension === 'ts' ? ['--import', 'tsx'] : [];
      const go = join(bed.directory, 'go');
      await bed.runtime.stop();
      const kubelib = spawn(
        process.execPath,
        [
          ...loader,
          main,
          bed.directory,
          `echo first; until [ -e '${go}' ]; do sleep 0.05; done; echo second; until [ -e '${go}2' ]; do sleep 0.05; done; exit 8`,
        ],
        { stdio: ['ignore', 'pipe', 'inherit'] },
      );
      const [line] = (await once(kubelib.stdout, 'data')) as [Buffer];
      const id = line.toString().trim();
      await killed(kubelib);
      writeFileSync(go, '');
      await bed.restart();
      expect((await bed.container(id)).state).to.equal('running');
      const output = bed.output(id);
      writeFileSync(`${go}2`, '');
      expect(await output).to.equal('first\nsecond\n');
      expect((await bed.container(id)).exitCode).to.equal(8);
    });

    it('lets those go on that its predecessor was just holding still', async () => {
      const id = await bed.run('echo $$; while :; do sleep 0.05; echo on; done');
      const first = Number(await bed.firstLine(id));
      await bed.restart(() => {
        process.kill(-statOf(statOf(first)!.parent)!.session, 'SIGSTOP');
      });
      for await (const chunk of bed.runtime.logs(id, { follow: true, tailLines: 0 })) {
        expect(Buffer.from(chunk).toString()).to.include('on');
        break;
      }
    });

    it('is not fooled by a process that got the same id', async () => {
      const id = await bed.run('exec sleep 600');
      const stranger = spawn('sleep', ['600']);
      let pid = 0;
      await bed.restart(() => {
        const file = stateFile('container.json');
        const record = JSON.parse(readFileSync(file, 'utf8')) as { started: { process: ProcessIdentity } };
        pid = record.started.process.pid;
        record.started.process = { pid: stranger.pid!, startTime: statOf(stranger.pid!)!.startTime - 1 };
        writeFileSync(file, JSON.stringify(record));
      });
      expect((await bed.exited(id)).exitCode).to.equal(137);
      await bed.runtime.stopContainer(id, 0);
      expect(gone(stranger.pid!)).to.equal(false);
      await killed(stranger);
      process.kill(-pid, 'SIGKILL');
    });

    it('makes sandboxes anew after the machine was booted', async () => {
      const id = await bed.run('exec sleep 600');
      const before = await bed.runtime.createSandbox(bed.sandboxConfig());
      await bed.runtime.stopContainer(id, 0);
      await bed.restart(() => {
        const sandbox = stateFile('sandbox.json');
        writeFileSync(sandbox, JSON.stringify({ ...(JSON.parse(readFileSync(sandbox, 'utf8')) as object), bootId: 'another' }));
        const { finished: _, ...running } = JSON.parse(readFileSync(stateFile('container.json'), 'utf8')) as { finished: unknown };
        writeFileSync(stateFile('container.json'), JSON.stringify(running));
      });
      const [pod] = await bed.runtime.pods();
      expect(pod!.ready).to.equal(false);
      expect(pod!.containers[0]!.state).to.equal('exited');
      expect(await bed.runtime.createSandbox(bed.sandboxConfig())).not.to.equal(before);
    });

    it('sweeps away what was half made', async () => {
      await bed.restart(() => {
        mkdirSync(join(bed.directory, 'runtime', 'half-made'));
      });
      expect(await bed.runtime.pods()).to.deep.equal([]);
      expect(readdirSync(join(bed.directory, 'runtime'))).to.deep.equal([]);
    });
  });

  it('gives pods on the host network the loopback address', async () => {
    const sandbox = await bed.runtime.createSandbox({ ...bed.sandboxConfig('host'), hostNetwork: true });
    const pod = (await bed.runtime.pods()).find(({ sandboxId }) => sandboxId === sandbox);
    expect(pod!.ips).to.deep.equal(['127.0.0.1']);
  });

  it('holds nothing open after its stop', async () => {
    const before = openFiles();
    await bed.run('exec sleep 600');
    await bed.runtime.stop();
    expect(openFiles()).to.deep.equal(before);
  });

  it('leaves no file of a pod that is removed', async () => {
    const id = await bed.run('echo x');
    await bed.exited(id);
    await bed.runtime.removeSandbox((await bed.runtime.pods())[0]!.sandboxId);
    for (const place of ['runtime', 'logs', 'pods/web']) expect(readdirSync(join(bed.directory, place)), place).to.deep.equal([]);
  });

  function host(name: string): string {
    const path = join(bed.directory, 'host', name);
    mkdirSync(path, { recursive: true });
    return path;
  }

  function script(text: string): string {
    const path = join(host('scripts'), 'tool');
    writeFileSync(path, `#!/bin/sh\n${text}\n`, { mode: 0o755 });
    return path;
  }

  function stateFile(name: string): string {
    const runtime = join(bed.directory, 'runtime');
    return join(
      runtime,
      (readdirSync(runtime, { recursive: true }) as string[]).find((path) => path.endsWith(name))!,
    );
  }
});

function gone(pid: number): boolean {
  const stat = statOf(pid);
  return stat === undefined || stat.state === 'Z';
}

async function killed(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

function openFiles(): string[] {
  return process.getActiveResourcesInfo().filter((kind) => kind === 'FSEventWrap' || kind === 'ProcessWrap');
}

/** Other users reach the directories of tests only so. */
function readableByAll(path: string): void {
  for (let each = path; each !== '/' && each !== '/tmp'; each = dirname(each)) chmodSync(each, 0o755);
}

async function refusal(promise: Promise<unknown>): Promise<RuntimeError> {
  const error = await rejection(promise);
  if (RuntimeError.is(error)) return error;
  throw error;
}
