import { expect } from 'chai';
import { EntrySizes } from '../../../lib/storage/etcd/entry-sizes.js';

describe('EntrySizes', () => {
  const MIB = 1024 * 1024;
  const entries = (count: number, bytes: number) =>
    Array.from({ length: count }, () => ({ key: Buffer.alloc(0), value: Buffer.alloc(bytes), createRevision: 1, modRevision: 1 }));

  it('asks for few entries while it does not know them, then for some megabytes', () => {
    const sizes = new EntrySizes();
    expect(sizes.answerSize('/a/')).to.equal(100);
    sizes.learn('/a/', entries(1000, 2048));
    expect(sizes.answerSize('/a/')).to.equal(4096);
    expect(sizes.answerSize('/b/')).to.equal(100);
    sizes.learn('/a/', entries(2, 1.5 * MIB));
    expect(sizes.answerSize('/a/')).to.equal(5);
    sizes.learn('/a/', entries(1, 20 * MIB));
    expect(sizes.answerSize('/a/')).to.equal(1);
  });

  it('does not judge thousands by a few', () => {
    const sizes = new EntrySizes();
    sizes.learn('/a/', entries(1, 10));
    expect(sizes.answerSize('/a/')).to.equal(100);
    sizes.learn('/a/', entries(100, 10));
    expect(sizes.answerSize('/a/')).to.equal(1000);
    sizes.learn('/a/', entries(1000, 10));
    expect(sizes.answerSize('/a/')).to.equal(10_000);
  });

  it('keeps what it knows when an answer is empty, and forgets all but a hundred prefixes', () => {
    const sizes = new EntrySizes();
    sizes.learn('/a/', entries(1000, 2048));
    sizes.learn('/a/', []);
    expect(sizes.answerSize('/a/')).to.equal(4096);
    for (let i = 0; i < 100; i++) sizes.learn(`/${i}/`, entries(1000, 2048));
    expect([sizes.answerSize('/a/'), sizes.answerSize('/0/')]).to.deep.equal([100, 4096]);
  });
});
