import { expect } from 'chai';
import { createSocket } from 'node:dgram';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { silentLogger } from '../../lib/base/logger.js';
import { systemEnvironment } from '../../lib/base/system-environment.js';
import { roundRobin } from '../../lib/proxy/balancers/round-robin.js';
import type { PortalProblem, PortalServices } from '../../lib/proxy/portal.js';
import type { PortalSpec, Target } from '../../lib/proxy/service-ports.js';
import { TcpPortal } from '../../lib/proxy/tcp-portal.js';
import { UdpPortal } from '../../lib/proxy/udp-portal.js';
import { tcpServer, udpEcho } from '../support/echo.js';
import { eventually } from '../support/eventually.js';

/** Addresses of their own, so that nothing else on the machine is in the way. */
const PORTAL = '127.61.9.1';
const POD = '127.61.8.1';
let nextPort = 20_000 + (process.pid % 20_000);

describe('portals', () => {
  const cleanUp: (() => Promise<void>)[] = [];
  const problems: PortalProblem[] = [];
  let services: PortalServices;

  beforeEach(() => {
    problems.length = 0;
    services = {
      environment: systemEnvironment,
      logger: silentLogger,
      balancer: roundRobin,
      onProblem: (problem) => problems.push(problem),
      counters: { accepted: 0, refused: 0, connectFailures: 0, bytesToEndpoints: 0, bytesToClients: 0 },
      connectTimeout: 1_000,
      udpIdleTimeout: 60_000,
      udpSessions: 3,
    };
  });
  afterEach(async () => {
    for (const close of cleanUp.splice(0).reverse()) await close();
  });

  const specOf = (protocol: 'TCP' | 'UDP', targets: readonly Target[], port = nextPort++): PortalSpec => ({
    key: 'default/web:',
    protocol,
    address: PORTAL,
    port,
    affinitySeconds: undefined,
    targets,
  });

  function open(spec: PortalSpec): TcpPortal | UdpPortal {
    const portal = spec.protocol === 'TCP' ? new TcpPortal(spec, services) : new UdpPortal(spec, services);
    portal.update(spec);
    cleanUp.push(() => portal.close());
    return portal;
  }

  async function serve(handle: (socket: Socket) => void, address = POD): Promise<Target> {
    const server = await tcpServer(address, handle);
    cleanUp.push(() => server.close());
    return { address, port: server.port };
  }

  const answer = (port: number, text = '') =>
    new Promise<string>((resolve, reject) => {
      let got = '';
      const socket = connect(port, PORTAL, () => socket.end(text));
      socket.setEncoding('utf8').on('data', (chunk: string) => (got += chunk));
      socket.once('error', reject).once('close', () => resolve(got));
    });

  describe('TCP', () => {
    it('balances connections over the endpoints', async () => {
      const targets = [await serve((socket) => socket.end('one')), await serve((socket) => socket.end('two'))];
      const spec = specOf('TCP', targets);
      open(spec);
      const answers = [];
      for (let i = 0; i < 4; i++) answers.push(await answer(spec.port));
      expect(answers).to.deep.equal(['one', 'two', 'one', 'two']);
      expect(services.counters.accepted).to.equal(4);
    });

    it('keeps a half-closed connection open until the endpoint has answered', async () => {
      const target = await serve((socket) => {
        let got = '';
        socket.setEncoding('utf8').on('data', (chunk: string) => (got += chunk));
        socket.on('end', () => socket.end(`got ${got}`)); // answers only after the client has finished sending
      });
      const spec = specOf('TCP', [target]);
      open(spec);
      expect(await answer(spec.port, 'question')).to.equal('got question');
    });

    it('carries megabytes in both directions, byte for byte', async () => {
      const target = await serve((socket) => socket.pipe(socket));
      const spec = specOf('TCP', [target]);
      open(spec);
      const sent = Buffer.alloc(4_000_000, 'kubelib ');
      const chunks: Buffer[] = [];
      await new Promise<void>((resolve, reject) => {
        const socket = connect(spec.port, PORTAL, () => socket.end(sent));
        socket
          .on('data', (chunk) => chunks.push(chunk))
          .once('error', reject)
          .once('close', () => resolve());
      });
      expect(Buffer.concat(chunks).equals(sent)).to.equal(true);
    });

    it('tries another endpoint when a connect fails, before the client notices', async () => {
      const dead = await tcpServer(POD, () => {});
      await dead.close();
      const spec = specOf('TCP', [{ address: POD, port: dead.port }, await serve((socket) => socket.end('alive'))]);
      open(spec);
      for (let i = 0; i < 4; i++) expect(await answer(spec.port)).to.equal('alive');
      expect(services.counters.connectFailures).to.be.greaterThan(0);
    });

    it('resets the client when every endpoint refuses', async () => {
      const dead = await tcpServer(POD, () => {});
      await dead.close();
      const spec = specOf('TCP', [{ address: POD, port: dead.port }]);
      open(spec);
      const error = await answer(spec.port).then(
        () => undefined,
        (reason: NodeJS.ErrnoException) => reason,
      );
      expect(error?.code).to.equal('ECONNRESET');
    });

    it('refuses connections while there is no endpoint, and accepts again once there is one', async () => {
      const target = await serve((socket) => socket.end('back'));
      const spec = specOf('TCP', []);
      const portal = open(spec);
      const refused = await answer(spec.port).then(
        () => undefined,
        (reason: NodeJS.ErrnoException) => reason,
      );
      expect(refused?.code).to.equal('ECONNREFUSED');
      portal.update({ ...spec, targets: [target] });
      await eventually(async () => expect(await answer(spec.port)).to.equal('back'));
    });

    it('does not drop a live connection when its endpoint goes, and sends it no new one', async () => {
      const old = await serve((socket) => socket.pipe(socket));
      const fresh = await serve((socket) => socket.end('fresh'));
      const spec = specOf('TCP', [old]);
      const portal = open(spec);
      const socket = connect(spec.port, PORTAL);
      cleanUp.push(() => Promise.resolve(void socket.destroy()));
      const echoed = (text: string) =>
        new Promise<string>((resolve) => {
          socket.once('data', (data) => resolve(data.toString()));
          socket.write(text);
        });
      expect(await echoed('before')).to.equal('before');
      portal.update({ ...spec, targets: [fresh] });
      expect(await echoed('after')).to.equal('after');
      for (let i = 0; i < 3; i++) expect(await answer(spec.port)).to.equal('fresh');
    });

    it('does not drop a live connection when the last endpoint goes', async () => {
      const old = await serve((socket) => socket.pipe(socket));
      const spec = specOf('TCP', [old]);
      const portal = open(spec);
      const socket = connect(spec.port, PORTAL);
      cleanUp.push(() => Promise.resolve(void socket.destroy()));
      const echoed = (text: string) =>
        new Promise<string>((resolve) => {
          socket.once('data', (data) => resolve(data.toString()));
          socket.write(text);
        });
      expect(await echoed('before')).to.equal('before');
      portal.update({ ...spec, targets: [] });
      expect(await echoed('after')).to.equal('after');
    });

    it('says that its port is taken, and listens once it is free', async () => {
      const squatter = await tcpServer(PORTAL, (socket) => socket.end('squatter'));
      const spec = specOf('TCP', [await serve((socket) => socket.end('portal'))], squatter.port);
      open(spec);
      await eventually(() =>
        expect(problems.map(({ portal, error }) => [portal, (error as NodeJS.ErrnoException).code])).to.deep.include([
          'default/web:',
          'EADDRINUSE',
        ]),
      );
      await squatter.close();
      await eventually(async () => expect(await answer(spec.port)).to.equal('portal'));
    });

    it('closes every socket when it closes', async () => {
      const server = await tcpServer(POD, (socket) => socket.pipe(socket));
      cleanUp.push(() => server.close());
      const spec = specOf('TCP', [{ address: POD, port: server.port }]);
      const portal = open(spec);
      const socket = connect(spec.port, PORTAL);
      const closed = new Promise((resolve) => socket.on('error', () => {}).once('close', resolve));
      await new Promise((resolve) => {
        socket.once('data', resolve);
        socket.write('x');
      });
      await portal.close();
      await closed;
      await eventually(() => expect(server.sockets.size).to.equal(0));
    });
  });

  describe('UDP', () => {
    const client = async () => {
      const socket = createSocket('udp4');
      await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
      cleanUp.push(() => new Promise((resolve) => socket.close(() => resolve())));
      return {
        ask: (port: number, text: string) =>
          new Promise<string>((resolve) => {
            socket.once('message', (data) => resolve(data.toString()));
            socket.send(text, port, PORTAL);
          }),
      };
    };
    const echo = async (name: string): Promise<Target> => {
      const server = await udpEcho(POD, name);
      cleanUp.push(() => server.close());
      return { address: POD, port: server.port };
    };
    const ready = async (portal: UdpPortal | TcpPortal, spec: PortalSpec) => {
      // A datagram to a port that is not bound yet is lost: wait until the portal holds it.
      await eventually(
        () =>
          new Promise<void>((resolve, reject) => {
            const probe = createSocket('udp4');
            probe.once('error', () => resolve()).bind(spec.port, PORTAL, () => probe.close(() => reject(new Error('not bound yet'))));
          }),
      );
      return portal;
    };

    it('keeps each client at its endpoint, and different clients at different ones', async () => {
      const spec = specOf('UDP', [await echo('one'), await echo('two')]);
      await ready(open(spec), spec);
      const [first, second] = [await client(), await client()];
      expect(await first.ask(spec.port, 'a')).to.equal('one:a');
      expect(await second.ask(spec.port, 'b')).to.equal('two:b');
      expect(await first.ask(spec.port, 'c')).to.equal('one:c');
    });

    it('moves a client whose endpoint goes', async () => {
      const [one, two] = [await echo('one'), await echo('two')];
      const spec = specOf('UDP', [one]);
      const portal = await ready(open(spec), spec);
      const only = await client();
      expect(await only.ask(spec.port, 'a')).to.equal('one:a');
      portal.update({ ...spec, targets: [two] });
      expect(await only.ask(spec.port, 'b')).to.equal('two:b');
    });

    it('forgets the idlest client when there are too many', async () => {
      const spec = specOf('UDP', [await echo('one'), await echo('two')]);
      await ready(open(spec), spec);
      const clients = [];
      for (let i = 0; i < 4; i++) clients.push(await client());
      const names = [];
      for (const one of clients) names.push((await one.ask(spec.port, '-'))[0]);
      expect(names).to.deep.equal(['o', 't', 'o', 't']);
      expect(await clients[3]?.ask(spec.port, 'still'), 'the newest is remembered').to.equal('two:still');
      expect(services.counters.accepted).to.equal(4);
      expect(await clients[0]?.ask(spec.port, 'again'), 'the first was forgotten: it is balanced anew').to.equal('one:again');
      expect(services.counters.accepted).to.equal(5);
    });

    it('forgets a client that was idle', async () => {
      services = { ...services, udpIdleTimeout: 20 };
      const spec = specOf('UDP', [await echo('one'), await echo('two')]);
      await ready(open(spec), spec);
      const only = await client();
      const names = new Set<string>();
      await eventually(
        async () => {
          names.add(await only.ask(spec.port, 'x'));
          expect([...names].sort()).to.deep.equal(['one:x', 'two:x']);
        },
        { interval: 60 },
      );
    });
  });
});
