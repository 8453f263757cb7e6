import type { IncomingMessage } from 'node:http';
import https from 'node:https';
import net from 'node:net';
import tls from 'node:tls';
import { once } from 'node:events';
import { expect } from 'chai';
import { systemEnvironment } from '../../lib/base/system-environment.js';
import { ApiServer } from '../../lib/server/api-server.js';
import { FlowControl } from '../../lib/server/http/flow-control.js';
import { eventually } from '../support/eventually.js';
import { ADMIN_TOKEN, TestServer } from './support/test-server.js';

const NS = '/api/v1/namespaces/default/configmaps';

/** A POST whose body never ends. */
function unfinished(server: TestServer) {
  const request = https.request(`${server.server.url}${NS}`, {
    method: 'POST',
    agent: false,
    ca: server.authority.pem.certificate,
    headers: { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'application/json', 'content-length': 1000 },
  });
  request.on('error', () => request.destroy());
  request.write('{');
  return request;
}

describe('The limits of an API server', () => {
  let server: TestServer | undefined;
  afterEach(() => server?.stop());

  it('answers 429 when too many writes are under way, and still reads', async () => {
    server = await TestServer.start({ limits: { writesInFlight: 2 } });
    const running = server;
    const stuck = [unfinished(running), unfinished(running)];
    const refused = await eventually(async () => {
      const answer = await running.request('POST', NS, { body: { metadata: { generateName: 'x-' } } });
      expect(answer.code).to.equal(429);
      return answer;
    });
    expect([refused.text, refused.headers['retry-after']]).to.deep.equal(['Too many requests, please try again later.\n', '1']);
    expect(refused.headers['content-type']).to.match(/^text\/plain/);
    expect((await running.request('GET', NS)).code).to.equal(200);
    for (const request of stuck) request.destroy();
    await eventually(async () =>
      expect((await running.request('POST', NS, { body: { metadata: { generateName: 'x-' } } })).code).to.equal(201),
    );
  });

  it('does not count watches', async () => {
    server = await TestServer.start({ limits: { readsInFlight: 1 } });
    for (let index = 0; index < 5; index += 1) expect((await server.watch(`${NS}?watch=true`)).code).to.equal(200);
    expect((await server.request('GET', NS)).code).to.equal(200);
  });

  it('answers 504 when a body does not come to its end', async () => {
    server = await TestServer.start({ limits: { requestTimeout: 100 } });
    const [response] = (await once(unfinished(server), 'response')) as [IncomingMessage];
    expect(response.statusCode).to.equal(504);
    response.destroy();
  });

  it('refuses heads with too many fields or bytes', async () => {
    server = await TestServer.start();
    const many = Object.fromEntries(Array.from({ length: 80 }, (_, index) => [`x-field-${index}`, 'v']));
    expect((await server.request('GET', NS, { headers: many })).code).to.equal(431);
    expect((await server.request('GET', NS, { headers: { 'x-long': 'v'.repeat(70_000) } })).code).to.equal(431);
    expect((await server.request('GET', NS)).code).to.equal(200);
  });

  it('drops connections whose head does not come', async () => {
    server = await TestServer.start({ limits: { headersTimeout: 100 } });
    const { port } = server.server.address;
    const silent = net.connect(port, '127.0.0.1');
    const slow = tls.connect({ host: '127.0.0.1', port, ca: server.authority.pem.certificate, ALPNProtocols: ['http/1.1'] });
    await once(slow, 'secureConnect');
    slow.write('GET / HTTP/1.1\r\nHost: x\r\n');
    silent.on('error', () => {});
    await Promise.all([once(silent, 'close'), once(slow.resume(), 'close')]);
  });

  it('cuts long warnings and makes them one line', async () => {
    server = await TestServer.start();
    const odd = JSON.stringify({ metadata: { name: 'w' }, ['bad\r\nfield: "x"']: 1, ['y'.repeat(5000)]: 2 });
    const answer = await server.request('POST', NS, { body: odd });
    expect(answer.code).to.equal(201);
    expect(answer.headers.warning)
      .to.match(/^299 - "unknown field/)
      .and.have.length.lessThan(2500);
    expect(answer.headers).to.not.have.property('field');
  });

  it('lets requests finish when it stops, and holds nothing afterwards', async () => {
    server = await TestServer.start();
    await server.watch(`${NS}?watch=true`);
    const { port } = server.server.address;
    await server.server.stop();
    const refused = net.connect(port, '127.0.0.1');
    const [error] = (await once(refused, 'error')) as [NodeJS.ErrnoException];
    expect(error.code).to.equal('ECONNREFUSED');
    expect(server.server.connections).to.equal(0);
  });

  it('says in one sentence that the port is taken, and can be started again', async () => {
    server = await TestServer.start();
    const { port } = server.server.address;
    const second = new ApiServer({
      registries: server.registries,
      environment: systemEnvironment,
      listen: { port },
      tls: await server.authority.serverCertificate(),
      authenticator: { authenticate: () => undefined },
    });
    const failure = await second.start().then(
      () => undefined,
      (error: NodeJS.ErrnoException) => error,
    );
    expect([failure?.message, failure?.code]).to.deep.equal([
      `cannot listen on 127.0.0.1:${port}: the address is already in use`,
      'EADDRINUSE',
    ]);
    await server.server.stop();
    await second.stop();
    await second.start();
    expect(second.address.port).to.equal(port);
    await second.stop();
    await second.stop();
  });
});

describe('FlowControl', () => {
  it('gives seats back, and tells when nothing is worked on', async () => {
    const flow = new FlowControl({ readsInFlight: 1, writesInFlight: 1 });
    const leave = flow.enter(true);
    expect(flow.enter(true)).to.equal(undefined);
    const write = flow.enter(false);
    let idle = false;
    const told = flow.idle().then(() => (idle = true));
    leave?.();
    await Promise.resolve();
    expect(idle).to.equal(false);
    write?.();
    await told;
    expect(flow.inFlight).to.equal(0);
  });
});
