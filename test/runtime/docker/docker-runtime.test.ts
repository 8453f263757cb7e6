import Docker from 'dockerode';
import { expect } from 'chai';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemEnvironment } from '../../../lib/base/system-environment.js';
import type { ContainerConfig, RuntimeContainer, RuntimeEvent, SandboxConfig } from '../../../lib/runtime/container-runtime.js';
import { BUSYBOX_IMAGE, DockerRuntime } from '../../../lib/runtime/docker/index.js';
import type { RuntimeError } from '../../../lib/runtime/runtime-error.js';
import { dockerdNeed, useDockerd } from '../../support/dockerd.js';
import { eventually } from '../../support/eventually.js';
import { needs } from '../../support/needs.js';
import { rejection } from '../../support/rejection.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';

describe('DockerRuntime without an engine', () => {
  it('says that it does not answer, and what to do', async () => {
    const connection = { socketPath: '/nowhere/docker.sock' };
    const runtime = new DockerRuntime({ planeId: 'none', connection, environment: systemEnvironment });
    const error = (await rejection(runtime.start())) as RuntimeError;
    expect(error.code).to.equal('Unavailable');
    expect(error.message).to.match(/does not answer.*is dockerd running/);
    await runtime.stop();
  });

  it('can be stopped while it waits for one that never answers', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'kubelib-test-'));
    const socketPath = join(directory, 'docker.sock');
    const deaf = createServer(() => undefined);
    await once(deaf.listen(socketPath), 'listening');
    const runtime = new DockerRuntime({ planeId: 'none', connection: { socketPath }, environment: systemEnvironment });
    const start = rejection(runtime.start());
    await once(deaf, 'request');
    await runtime.stop();
    expect(((await start) as RuntimeError).code).to.equal('Unavailable');
    deaf.close().closeAllConnections();
    rmSync(directory, { recursive: true });
  });
});

needs(dockerdNeed, () => {
  describe('DockerRuntime', function () {
    this.timeout(60_000);
    const dockerd = useDockerd();
    const directory = temporaryDirectory();
    let runtime: DockerRuntime;
    let events: RuntimeEvent[];
    let docker: Docker;
    let pods = 0;

    beforeEach(async () => {
      docker = new Docker(dockerd.connection);
      runtime = await started(`plane-${process.pid}`);
      events = [];
      runtime.events().subscribe((event) => events.push(event));
    });

    afterEach(async () => {
      for (const { sandboxId } of await runtime.pods()) await runtime.removeSandbox(sandboxId);
      await runtime.stop();
    });

    describe('containers of others', () => {
      let foreign: Docker.Container;

      beforeEach(async () => {
        foreign = await docker.createContainer({ Image: BUSYBOX_IMAGE, Cmd: ['sleep', '600'] });
        await foreign.start();
      });

      afterEach(() => foreign.remove({ force: true }));

      it('are neither seen nor touched', async () => {
        expect(await runtime.pods()).to.deep.equal([]);
        for (const refused of [
          runtime.stopContainer(foreign.id, 0),
          runtime.stats(foreign.id),
          runtime.exec(foreign.id, { ...STREAMS, command: ['true'] }),
        ]) {
          expect(((await rejection(refused)) as RuntimeError).code).to.equal('NotFound');
        }
        await runtime.removeContainer(foreign.id);
        await runtime.removeSandbox(foreign.id);
        expect((await foreign.inspect()).State.Running).to.equal(true);
      });

      it('may be another kubelib’s', async () => {
        const other = await started(`other-${process.pid}`);
        const config = sandboxConfig();
        const theirs = await other.createSandbox(config);
        const ours = await runtime.createSandbox(config);
        expect(ours).not.to.equal(theirs);
        await runtime.removeSandbox(theirs);
        expect((await other.pods()).map(({ sandboxId }) => sandboxId)).to.deep.equal([theirs]);
        await other.removeSandbox(theirs);
        await other.stop();
      });
    });

    describe('what happens by itself', () => {
      it('is told: a kill from outside', async () => {
        const id = await run(['sleep', '600']);
        await docker.getContainer(id).kill();
        await told('exited');
        expect((await container(id)).exitCode).to.equal(137);
      });

      it('is told: the death of a sandbox, which is made anew', async () => {
        const config = sandboxConfig();
        const sandbox = await runtime.createSandbox(config);
        await docker.getContainer(sandbox).kill();
        await told('sandboxDied');
        expect((await runtime.pods())[0]).to.include({ ready: false });
        expect(((await rejection(runtime.createContainer(sandbox, containerConfig(['true'])))) as RuntimeError).code).to.equal('Failed');
        expect(await runtime.createSandbox(config)).not.to.equal(sandbox);
      });

      it('is told: too little memory', async () => {
        const id = await run(['sh', '-c', 'x=0123456789; while :; do x=$x$x; done'], { memoryLimitBytes: 16 * 1024 * 1024 });
        await told('exited');
        expect(await container(id)).to.include({ exitCode: 137, oomKilled: true });
      });
    });

    it('survives a restart of the engine', async () => {
      const id = await run(['sh', '-c', 'trap "exit 0" TERM; while :; do sleep 1; done']);
      await dockerd.end('SIGTERM');
      expect(((await rejection(runtime.pods())) as RuntimeError).code).to.equal('Unavailable');
      await dockerd.resume();
      const [pod] = await runtime.pods();
      expect(pod).to.include({ ready: false });
      expect(pod!.containers[0]).to.include({ id, state: 'exited' });
      events.length = 0;
      const again = await run(['sh', '-c', 'exit 5']);
      await told('exited');
      expect((await container(again)).exitCode).to.equal(5);
    });

    it('runs a container as it is told', async () => {
      const script =
        'id -u; id -g; hostname; echo "$GREETING"; cat /sys/fs/cgroup/cpu/cpu.cfs_quota_us /sys/fs/cgroup/cpu.max 2>/dev/null | head -1 | cut -d" " -f1';
      const env = [{ name: 'GREETING', value: 'two\nlines' }];
      const id = await run(['sh', '-c'], {
        args: [script],
        runAsUser: 1000,
        runAsGroup: 2000,
        cpuLimitMillis: 250,
        cpuRequestMillis: 100,
        env,
      });
      await ended(id);
      expect(await logs(id)).to.equal('1000\n2000\nhost-of-pod\ntwo\nlines\n25000\n');
    });

    it('takes the entry point of the image, and says when there is none', async () => {
      const sandbox = await runtime.createSandbox(sandboxConfig());
      const error = (await rejection(runtime.createContainer(sandbox, containerConfig([])))) as RuntimeError;
      expect([error.code, error.message]).to.deep.equal(['Invalid', 'No command specified']);
    });

    it('lets containers of a pod meet on localhost', async () => {
      const sandbox = await runtime.createSandbox(sandboxConfig());
      await run(['nc', '-ll', '-p', '8000', '-e', 'echo', 'hello'], { name: 'server' }, sandbox);
      const id = await run(['sh', '-c', 'until nc 127.0.0.1 8000 < /dev/null; do sleep 0.1; done'], { name: 'client' }, sandbox);
      await ended(id);
      expect(await logs(id)).to.match(/hello\n$/);
    });

    it('puts pods on the host network', async () => {
      const sandbox = await runtime.createSandbox({ ...sandboxConfig(), hostNetwork: true });
      expect((await runtime.pods())[0]!.ips).to.deep.equal(['127.0.0.1']);
      const id = await run(['ls', '/sys/class/net'], {}, sandbox);
      await ended(id);
      expect((await logs(id)).split('\n').length).to.be.greaterThan(2);
    });

    it('gives an exec a terminal of a size', async () => {
      const id = await run(['sleep', '600']);
      const command = ['sh', '-c', 'read line; until [ "$(stty size)" = "43 132" ]; do sleep 0.05; done; echo "got $line"; exit 4'];
      const session = await runtime.exec(id, { ...STREAMS, command, stdin: true, tty: true });
      session.resize(132, 43);
      await session.writeStdin(Buffer.from('it\n'));
      expect(await textOf(session.stdout)).to.include('got it');
      expect((await session.done).exitCode).to.equal(4);
    });

    it('attaches to the input of a container', async () => {
      const id = await run(['sh', '-c', 'read line; echo "got $line"; exit 3'], { stdin: true });
      const session = await runtime.attach(id, { ...STREAMS, stdin: true });
      await session.writeStdin(Buffer.from('it\n'));
      expect(await textOf(session.stdout)).to.equal('got it\n');
      expect((await session.done).exitCode).to.equal(3);
    });

    it('refuses to attach to an input that is not there', async () => {
      const id = await run(['sleep', '600']);
      const error = (await rejection(runtime.attach(id, { ...STREAMS, stdin: true }))) as RuntimeError;
      expect(error.code).to.equal('Unsupported');
    });

    it('ends the process of an exec that is killed', async () => {
      const id = await run(['sleep', '600']);
      const session = await runtime.exec(id, { ...STREAMS, command: ['sleep', '12345'] });
      await eventually(async () => (await processes(id)).includes('sleep 12345'));
      session.kill();
      await session.done;
      await eventually(async () => !(await processes(id)).includes('sleep 12345'));
    });

    it('shows the output of terminals as it is, even when it looks like JSON', async () => {
      const id = await run(['echo', '{"a":1}'], { tty: true });
      await ended(id);
      expect(await logs(id)).to.equal('{"a":1}\r\n');
    });

    it('asks one question for pods that have not changed', async () => {
      const asked: string[] = [];
      const proxy = createServer((incoming, outgoing) => {
        asked.push(incoming.url!.split('?')[0]!);
        const { url: path, method, headers } = incoming;
        incoming.pipe(
          request({ ...dockerd.connection, path, method, headers }, (response) => {
            outgoing.writeHead(response.statusCode!).flushHeaders();
            response.pipe(outgoing);
          }),
        );
      });
      const socketPath = join(directory(), 'proxy.sock');
      await once(proxy.listen(socketPath), 'listening');
      const watching = await started(`plane-${process.pid}`, { socketPath });
      await run(['sleep', '600']);
      await run(['sleep', '600']);
      const first = await watching.pods();
      asked.length = 0;
      expect(await watching.pods()).to.deep.equal(first);
      expect(asked).to.deep.equal(['/containers/json']);
      await watching.stop();
      proxy.close().closeAllConnections();
    });

    async function started(planeId: string, connection = dockerd.connection): Promise<DockerRuntime> {
      const made = new DockerRuntime({ planeId, connection, environment: systemEnvironment });
      await made.start();
      return made;
    }

    function sandboxConfig(): SandboxConfig {
      const pod = { namespace: 'default', name: `pod-${++pods}`, uid: `uid-${pods}` };
      return { pod, hostname: 'host-of-pod', labels: {}, hostNetwork: false, directory: '/tmp' };
    }

    function containerConfig(command: readonly string[], changes: Partial<ContainerConfig> = {}): ContainerConfig {
      const plain = { name: 'main', attempt: 0, image: BUSYBOX_IMAGE, args: [], env: [], mounts: [], tty: false, stdin: false };
      return { ...plain, command, logPath: '', specHash: '', ...changes };
    }

    async function run(command: readonly string[], changes: Partial<ContainerConfig> = {}, sandboxId?: string): Promise<string> {
      const sandbox = sandboxId ?? (await runtime.createSandbox(sandboxConfig()));
      const id = await runtime.createContainer(sandbox, containerConfig(command, changes));
      await runtime.startContainer(id);
      return id;
    }

    async function container(id: string): Promise<RuntimeContainer> {
      return (await runtime.pods()).flatMap(({ containers }) => containers).find((each) => each.id === id)!;
    }

    function ended(id: string): Promise<boolean> {
      return eventually(async () => (await container(id)).state === 'exited', { timeout: 20_000, interval: 50 });
    }

    function told(type: RuntimeEvent['type']): Promise<boolean> {
      return eventually(() => events.some((event) => event.type === type), { timeout: 20_000 });
    }

    async function processes(id: string): Promise<string> {
      const { Processes } = (await docker.getContainer(id).top()) as { Processes: string[][] };
      return Processes.map((fields) => fields.join(' ')).join('\n');
    }

    function logs(id: string): Promise<string> {
      return textOf(runtime.logs(id, {}));
    }
  });
});

const STREAMS = { stdin: false, stdout: true, stderr: true, tty: false };

async function textOf(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all).toString();
}
