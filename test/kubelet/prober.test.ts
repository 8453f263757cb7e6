import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import type { RequestListener } from 'node:http';
import { createServer as createHttp2Server } from 'node:http2';
import { createServer as createTcpServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { expect } from 'chai';
import type { Probe } from 'kubernetes-types/core/v1.js';
import { systemEnvironment } from '../../lib/base/system-environment.js';
import { ContainerProber } from '../../lib/kubelet/probes/container-prober.js';
import { SimulatedRuntime } from '../../lib/runtime/simulated/simulated-runtime.js';

describe('A prober of containers', () => {
  const servers: Server[] = [];
  const runtime = new SimulatedRuntime({ environment: systemEnvironment });
  const prober = new ContainerProber(runtime, systemEnvironment);

  afterEach(async () => {
    for (const server of servers.splice(0)) {
      server.close();
      if ('closeAllConnections' in server) (server as unknown as { closeAllConnections(): void }).closeAllConnections();
      await once(server, 'close');
    }
  });

  const listening = async (server: Server): Promise<number> => {
    servers.push(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  };
  const http = (handler: RequestListener) => listening(createHttpServer(handler));
  const probe = (spec: Probe, timeout = 2000, signal = new AbortController().signal) =>
    prober.probe(
      spec,
      { container: { name: 'c', ports: [{ name: 'web', containerPort: named }] }, containerId: 'x', podIP: '127.0.0.1' },
      timeout,
      signal,
    );
  let named = 1;

  it('takes 200 to 399 for well', async () => {
    const port = await http((request, response) => response.writeHead(Number(request.url!.slice(1))).end('body'));
    const outcomes = await Promise.all([200, 204, 302, 399, 400, 404, 500].map((code) => probe({ httpGet: { port, path: `/${code}` } })));
    expect(outcomes.map(({ outcome }) => outcome)).to.deep.equal([
      'success',
      'success',
      'success',
      'success',
      'failure',
      'failure',
      'failure',
    ]);
    expect(outcomes.at(-1)!.output).to.equal('HTTP probe failed with statuscode: 500');
  });

  it('asks named ports, with the headers given', async () => {
    const seen: unknown[] = [];
    named = await http((request, response) => {
      seen.push([request.headers.host, request.headers['x-a'], request.headers['user-agent']]);
      response.end();
    });
    const httpHeaders = [
      { name: 'Host', value: 'example.com' },
      { name: 'X-A', value: '1' },
    ];
    expect(await probe({ httpGet: { port: 'web', httpHeaders } })).to.deep.include({ outcome: 'success' });
    expect(seen).to.deep.equal([['example.com', '1', 'kube-probe/1.36']]);
  });

  it('follows redirects on the same host alone, and not for ever', async () => {
    const port = await http((request, response) => {
      const location = { '/here': '/fine', '/away': 'http://example.invalid/', '/loop': '/loop' }[request.url!];
      response.writeHead(location ? 302 : request.url === '/fine' ? 200 : 500, location ? { location } : {}).end();
    });
    const outcomes = await Promise.all(['/here', '/away', '/loop'].map((path) => probe({ httpGet: { port, path } })));
    expect(outcomes.map(({ outcome }) => outcome)).to.deep.equal(['success', 'success', 'failure']);
    expect(outcomes[2]!.output).to.contain('stopped after 10 redirects');
  });

  it('fails when nobody listens or answers in time', async () => {
    const port = await http(() => undefined);
    expect(await probe({ httpGet: { port } }, 50)).to.deep.equal({
      outcome: 'failure',
      output: 'context deadline exceeded (Client.Timeout exceeded while awaiting headers)',
    });
    const refused = await probe({ httpGet: { port: 1 } });
    expect(refused.outcome).to.equal('failure');
    expect(refused.output).to.contain('ECONNREFUSED');
  });

  it('takes an accepted connection for well', async () => {
    const port = await listening(createTcpServer((socket) => socket.end()));
    expect(await probe({ tcpSocket: { port } })).to.deep.include({ outcome: 'success' });
    expect(await probe({ tcpSocket: { port: 1 } })).to.deep.include({ outcome: 'failure' });
  });

  it('asks for the health of gRPC services', async () => {
    const status: Record<string, number[]> = { '': [0x08, 1], sick: [0x08, 2], odd: [] };
    const port = await listening(
      createHttp2Server((request, response) => {
        const chunks: Buffer[] = [];
        request.on('data', (chunk: Buffer) => chunks.push(chunk));
        request.on('end', () => {
          const message = Buffer.concat(chunks).subarray(5);
          const body = Buffer.from(status[message.subarray(2).toString()] ?? []);
          response.writeHead(200, { 'content-type': 'application/grpc' });
          response.addTrailers({ 'grpc-status': '0' });
          response.end(Buffer.concat([Buffer.from([0, 0, 0, 0, body.length]), body]));
        });
      }), // an HTTP/2 server is a net.Server, which its type does not say
    );
    expect(await probe({ grpc: { port } })).to.deep.include({ outcome: 'success' });
    expect(await probe({ grpc: { port, service: 'sick' } })).to.deep.equal({
      outcome: 'failure',
      output: 'service unhealthy (responded with "NOT_SERVING")',
    });
    expect(await probe({ grpc: { port, service: 'odd' } })).to.deep.include({ outcome: 'failure' });
    expect(await probe({ grpc: { port: 1 } })).to.deep.include({ outcome: 'failure' });
  });

  it('says nothing of the container when the probe itself cannot be carried out', async () => {
    expect(await probe({ httpGet: { port: 'nonsense' } })).to.deep.include({ outcome: 'error' });
    expect(await probe({})).to.deep.equal({ outcome: 'error', output: 'missing probe handler' });
    expect(await probe({ exec: { command: ['true'] } })).to.deep.include({ outcome: 'error' }); // the runtime does not run
    const stopped = new AbortController();
    stopped.abort();
    expect(await probe({ tcpSocket: { port: 1 } }, 1000, stopped.signal)).to.deep.include({ outcome: 'error' });
  });
});
