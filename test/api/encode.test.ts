import { expect } from 'chai';
import { bytesOf, deepFreeze, rememberBytes } from '../../lib/api/encode.js';

describe('encoding', () => {
  it('puts kind, apiVersion and metadata first', () => {
    const object = deepFreeze({ spec: { a: 1 }, metadata: { name: 'x' }, apiVersion: 'v1', kind: 'Pod' });
    expect(bytesOf(object).toString()).to.equal('{"kind":"Pod","apiVersion":"v1","metadata":{"name":"x"},"spec":{"a":1}}');
  });

  it('encodes an object once', () => {
    const object = deepFreeze({ kind: 'Pod' });
    expect(bytesOf(object)).to.equal(bytesOf(object));
  });

  it('gives the bytes it was told of', () => {
    const object = deepFreeze({ kind: 'Pod' });
    const bytes = Buffer.from('{"kind":"Pod"}');
    rememberBytes(object, bytes);
    expect(bytesOf(object)).to.equal(bytes);
  });

  it('freezes all the way down', () => {
    const object = deepFreeze({ list: [{ a: 1 }], map: { b: { c: 2 } } });
    expect(Object.isFrozen(object.list[0])).to.equal(true);
    expect(Object.isFrozen(object.map.b)).to.equal(true);
    expect(() => object.list.push({ a: 2 })).to.throw(TypeError);
  });
});
