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
