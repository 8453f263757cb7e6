import { once } from 'node:events';
import http2 from 'node:http2';
import { connect } from 'node:tls';
import { expect } from 'chai';
import { systemEnvironment } from '../../lib/base/system-environment.js';
import { DEFAULT_LIMITS } from '../../lib/server/http/limits.js';
import { Listener } from '../../lib/server/http/listener.js';
import { CertificateAuthority } from '../../lib/server/pki.js';
import { eventually } from '../support/eventually.js';

const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';
/** `[length, type, flags, stream]` and what follows (RFC 9113, 4.1). */
const frame = (type: number, flags: number, stream: number, payload: readonly number[] = []) =>
  Buffer.from([0, 0, payload.length, type, flags, 0, 0, 0, stream, ...payload]);
const SETTINGS = frame(4, 0, 0);
/** `:method: POST`, `:scheme: https`, `:path: /` by their numbers in HPACK's table; its body is to follow. */
const POST = frame(1, 4, 1, [0x83, 0x87, 0x84]);
/** Of stream 0, which carries none. */
const BROKEN = frame(0, 0, 0);

describe('Sessions of HTTP/2', () => {
  let listener: Listener;
  let ca: string;
  let requests = 0;
  before(async () => {
    const authority = await CertificateAuthority.create({ environment: systemEnvironment });
    ca = authority.pem.certificate;
    const limits = { ...DEFAULT_LIMITS, idleTimeout: 20 };
    listener = new Listener(await authority.serverCertificate(), limits, {
      request: () => void (requests += 1), // never answered
      upgrade: (_, socket) => void socket.destroy(),
    });
    await listener.listen({});
  });
  after(() => listener.close(() => Promise.resolve()));

  for (const [name, frames] of Object.entries({ 'without requests': [], 'with an open request': [POST] }))
    it(`end when their client has broken the protocol and gone: ${name}`, async () => {
      const client = connect({ ...listener.address, ca, ALPNProtocols: ['h2'] });
      await once(client, 'secureConnect');
      client.write(Buffer.concat([Buffer.from(PREFACE), SETTINGS, ...frames, BROKEN]));
      await once(client, 'data');
      expect(listener.connections).to.equal(1);
      client.destroy();
      await eventually(() => listener.connections === 0);
    });

  it('last as long as their client answers, however long a request says nothing', async () => {
    const { host, port } = listener.address;
    const session = http2.connect(`https://${host}:${port}`, { ca });
    const before = requests;
    session.request({ ':path': '/' });
    await eventually(() => requests > before);
    let pings = 0;
    session.on('ping', () => (pings += 1));
    await eventually(() => pings >= 3);
    expect([session.closed, session.destroyed]).to.deep.equal([false, false]);
    session.destroy();
    await eventually(() => listener.connections === 0);
  });
});
