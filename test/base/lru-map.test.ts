import { expect } from 'chai';
import { LruMap } from '../../lib/base/lru-map.js';

describe('LruMap', () => {
  it('forgets what was not used for the longest time when it is full', () => {
    const map = new LruMap<string, number>(2);
    map.set('a', 1);
    map.set('b', 2);
    map.get('a');
    map.set('c', 3);
    expect([map.get('a'), map.get('b'), map.get('c'), map.size]).to.deep.equal([1, undefined, 3, 2]);
  });

  it('makes as much room as an entry weighs, but always holds the last one', () => {
    const map = new LruMap<string, number>(4);
    for (const key of 'abc') map.set(key, 1);
    map.set('d', 1, 3);
    expect([...'abcd'].filter((key) => map.get(key))).to.deep.equal(['c', 'd']);
    map.set('d', 1);
    map.set('e', 1, 2);
    expect([...'cde'].filter((key) => map.get(key))).to.deep.equal(['c', 'd', 'e']);
    map.delete('e');
    map.set('f', 1, 9);
    expect([...'cdf'].filter((key) => map.get(key))).to.deep.equal(['f']);
  });

  it('replaces, deletes and clears', () => {
    const map = new LruMap<string, number>(2);
    map.set('a', 1);
    map.set('a', 2);
    expect([map.get('a'), map.size]).to.deep.equal([2, 1]);
    map.delete('a');
    map.set('b', 1);
    map.clear();
    expect(map.size).to.equal(0);
  });
});
