import { expect } from 'chai';
import type { Endpoints, Service } from 'kubernetes-types/core/v1.js';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { endpoints } from '../../lib/api/core/endpoints.js';
import { services } from '../../lib/api/core/services.js';
import { systemEnvironment } from '../../lib/base/system-environment.js';
import type { PortalProblem } from '../../lib/proxy/portal.js';
import { Proxy } from '../../lib/proxy/proxy.js';
import { SharedCaches } from '../../lib/watch/shared-caches.js';
import { tcpServer, udpEcho } from '../support/echo.js';
import { eventually } from '../support/eventually.js';
import { memoryCluster } from '../support/memory-cluster.js';

const POD = '127.61.7.1';
/** Each test has addresses of its own: ports of one do not meet those of another. */
let nextAddress = 1 + (process.pid % 100);

describe('Proxy', function () {
  this.timeout(20_000);
  const cleanUp: (() => Promise<void> | void)[] = [];
  const problems: PortalProblem[] = [];
  let cluster: Awaited<ReturnType<typeof realCluster>>;
  let proxy: Proxy;
  let clusterIP: string;

  const realCluster = () => memoryCluster({ environment: systemEnvironment });

  beforeEach(async () => {
    problems.length = 0;
    cluster = await realCluster();
    const caches = new SharedCaches({ registries: cluster.registries, environment: systemEnvironment });
    proxy = new Proxy({ caches, environment: systemEnvironment, onProblem: (problem) => problems.push(problem) });
    await proxy.start();
    await caches.start();
    cleanUp.push(
      cluster.stop,
      () => caches.stop(),
      () => proxy.stop(),
    );
    clusterIP = `127.96.${100 + (nextAddress % 100)}.${nextAddress++ % 250}`;
  });
  afterEach(async () => {
    for (const close of cleanUp.splice(0).reverse()) await close();
  });

  const metadata = { name: 'web', namespace: 'default' };

  async function createService(spec: Service['spec']): Promise<void> {
    await cluster.registries.registry(services).create({ metadata, spec: { clusterIP, ...spec } });
  }

  async function setEndpoints(subsets: Endpoints['subsets']): Promise<void> {
    const registry = cluster.registries.registry(endpoints);
    await registry.create({ metadata, subsets: subsets ?? [] }).catch(() => registry.update({ metadata, subsets: subsets ?? [] }));
  }

  async function serve(text: string, handle = (socket: Socket) => void socket.end(text)): Promise<number> {
    const server = await tcpServer(POD, handle);
    cleanUp.push(() => server.close());
    return server.port;
  }

  const answer = (port: number) =>
    new Promise<string>((resolve) => {
      let got = '';
      const socket = connect(port, clusterIP);
      socket.setEncoding('utf8').on('data', (text: string) => (got += text));
      socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? '')).once('close', () => resolve(got));
    });
  const answers = (port: number, text: string) => eventually(async () => expect(await answer(port)).to.equal(text));

  it('opens the portal of a Service when it has endpoints, follows them, and closes it when they or the Service go', async () => {
    await createService({ ports: [{ port: 8000 }] });
    expect(await answer(8000)).to.equal('ECONNREFUSED');
    await setEndpoints([{ addresses: [{ ip: POD }], ports: [{ port: await serve('one') }] }]);
    await answers(8000, 'one');
    await setEndpoints([{ addresses: [{ ip: POD }], ports: [{ port: await serve('two') }] }]);
    await answers(8000, 'two');
    await setEndpoints([]);
    await answers(8000, 'ECONNREFUSED');
    await setEndpoints([{ addresses: [{ ip: POD }], ports: [{ port: await serve('three') }] }]);
    await answers(8000, 'three');
    await cluster.registries.registry(services).delete(metadata);
    await answers(8000, 'ECONNREFUSED');
    expect(problems).to.deep.equal([]);
  });

  it('serves several ports of a Service by their names, TCP and UDP', async () => {
    const dns = await udpEcho(POD, 'dns');
    cleanUp.push(() => dns.close());
    await createService({
      ports: [
        { name: 'web', port: 8001 },
        { name: 'admin', port: 8002 },
        { name: 'dns', port: 8001, protocol: 'UDP' },
      ],
    });
    await setEndpoints([
      {
        addresses: [{ ip: POD }],
        ports: [
          { name: 'admin', port: await serve('admin') },
          { name: 'web', port: await serve('web') },
          { name: 'dns', port: dns.port, protocol: 'UDP' },
        ],
      },
    ]);
    await answers(8001, 'web');
    await answers(8002, 'admin');
    const { createSocket } = await import('node:dgram');
    const client = createSocket('udp4');
    cleanUp.push(() => void client.close());
    const got = once(client, 'message');
    client.send('question', 8001, clusterIP);
    expect(String((await got)[0])).to.equal('dns:question');
  });

  it('shares connections out over the endpoints, and none goes to one that is not ready', async () => {
    await createService({ ports: [{ port: 8003 }] });
    const [one, two, three] = [await serve('1'), await serve('2'), await serve('3')];
    await setEndpoints([
      { addresses: [{ ip: POD }], ports: [{ port: one }] },
      { addresses: [{ ip: POD }], ports: [{ port: two }] },
      { notReadyAddresses: [{ ip: POD }], ports: [{ port: three }] },
    ]);
    await eventually(async () => expect(await answer(8003)).to.match(/^[12]$/));
    const got = [];
    for (let i = 0; i < 10; i++) got.push(await answer(8003));
    expect(got.sort().join('')).to.equal('1111122222');
    expect(proxy.counters.accepted).to.be.at.least(10);
  });

  it('keeps a client at its endpoint when the Service asks for it', async () => {
    await createService({ ports: [{ port: 8004 }], sessionAffinity: 'ClientIP' });
    await setEndpoints([
      { addresses: [{ ip: POD }], ports: [{ port: await serve('a') }] },
      { addresses: [{ ip: POD }], ports: [{ port: await serve('b') }] },
    ]);
    await eventually(async () => expect(await answer(8004)).to.match(/^[ab]$/));
    const first = await answer(8004);
    for (let i = 0; i < 6; i++) expect(await answer(8004)).to.equal(first);
  });

  it('opens nothing for headless and ExternalName Services', async () => {
    const registry = cluster.registries.registry(services);
    await registry.create({ metadata: { ...metadata, name: 'headless' }, spec: { clusterIP: 'None', ports: [{ port: 8005 }] } });
    await registry.create({ metadata: { ...metadata, name: 'external' }, spec: { type: 'ExternalName', externalName: 'example.com' } });
    await createService({ ports: [{ port: 8005 }] });
    await setEndpoints([{ addresses: [{ ip: POD }], ports: [{ port: await serve('yes') }] }]);
    await answers(8005, 'yes');
    expect(problems).to.deep.equal([]);
  });

  it('moves to another port, and leaves live connections on the old one alone', async () => {
    await createService({ ports: [{ port: 8006 }] });
    await setEndpoints([{ addresses: [{ ip: POD }], ports: [{ port: await serve('', (socket) => void socket.pipe(socket)) }] }]);
    const live = await eventually(async () => {
      const socket = connect(8006, clusterIP);
      socket.write('x');
      await once(socket, 'data');
      return socket;
    });
    cleanUp.push(() => void live.destroy());
    await cluster.registries
      .registry(services)
      .modify(metadata, (service) => ({ ...service, spec: { ...service.spec, ports: [{ port: 8007 }] } }));
    await answers(8006, 'ECONNREFUSED');
    live.write('still');
    expect(String(await once(live, 'data'))).to.equal('still');
    expect(proxy.counters.open).to.equal(1);
    const closed = once(live, 'close');
    live.on('error', () => {});
    await proxy.stop();
    await closed;
    expect(proxy.counters.open).to.equal(0);
  });

  it('never sends a connection to an endpoint that is gone, through hundreds of changes', async () => {
    await createService({ ports: [{ port: 8008 }] });
    const ports = [await serve('0'), await serve('1'), await serve('2')];
    const use = (i: number) => setEndpoints([{ addresses: [{ ip: POD }], ports: [{ port: ports[i]! }] }]);
    await use(0);
    await answers(8008, '0');
    for (let i = 1; i <= 60; i++) {
      await use(i % 3);
      await answers(8008, String(i % 3)); // seen once, the change is in effect:
      for (let again = 0; again < 4; again++) expect(await answer(8008)).to.equal(String(i % 3));
    }
    expect(proxy.counters.refused).to.equal(0);
  });

  it('says which portal cannot listen, and serves it once it can', async () => {
    const squatter = await tcpServer(clusterIP, (socket) => socket.end('squatter'), 8009);
    await createService({ ports: [{ port: 8009 }] });
    await setEndpoints([{ addresses: [{ ip: POD }], ports: [{ port: await serve('portal') }] }]);
    await eventually(() => expect(problems.length).to.be.greaterThan(0));
    expect(problems[0]).to.include({ portal: 'default/web:', address: clusterIP, port: 8009 });
    await squatter.close();
    await answers(8009, 'portal');
  });

  it('stops with everything it holds, and can be started again', async () => {
    await createService({ ports: [{ port: 8010 }] });
    await setEndpoints([{ addresses: [{ ip: POD }], ports: [{ port: await serve('up') }] }]);
    await answers(8010, 'up');
    await proxy.stop();
    expect(await answer(8010)).to.equal('ECONNREFUSED');
    await proxy.start();
    await answers(8010, 'up');
  });
});
