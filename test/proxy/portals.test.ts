import { expect } from 'chai';
import { createSocket } from 'node:dgram';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { silentLogger } from '../../lib/base/logger.js';
import { systemEnvironment } from '../../lib/base/system-environment.js';
import { roundRobin } from '../../lib/proxy/balancers/round-robin.js';
import { newCounters, type PortalProblem, type PortalServices } from '../../lib/proxy/portal.js';
import type { PortalSpec, Target } from '../../lib/proxy/service-ports.js';
import { TcpPortal } from '../../lib/proxy/tcp-portal.js';
import { UdpPortal } from '../../lib/proxy/udp-portal.js';
import { tcpServer, udpEcho } from '../support/echo.js';
import { eventually } from '../support/eventually.js';

/** Addresses of their own, so that nothing else on the machine is in the way. */
const PORTAL = '127.61.9.1';
const POD = '127.61.8.1';
let nextPort = 20_000 + (process.pid % 20_000);

describe('portals', function () {
  this.timeout(10_000);
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
      counters: newCounters(),
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

  /** A connection that has been answered once. */
  async function held(port: number): Promise<Socket> {
    const socket = connect(port, PORTAL);
    cleanUp.push(() => Promise.resolve(void socket.destroy()));
    socket.write('x');
    await once(socket, 'data');
    return socket;
  }

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

    it('listens again on its port while an old connection lives on it', async () => {
      const old = await serve((socket) => socket.pipe(socket));
      const spec = specOf('TCP', [old]);
      const portal = open(spec);
      const socket = await held(spec.port);
      portal.update({ ...spec, targets: [] });
      portal.update({ ...spec, targets: [await serve((fresh) => fresh.end('fresh'))] });
      await eventually(async () => expect(await answer(spec.port)).to.equal('fresh'));
      socket.write('still');
      expect(String(await once(socket, 'data'))).to.equal('still');
      expect(problems).to.deep.equal([]);
    });

    it('makes no connection to an endpoint that goes while it connects', async () => {
      let reached = 0;
      const going = await serve((socket) => socket.on('data', () => reached++));
      const staying = await serve((socket) => socket.end('staying'));
      const spec = specOf('TCP', [going, staying]);
      services = {
        ...services,
        balancer: () => ({
          pick: (_connection, endpoints) => {
            queueMicrotask(() => portal.update({ ...spec, targets: [staying] })); // before the connect is through
            return endpoints[0];
          },
        }),
      };
      const portal = open(spec);
      expect(await answer(spec.port, 'x')).to.equal('staying');
      expect(reached).to.equal(0);
      expect(services.counters.connectFailures).to.equal(0);
    });

    it('gives up on an endpoint that does not answer, and tries another', async function () {
      if (process.platform !== 'linux') this.skip(); // elsewhere a full backlog refuses
      const port = 20_000 + Math.floor(Math.random() * 40_000);
      const script = `require('net').createServer().listen({ port: ${port}, host: '${POD}', backlog: 1 }, () => process.kill(process.pid, 'SIGSTOP'))`;
      const stopped = spawn(process.execPath, ['-e', script]);
      cleanUp.push(async () => {
        stopped.kill('SIGKILL');
        await once(stopped, 'close');
      });
      await eventually(() => {
        const stat = readFileSync(`/proc/${stopped.pid}/stat`, 'utf8');
        expect(stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3)).to.equal('T');
      });
      const fillers = Array.from({ length: 4 }, () => connect(port, POD).on('error', () => {}));
      cleanUp.push(() => Promise.resolve(fillers.forEach((socket) => socket.destroy())));
      await Promise.all(fillers.slice(0, 2).map((socket) => once(socket, 'connect')));
      services = { ...services, connectTimeout: 100 };
      const spec = specOf('TCP', [{ address: POD, port }, await serve((socket) => socket.end('alive'))]);
      open(spec);
      for (let i = 0; i < 2; i++) expect(await answer(spec.port)).to.equal('alive');
      expect(services.counters.connectFailures).to.be.greaterThan(0);
    });

    it('leaves no listener behind, however many endpoints fail', async () => {
      const dead = await tcpServer(POD, () => {});
      await dead.close();
      const targets = Array.from({ length: 20 }, (_, i) => ({ address: `127.61.8.${i + 1}`, port: dead.port }));
      const warnings: Error[] = [];
      const onWarning = (warning: Error) => warnings.push(warning);
      process.on('warning', onWarning);
      const spec = specOf('TCP', targets);
      open(spec);
      await answer(spec.port).catch(() => undefined);
      await new Promise(setImmediate);
      process.off('warning', onWarning);
      expect(services.counters.connectFailures).to.equal(20);
      expect(services.counters.refused).to.equal(1);
      expect(warnings.map(String)).to.deep.equal([]);
    });

    const SIZE = 64 * 1024 * 1024;

    /** Sends {@link SIZE} bytes as fast as the other side takes them; says how many it took. */
    function pour(socket: Socket): () => number {
      const chunk = Buffer.alloc(256 * 1024, 1);
      let sent = 0;
      const more = () => {
        while (sent < SIZE) {
          sent += chunk.length;
          if (!socket.write(chunk)) return;
        }
        socket.end();
      };
      socket.on('drain', more);
      more();
      return () => sent;
    }

    /** Waits until a number does not change any more. */
    async function settled(number: () => number): Promise<number> {
      let before = -1;
      const isSteady = () => {
        const steady = number() === before && before > 0;
        before = number();
        return steady;
      };
      await eventually(() => isSteady(), { interval: 100 });
      return before;
    }

    it('holds an endpoint back whose client does not read, in bounded memory, and loses nothing', async () => {
      let sent = () => 0;
      const target = await serve((socket) => {
        sent = pour(socket);
      });
      const spec = specOf('TCP', [target]);
      open(spec);
      const client = connect(spec.port, PORTAL);
      client.pause();
      expect(await settled(() => sent()), 'only the buffers on the way are filled').to.be.lessThan(SIZE / 2);
      let received = 0;
      client.on('data', (data: Buffer) => (received += data.length)).resume();
      await once(client, 'close');
      expect(received).to.equal(SIZE);
    });

    it('holds a client back whose endpoint does not read, in bounded memory, and loses nothing', async () => {
      let received = 0;
      let slow: Socket | undefined;
      const target = await serve((socket) => {
        slow = socket.pause().on('data', (data: Buffer) => (received += data.length));
        socket.on('end', () => socket.end());
      });
      const spec = specOf('TCP', [target]);
      open(spec);
      const client = connect(spec.port, PORTAL).resume();
      await once(client, 'connect');
      const sent = pour(client);
      expect(await settled(sent)).to.be.lessThan(SIZE / 2);
      slow?.resume();
      await once(client, 'close');
      expect(received).to.equal(SIZE);
    });

    it('lets the client go on sending when the endpoint has finished', async () => {
      const target = await serve((socket) => {
        let got = '';
        socket.end('done');
        socket.setEncoding('utf8').on('data', (text: string) => (got += text));
        socket.on('end', () => finished(got));
      });
      let finished: (got: string) => void = () => {};
      const got = new Promise<string>((resolve) => (finished = resolve));
      const spec = specOf('TCP', [target]);
      open(spec);
      const client = connect({ port: spec.port, host: PORTAL, allowHalfOpen: true });
      cleanUp.push(() => Promise.resolve(void client.destroy()));
      client.resume();
      await once(client, 'end');
      client.end('afterwards');
      expect(await got).to.equal('afterwards');
    });

    it('passes a reset on, in both directions', async () => {
      let reset: (hadError: boolean) => void = () => {};
      const closed = new Promise<boolean>((resolve) => (reset = resolve));
      const target = await serve((socket) => {
        socket.once('close', (hadError) => reset(hadError));
        socket.on('data', (data) => (data.toString() === 'reset me' ? socket.resetAndDestroy() : socket.write(data)));
      });
      const spec = specOf('TCP', [target]);
      open(spec);
      const first = await held(spec.port);
      first.resetAndDestroy();
      expect(await closed).to.equal(true);
      const second = await held(spec.port);
      second.write('reset me');
      const [error] = (await once(second, 'error')) as [NodeJS.ErrnoException];
      expect(error.code).to.equal('ECONNRESET');
      await eventually(() => expect(services.counters.open).to.equal(0));
    });

    it('accepts no more once it is retired, and waits for its live connections', async () => {
      const spec = specOf('TCP', [await serve((socket) => socket.pipe(socket))]);
      const portal = open(spec);
      const socket = await held(spec.port);
      let over = false;
      const retired = portal.retire().then(() => (over = true));
      expect(await answer(spec.port).catch((error: NodeJS.ErrnoException) => error.code)).to.equal('ECONNREFUSED');
      socket.write('still');
      expect(String(await once(socket, 'data'))).to.equal('still');
      expect(over).to.equal(false);
      socket.end();
      await retired;
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

    it('moves a client whose endpoint refuses, which costs a datagram', async () => {
      const dead = await udpEcho(POD, 'dead');
      await dead.close();
      const spec = specOf('UDP', [{ address: POD, port: dead.port }, await echo('alive')]);
      await ready(open(spec), spec);
      const only = await client();
      await eventually(async () => {
        const late = new Promise<string>((resolve) => setTimeout(() => resolve('lost'), 100));
        expect(await Promise.race([only.ask(spec.port, 'x'), late])).to.equal('alive:x');
      });
      expect(await only.ask(spec.port, 'y')).to.equal('alive:y');
      expect(services.counters.open).to.equal(1);
    });

    it('carries what arrives before the session is connected, and datagrams up to the largest', async () => {
      const spec = specOf('UDP', [await echo('e')]);
      await ready(open(spec), spec);
      const socket = createSocket('udp4');
      cleanUp.push(() => new Promise((resolve) => socket.close(() => resolve())));
      const got: string[] = [];
      socket.on('message', (data) => got.push(`${data.length}`));
      for (const size of [0, 1, 1400, 60_000]) socket.send(Buffer.alloc(size), spec.port, PORTAL);
      await eventually(() => expect(got).to.deep.equal(['2', '3', '1402', '60002']));
    });

    it('holds no socket once it is closed', async () => {
      const spec = specOf('UDP', [await echo('e')]);
      const portal = await ready(open(spec), spec);
      for (let i = 0; i < 3; i++) await (await client()).ask(spec.port, 'x');
      expect(services.counters.open).to.equal(3);
      await portal.close();
      expect(services.counters.open).to.equal(0);
      const probe = createSocket('udp4');
      await new Promise<void>((resolve, reject) => probe.once('error', reject).bind(spec.port, PORTAL, resolve));
      await new Promise<void>((resolve) => probe.close(resolve));
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
