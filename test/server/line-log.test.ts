import { expect } from 'chai';
import type { Stretch } from '../../lib/server/watch/line-log.js';
import { LineLog } from '../../lib/server/watch/line-log.js';

const text = ({ slab, from, to }: Stretch) => slab.toString('utf8', from, to);

describe('LineLog', () => {
  const [a, b, long] = [Buffer.from('{"a":"ä"}\n'), Buffer.from('{"b":1}\n'), Buffer.alloc(300_000, 0x78)];

  it('puts lines one behind the other, each once for all who ask in the same order', () => {
    const log = new LineLog(false);
    const first = log.place(a);
    expect(log.place(a)).to.equal(first);
    const second = log.place(b);
    expect([second.slab, second.from]).to.deep.equal([first.slab, first.to]);
    expect(text({ ...first, to: second.to })).to.equal('{"a":"ä"}\n{"b":1}\n');
  });

  it('makes a chunk of each line where they are to be chunked, so that any stretch is whole chunks', () => {
    const log = new LineLog(true);
    const [first, second] = [log.place(a), log.place(b)];
    expect(text(first)).to.equal('b\r\n{"a":"ä"}\n\r\n');
    expect(text({ ...first, to: second.to })).to.equal('b\r\n{"a":"ä"}\n\r\n8\r\n{"b":1}\n\r\n');
  });

  it('never writes where it has written before, whatever the size of a line', () => {
    const log = new LineLog(true);
    const kept = [a, long, b, long, a].map((line) => ({ line, place: log.place(line) }));
    for (let i = 0; i < 10_000; i++) log.place(Buffer.from(`${i}\n`));
    for (const { line, place } of kept) expect(text(place)).to.equal(`${line.length.toString(16)}\r\n${line.toString()}\r\n`);
  });

  it('has small slabs where little is going on', () => {
    expect(new LineLog(true).place(a).slab.length).to.equal(8 * 1024);
  });
});
