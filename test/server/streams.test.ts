import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { expect } from 'chai';
import { WebSocket } from 'ws';
import { CHANNEL, decodeChannel, encodeChannel, encodeClose } from '../../lib/api/wire/channels.js';
import { eventually } from '../support/eventually.js';
import { HostPods } from './support/host-pods.js';
import { ADMIN_TOKEN, TestServer } from './support/test-server.js';

const NS = '/api/v1/namespaces/default';

describe('Streams to pods', () => {
  let server: TestServer;
  let pods: HostPods;

  before(async () => {
    pods = new HostPods();
    server = await TestServer.start({ podConnector: pods });
    await server.request('POST', `${NS}/serviceaccounts`, { body: { metadata: { name: 'default' } } });
    const containers = [{ name: 'c', image: 'i' }];
    await server.request('POST', `${NS}/pods`, { body: { metadata: { name: 'p' }, spec: { nodeName: 'n', containers } } });
    await server.request('POST', `${NS}/pods`, { body: { metadata: { name: 'waiting' }, spec: { containers } } });
    await server.request('POST', `${NS}/pods`, {
      body: { metadata: { name: 'two' }, spec: { nodeName: 'n', containers: [...containers, { name: 'd', image: 'i' }] } },
    });
  });
  after(() => server.stop());

  const connect = (path: string, protocol: string | string[] = 'v5.channel.k8s.io', token = ADMIN_TOKEN) =>
    new WebSocket(`${server.server.url.replace('https', 'wss')}${NS}/pods/${path}`, protocol, {
      ca: server.authority.pem.certificate,
      headers: { authorization: `Bearer ${token}` },
    });

  const command = (...words: string[]) => words.map((word) => `command=${encodeURIComponent(word)}`).join('&');

  /** All that came, by channel, when the server has closed. */
  const outcome = async (socket: WebSocket) => {
    const seen: Record<number, Buffer> = {};
    socket.on('message', (data: Buffer) => {
      const message = decodeChannel(data);
      if (message) seen[message.channel] = Buffer.concat([seen[message.channel] ?? Buffer.alloc(0), message.data]);
    });
    const [code] = (await once(socket, 'close')) as [number];
    const text = (channel: number) => seen[channel]?.toString() ?? '';
    return { code, out: text(CHANNEL.stdout), error: text(CHANNEL.stderr), status: JSON.parse(text(CHANNEL.status)) as object };
  };

  /** The plain answer to a handshake that is refused. */
  const refusal = async (socket: WebSocket) => {
    socket.on('error', () => {});
    const [, response] = (await once(socket, 'unexpected-response')) as [unknown, IncomingMessage];
    let text = '';
    for await (const chunk of response as AsyncIterable<Buffer>) text += chunk.toString();
    return { code: response.statusCode, message: (JSON.parse(text) as { message: string }).message };
  };

  it('runs a command and tells its outputs and exit code', async () => {
    const socket = connect(`p/exec?${command('sh', '-c', 'echo out; echo err >&2; exit 3')}&stdout=true&stderr=true`);
    expect(await outcome(socket)).to.deep.equal({
      code: 1000,
      out: 'out\n',
      error: 'err\n',
      status: {
        metadata: {},
        status: 'Failure',
        message: 'command terminated with non-zero exit code: exit status 3',
        reason: 'NonZeroExitCode',
        details: { causes: [{ reason: 'ExitCode', message: '3' }] },
      },
    });
    expect(await outcome(connect(`p/exec?${command('true')}&stdout=true`))).to.deep.include({
      status: { metadata: {}, status: 'Success' },
    });
  });

  it('feeds stdin and ends it, in version 5', async () => {
    const socket = connect(`p/exec?${command('wc', '-c')}&stdin=true&stdout=true`);
    const ended = outcome(socket);
    await once(socket, 'open');
    for (let index = 0; index < 50; index += 1) socket.send(encodeChannel(CHANNEL.stdin, Buffer.alloc(20_000)));
    socket.send(encodeClose(CHANNEL.stdin));
    expect((await ended).out.trim()).to.equal('1000000');
  });

  it('chooses the best protocol that the client offers', async () => {
    const socket = connect(`p/exec?${command('true')}&stdout=true`, ['channel.k8s.io', 'v4.channel.k8s.io', 'v5.channel.k8s.io']);
    await once(socket, 'open');
    expect(socket.protocol).to.equal('v5.channel.k8s.io');
    expect(socket.extensions).to.equal('');
    await once(socket, 'close');
  });

  it('uses no channel that was not asked for, and none for stderr on a terminal', async () => {
    const script = command('sh', '-c', 'echo out; echo err >&2');
    expect(await outcome(connect(`p/exec?${script}&stdout=true`))).to.include({ out: 'out\n', error: '' });
    expect(await outcome(connect(`p/exec?${script}&stdout=true&stderr=true&tty=true`))).to.include({ out: 'out\n', error: '' });
  });

  it('passes on the size of the terminal, and nothing that is none', async () => {
    const socket = connect(`p/exec?${command('cat')}&stdin=true&stdout=true&tty=true`);
    await once(socket, 'open');
    for (const size of ['nonsense', '{"Width":-1,"Height":1}', '{"Width":80,"Height":24}'])
      socket.send(encodeChannel(CHANNEL.resize, size));
    await eventually(() => pods.sizes.length > 0);
    expect(pods.sizes).to.deep.equal([[80, 24]]);
    socket.close();
  });

  it('ends the command when its client goes', async () => {
    const before = pods.ends.length;
    const socket = connect(`p/exec?${command('sleep', '1000')}&stdout=true`);
    await once(socket, 'open');
    socket.terminate();
    await eventually(() => pods.ends.length > before);
    expect(pods.ends.at(-1)).to.equal('SIGKILL');
  });

  it('refuses as a plain Status what it can refuse before the upgrade', async () => {
    const run = `${command('true')}&stdout=true`;
    expect(await refusal(connect(`nope/exec?${run}`))).to.deep.equal({ code: 404, message: 'pods "nope" not found' });
    expect(await refusal(connect(`waiting/exec?${run}`))).to.deep.equal({
      code: 400,
      message: 'pod waiting does not have a host assigned',
    });
    expect(await refusal(connect(`p/exec?${run}&container=zz`))).to.deep.equal({
      code: 400,
      message: 'container zz is not valid for pod p',
    });
    expect((await refusal(connect(`two/exec?${run}`))).message).to.equal(
      'a container name must be specified for pod two, choose one of: [c d]',
    );
    expect((await refusal(connect('p/exec?stdout=true'))).code).to.equal(400);
    expect((await refusal(connect(`p/exec?${command('true')}`))).code).to.equal(400);
    expect((await refusal(connect(`p/exec?${run}`, 'chat.example'))).code).to.equal(400);
    expect((await refusal(connect('p/log'))).code).to.equal(404);
    expect((await refusal(connect(`p/exec?${run}`, 'v5.channel.k8s.io', 'wrong'))).code).to.equal(401);
    expect(await refusal(connect(`p/exec?${run}`, 'v5.channel.k8s.io', 'nobody-token'))).to.deep.equal({
      code: 403,
      message: 'pods "p" is forbidden: User "nobody" cannot get resource "pods/exec" in API group "" in the namespace "default"',
    });
    const plain = await server.request('POST', `${NS}/pods/p/exec?${run}`);
    expect([plain.code, plain.json.message]).to.deep.equal([400, 'Upgrade request required']);
  });

  it('forwards ports over channels', async () => {
    const target = createServer((_, response) => response.end('hello from the pod')).listen(0, '127.0.0.1');
    await once(target, 'listening');
    const { port } = target.address() as AddressInfo;
    const socket = connect(`p/portforward?ports=${port}`, ['v5.channel.k8s.io', 'v4.channel.k8s.io']);
    const messages: Buffer[] = [];
    socket.on('message', (data: Buffer) => messages.push(data));
    await once(socket, 'open');
    socket.send(encodeChannel(0, 'GET / HTTP/1.0\r\n\r\n'));
    await once(socket, 'close');
    expect(messages.slice(0, 2).map((one) => [...one])).to.deep.equal([
      [0, port & 255, port >> 8],
      [1, port & 255, port >> 8],
    ]);
    expect(Buffer.concat(messages.slice(2)).toString()).to.contain('hello from the pod');
    target.close();
  });

  it('streams logs as text, and their errors as a Status', async () => {
    const log = await server.request('GET', `${NS}/pods/p/log?tailLines=2`);
    expect([log.code, log.headers['content-type'], log.text]).to.deep.equal([200, 'text/plain', 'p line 1\np line 2\n']);
    expect((await server.request('GET', `${NS}/pods/waiting/log`)).code).to.equal(204);
    expect((await server.request('GET', `${NS}/pods/p/log?container=zz`)).json.message).to.equal('container zz is not valid for pod p');
    expect((await server.request('GET', `${NS}/pods/p/log?tailLines=-1`)).code).to.equal(422);
    const follow = await server.open('GET', `${NS}/pods/p/log?follow=true`);
    const [first] = (await once(follow, 'data')) as [Buffer];
    expect(first.toString()).to.contain('p line 1');
    follow.destroy();
  });

  it('answers 503 where no node can be reached', async () => {
    const alone = await TestServer.start();
    try {
      await alone.request('POST', `${NS}/serviceaccounts`, { body: { metadata: { name: 'default' } } });
      await alone.request('POST', `${NS}/pods`, {
        body: { metadata: { name: 'p' }, spec: { nodeName: 'n', containers: [{ name: 'c', image: 'i' }] } },
      });
      expect((await alone.request('GET', `${NS}/pods/p/log`)).code).to.equal(503);
    } finally {
      await alone.stop();
    }
  });
});
