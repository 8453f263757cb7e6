import { expect } from 'chai';
import fc from 'fast-check';
import { OrderedTree } from '../../../lib/storage/memory/ordered-tree.js';
import type { Entry } from '../../../lib/storage/storage.js';

const VALUE = Buffer.from('x');
const entryOf = (key: string, revision = 1): Entry => ({ key, value: VALUE, revision });
const byBytes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));
const keysOf = (tree: OrderedTree) => tree.slice(0, tree.size).map((entry) => entry.key);
const numbered = (count: number) => Array.from({ length: count }, (_, i) => `k${String(i).padStart(6, '0')}`);

describe('OrderedTree', () => {
  const key = fc.string({ unit: fc.constantFrom('a', 'b', '/', '\uffee', '😀', 'é'), maxLength: 4 });

  it('is a sorted map: puts and deletes in any order, and every earlier tree stays as it was', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(key, fc.boolean()), { maxLength: 300 }), (steps) => {
        const model = new Map<string, Entry>();
        const past: [OrderedTree, string[]][] = [];
        let tree = OrderedTree.empty;
        for (const [i, [name, remove]] of steps.entries()) {
          if (remove) model.delete(name);
          else model.set(name, entryOf(name, i));
          tree = remove ? tree.delete(name) : tree.put(model.get(name)!);
          past.push([tree, [...model.keys()].sort(byBytes)]);
        }
        for (const [old, keys] of past) expect(keysOf(old)).to.deep.equal(keys);
        for (const [name] of steps) expect(tree.get(name)).to.equal(model.get(name));
      }),
    );
  });

  it('finds positions of keys and prefixes, with keys beyond the basic plane as well', () => {
    fc.assert(
      fc.property(fc.uniqueArray(key, { maxLength: 100 }), key, (names, wanted) => {
        const tree = names.reduce((before, name) => before.put(entryOf(name)), OrderedTree.empty);
        const sorted = [...names].sort(byBytes);
        expect(tree.positionOf(wanted)).to.equal(sorted.filter((name) => byBytes(name, wanted) < 0).length);
        expect(tree.positionAfter(wanted)).to.equal(sorted.filter((name) => byBytes(name, wanted) <= 0).length);
        const below = sorted.filter((name) => name.startsWith(wanted));
        expect(tree.slice(tree.positionOf(wanted), tree.positionAfterPrefix(wanted)).map((entry) => entry.key)).to.deep.equal(below);
      }),
    );
  });

  it('is the same whether it was loaded or grown', () => {
    for (const count of [0, 1, 31, 32, 33, 1024, 1025, 5000]) {
      const entries = numbered(count).map((name) => entryOf(name));
      const loaded = OrderedTree.fromSorted(entries);
      expect(loaded.size).to.equal(count);
      expect(loaded.slice(0, count)).to.deep.equal(entries);
      for (const entry of entries) expect(loaded.get(entry.key)).to.equal(entry);
    }
  });

  it('stays in order when a loaded tree grows and shrinks', () => {
    const names = numbered(3000);
    let tree = OrderedTree.fromSorted(names.filter((_, i) => i % 3 === 0).map((name) => entryOf(name)));
    for (const name of names) tree = tree.put(entryOf(name));
    expect(keysOf(tree)).to.deep.equal(names);
    for (let i = 0; i < 3000; i++) tree = tree.delete(names[(i * 1009) % 3000]!);
    expect(tree.size).to.equal(0);
    expect(tree.get(names[0]!)).to.equal(undefined);
    expect(keysOf(tree.put(entryOf('again')))).to.deep.equal(['again']);
  });

  it('is itself when an absent key is deleted', () => {
    const tree = OrderedTree.fromSorted(numbered(100).map((name) => entryOf(name)));
    expect(tree.delete('absent')).to.equal(tree);
  });

  it('copies a few nodes a write, however large it is', () => {
    const tree = OrderedTree.fromSorted(numbered(100_000).map((name) => entryOf(name)));
    const before = process.memoryUsage().heapUsed;
    const versions: OrderedTree[] = [];
    for (let i = 0; i < 1000; i++) versions.push(tree.put(entryOf(`k${i}x`)));
    const bytes = (process.memoryUsage().heapUsed - before) / versions.length;
    expect(bytes, 'a full copy would take 800,000 bytes').to.be.lessThan(20_000);
    expect(versions).to.have.length(1000);
  });
});
