import { expect } from 'chai';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { systemEnvironment } from '../../lib/base/system-environment.js';
import { claimLoopbackRange } from '../../lib/control-plane/loopback-range.js';
import { rejection } from '../support/rejection.js';

/** The choice begins at this octet. */
const from = (octet: number) => ({ ...systemEnvironment, random: () => (octet - 64 + 0.5) / 160 });

/** Three in a row that nothing on this machine uses; claims go on to the next free one. */
async function freeOctets(): Promise<number> {
  for (let octet = 64; octet < 220; octet++) {
    const ranges = [await claimLoopbackRange(from(octet)), await claimLoopbackRange(from(octet)), await claimLoopbackRange(from(octet))];
    await Promise.all(ranges.map((range) => range.release()));
    if (ranges.every((range, i) => range.octet === octet + i)) return octet;
  }
  throw new Error('no three free ranges in a row');
}

describe('claimLoopbackRange', () => {
  it('gives each plane a range of its own, and frees it', async () => {
    const octet = await freeOctets();
    const first = await claimLoopbackRange(from(octet));
    const second = await claimLoopbackRange(from(octet));
    expect([first.octet, second.octet]).to.deep.equal([octet, octet + 1]);
    expect(first.podRange(0)).to.equal(`127.${octet}.1.0/24`);
    expect(String(await rejection(claimLoopbackRange(systemEnvironment, octet)))).to.match(/127\.\d+\.0\.0\/16 of this cluster is in use/);
    await first.release();
    const again = await claimLoopbackRange(systemEnvironment, octet);
    await Promise.all([again.release(), second.release()]);
  });

  it('leaves a range alone in which pods of a killed plane still listen, but gives it back to that plane', async () => {
    const octet = await freeOctets();
    const tcp = createServer();
    await once(tcp.listen(0, `127.${octet}.1.1`), 'listening');
    const udp = createSocket('udp4');
    udp.bind(0, `127.${octet + 1}.1.1`);
    await once(udp, 'listening');
    const range = await claimLoopbackRange(from(octet));
    const own = await claimLoopbackRange(systemEnvironment, octet);
    expect([range.octet, own.octet]).to.deep.equal([octet + 2, octet]);
    await Promise.all([range.release(), own.release()]);
    tcp.close();
    udp.close();
  });
});
