import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { TLSSocket } from 'node:tls';
import { connect } from 'node:tls';
import { expect } from 'chai';
import { systemEnvironment } from '../../lib/base/system-environment.js';
import { Exchange } from '../../lib/server/http/exchange.js';
import { DEFAULT_LIMITS } from '../../lib/server/http/limits.js';
import { Listener } from '../../lib/server/http/listener.js';
import { CertificateAuthority } from '../../lib/server/pki.js';

type Send = (exchange: Exchange) => void | Promise<void>;

const bytes = (length: number) => Buffer.alloc(length, 'a');
const ANSWERS: Readonly<Record<string, { readonly length: number; readonly send: Send }>> = {
  'an answer of 20 KB': { length: 20_000, send: (exchange) => exchange.send(200, {}, bytes(20_000)) },
  'an answer of 50 KB': { length: 50_000, send: (exchange) => exchange.send(200, {}, bytes(50_000)) },
  'an answer in pieces of a known length': {
    length: 120_000,
    send: (exchange) => exchange.stream(200, { 'content-length': 120_000 }, [60_000, 40_000, 20_000].map(bytes)),
  },
};

describe('Connections that are kept', () => {
  let listener: Listener;
  let ca: string;
  let send: Send;
  let answering: TLSSocket;
  before(async () => {
    const authority = await CertificateAuthority.create({ environment: systemEnvironment });
    ca = authority.pem.certificate;
    listener = new Listener(await authority.serverCertificate(), DEFAULT_LIMITS, {
      request: (request, response) => {
        answering = (response as ServerResponse).socket as TLSSocket;
        const exchange = new Exchange(request, response, new AbortController().signal);
        // As after a rest: what is written now, Node hears of only after it has read what comes next.
        setImmediate(() => void send(exchange));
      },
      upgrade: (_, socket) => void socket.destroy(),
    });
    await listener.listen({});
  });
  after(() => listener.close(() => Promise.resolve()));

  // Otherwise Node pauses the connection when the next request comes, and drops it when that request is long.
  for (const [name, { length, send: sent }] of Object.entries(ANSWERS))
    it(`have nothing left to send once the client has all of ${name}`, async () => {
      send = sent;
      const client = connect({ ...listener.address, ca });
      await once(client, 'secureConnect');
      client.write('GET / HTTP/1.1\r\nhost: a\r\n\r\n');
      const isWaiting = await new Promise<boolean>((resolve) => {
        let text = '';
        client.setEncoding('latin1').on('data', (part: string) => {
          text += part;
          if (text.length === text.indexOf('\r\n\r\n') + 4 + length) resolve(answering.writableNeedDrain);
        });
      });
      client.destroy();
      expect(isWaiting).to.equal(false);
    });
});
