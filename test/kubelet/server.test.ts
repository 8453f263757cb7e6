import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { request } from 'node:https';
import { expect } from 'chai';
import { systemEnvironment } from '../../lib/base/system-environment.js';
import type { Stored } from '../../lib/api/object.js';
import type { Pod } from 'kubernetes-types/core/v1.js';
import type { PodExecOptions } from '../../lib/api/wire/pod-streams.js';
import { KubeletClient } from '../../lib/kubelet/server/kubelet-client.js';
import { KubeletServer } from '../../lib/kubelet/server/kubelet-server.js';
import type { KeyPair } from '../../lib/server/pki.js';
import { CertificateAuthority } from '../../lib/server/pki.js';
import { eventually } from '../support/eventually.js';
import { temporaryDirectory } from '../support/temporary-directory.js';
import { isReady, ProcessNode } from './support/process-node.js';

describe('The server of a kubelet, and its client', function () {
  this.timeout(20_000);
  const directory = temporaryDirectory();
  let authority: CertificateAuthority;
  let tls: KeyPair;
  let admin: KeyPair;
  let node: ProcessNode;
  let server: KubeletServer;
  let client: KubeletClient;
  let pod: Stored<Pod>;

  before(async () => {
    authority = await CertificateAuthority.create({ environment: systemEnvironment });
    tls = await authority.serverCertificate({ hosts: ['127.0.0.1'] });
    admin = await authority.clientCertificate({ user: 'admin', groups: ['system:masters'] });
  });

  beforeEach(async () => {
    node = await new ProcessNode(directory()).start();
    server = new KubeletServer({ kubelet: node.kubelet, tls, callers: { clientAuthority: authority.pem.certificate, token: 'secret' } });
    await server.start();
    client = new KubeletClient({ address: '127.0.0.1', port: server.port, authority: authority.pem.certificate, ...admin });
    await node.createPod('p', { container: { command: ['sh', '-c', 'echo one; echo two; exec sleep 600'] } });
    pod = await node.podWhen('p', isReady);
    await eventually(async () => (await node.logs('p')) === 'one\ntwo\n');
  });

  afterEach(async () => {
    await server.stop();
    await node.stop();
  });

  const options = (command: string, more: Partial<PodExecOptions> = {}): PodExecOptions => ({
    command: ['sh', '-c', command],
    stdin: false,
    stdout: true,
    stderr: true,
    tty: false,
    ...more,
  });

  it('gives the output of containers', async () => {
    expect(await textOf(await client.logs(pod, {}, AbortSignal.timeout(5000)))).to.equal('one\ntwo\n');
    expect(await textOf(await client.logs(pod, { tailLines: 1 }, AbortSignal.timeout(5000)))).to.equal('two\n');
  });

  it('follows output until the client goes', async () => {
    const gone = new AbortController();
    const lines: string[] = [];
    for await (const chunk of await client.logs(pod, { follow: true }, gone.signal)) {
      lines.push(Buffer.from(chunk).toString());
      if (lines.join('').includes('two')) gone.abort();
    }
    expect(lines.join('')).to.equal('one\ntwo\n');
  });

  it('runs commands: both outputs, exit code', async () => {
    const session = await client.exec(pod, options('echo out; echo err >&2; exit 42'));
    const [out, err] = await Promise.all([textOf(session.stdout), textOf(session.stderr)]);
    expect([out, err]).to.deep.equal(['out\n', 'err\n']);
    expect(await session.done).to.deep.include({ exitCode: 42 });
  });

  it('carries megabytes both ways, byte for byte', async () => {
    const session = await client.exec(pod, options('cat', { stdin: true }));
    const sent = Buffer.alloc(4 * 1024 * 1024, 'abcdefg');
    const back = bytesOf(session.stdout);
    for (let at = 0; at < sent.length; at += 65_536) await session.writeStdin(sent.subarray(at, at + 65_536));
    session.endStdin();
    expect((await back).equals(sent)).to.equal(true);
    expect(await session.done).to.deep.include({ exitCode: 0 });
  });

  it('ends a command when the client goes', async () => {
    const session = await client.exec(pod, options('echo $$; exec sleep 600'));
    const first = await session.stdout[Symbol.asyncIterator]().next();
    const pid = Number(Buffer.from(first.value as Uint8Array).toString());
    session.kill();
    await gone(pid);
  });

  it('connects to ports', async () => {
    const echo = await listening((socket) => socket.pipe(socket));
    await node.createPod('host', { hostNetwork: true, container: { command: ['sleep', '600'] } });
    const connection = await client.portForward(await node.podWhen('host', isReady), (echo.address() as AddressInfo).port);
    connection.end('hello');
    expect(await textOf(connection as AsyncIterable<Uint8Array>)).to.equal('hello');
    echo.close();
  });

  it('says what is wrong as the API does', async () => {
    const signal = AbortSignal.timeout(5000);
    await refused(client.logs(pod, { previous: true }, signal), 400, 'previous terminated container "c" in pod "p" not found');
    await refused(client.logs(pod, { container: 'x' }, signal), 400, 'container x is not valid for pod p');
    const other = { ...pod, metadata: { ...pod.metadata, uid: 'other' } };
    await refused(client.exec(other, options('true')), 404, 'pods "p" not found');
    await refused(client.logs(other, {}, signal), 404, 'pods "p" not found');
    await refused(new KubeletClient({ address: '127.0.0.1', port: 1 }).logs(pod, {}, signal), 503);
  });

  it('answers nobody that cannot show who it is, and nobody that may not ask', async () => {
    const signal = AbortSignal.timeout(5000);
    const to = { address: '127.0.0.1', port: server.port };
    await refused(new KubeletClient(to).logs(pod, {}, signal), 401, 'Unauthorized');
    await refused(new KubeletClient({ ...to, token: 'wrong' }).exec(pod, options('true')), 401, 'Unauthorized');
    const someone = await authority.clientCertificate({ user: 'jane', groups: ['people'] });
    await refused(new KubeletClient({ ...to, ...someone }).logs(pod, {}, signal), 403, 'user "jane" may not use this kubelet');
    const stranger = await CertificateAuthority.create({ environment: systemEnvironment });
    const forged = await stranger.clientCertificate({ user: 'admin', groups: ['system:masters'] });
    await refused(new KubeletClient({ ...to, ...forged }).logs(pod, {}, signal), 401, 'Unauthorized');
    expect(await textOf(await new KubeletClient({ ...to, token: 'secret' }).logs(pod, {}, signal))).to.equal('one\ntwo\n');
  });

  it('answers requests that it does not know with a Status', async () => {
    const answer = await new Promise<number | undefined>((resolve, reject) => {
      request(
        {
          host: '127.0.0.1',
          port: server.port,
          path: '/etc/passwd',
          rejectUnauthorized: false,
          headers: { authorization: 'Bearer secret' },
          agent: false,
        },
        (response) => {
          response.resume();
          resolve(response.statusCode);
        },
      )
        .on('error', reject)
        .end();
    });
    expect(answer).to.equal(404);
  });

  it('leaves nothing open when it stops', async () => {
    const session = await client.exec(pod, options('echo $$; exec sleep 600'));
    const first = await session.stdout[Symbol.asyncIterator]().next();
    await server.stop();
    expect(await session.done).to.deep.equal({ exitCode: 1, message: 'the connection to the kubelet was lost' });
    await gone(Number(Buffer.from(first.value as Uint8Array).toString()));
    await refused(client.logs(pod, {}, AbortSignal.timeout(5000)), 503);
  });
});

async function refused(work: Promise<unknown>, code: number, message?: string): Promise<void> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).to.be.an('error');
  expect(error).to.include({ code, ...(message === undefined ? {} : { message }) });
}

async function gone(pid: number): Promise<void> {
  await eventually(() => !existsSync(`/proc/${pid}`));
}

async function listening(handler: (socket: Socket) => void): Promise<Server> {
  const server = createServer(handler);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

async function bytesOf(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function textOf(stream: AsyncIterable<Uint8Array>): Promise<string> {
  return (await bytesOf(stream)).toString();
}
