import { expect } from 'chai';
import { UdpSession } from '../../lib/proxy/udp-session.js';
import { udpEcho } from '../support/echo.js';
import { eventually } from '../support/eventually.js';

describe('UdpSession', () => {
  const client = { address: '127.0.0.1', family: 'IPv4' as const, port: 1, size: 0 };

  it('keeps datagrams in order until it is connected, and drops those beyond its bound', async () => {
    const server = await udpEcho('127.61.6.1', 'e');
    const answers: string[] = [];
    let dropped = 0;
    const session = new UdpSession(
      client,
      { key: 'k', address: '127.61.6.1', port: server.port, connections: 0 },
      { onAnswer: (data) => answers.push(String(data)), onDrop: () => dropped++, onError: () => {} },
    );
    for (let i = 0; i < 70; i++) session.send(Buffer.from(String(i)));
    await eventually(() => expect(answers).to.have.length(64));
    expect(answers).to.deep.equal(Array.from({ length: 64 }, (_, i) => `e:${i}`));
    expect(dropped).to.equal(6);
    session.close();
    await server.close();
  });

  it('can be closed before it is connected', async () => {
    const session = new UdpSession(
      client,
      { key: 'k', address: '127.61.6.1', port: 9, connections: 0 },
      { onAnswer: () => {}, onDrop: () => {}, onError: () => {} },
    );
    session.send(Buffer.from('x'));
    session.close();
    await new Promise(setImmediate);
  });
});
