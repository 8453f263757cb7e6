import { expect } from 'chai';
import { bytesOf, deepFreeze, encoded, rememberStored, StoredJson, whole, without } from '../../lib/api/encode.js';

describe('encoding', () => {
  it('puts kind, apiVersion and metadata first', () => {
    const object = deepFreeze({ spec: { a: 1 }, metadata: { name: 'x' }, apiVersion: 'v1', kind: 'Pod' });
    expect(bytesOf(object).toString()).to.equal('{"kind":"Pod","apiVersion":"v1","metadata":{"name":"x"},"spec":{"a":1}}');
  });

  it('encodes an object once', () => {
    const object = deepFreeze({ kind: 'Pod' });
    expect(bytesOf(object)).to.equal(bytesOf(object));
  });

  it('puts the version into stored bytes, where the metadata begin', () => {
    const head = '{"kind":"Pod","metadata":{';
    for (const [rest, expected] of [
      ['"name":"x"},"data":"ä"}', '"resourceVersion":"12","name":"x"},"data":"ä"}'],
      ['}}', '"resourceVersion":"12"}}'],
    ] as const) {
      const object = deepFreeze({ kind: 'Pod', rest });
      rememberStored(object, StoredJson.of(Buffer.from(head), Buffer.from(head + rest), 12)!);
      expect(bytesOf(object).toString()).to.equal(head + expected);
      const beside = Buffer.alloc(encoded(object).length + 2, '.');
      encoded(object).copy(beside, 1);
      expect(beside.toString()).to.equal(`.${head}${expected}.`);
    }
  });

  it('knows stored bytes that begin in another way', () => {
    expect(StoredJson.of(Buffer.from('{"kind":"Pod","metadata":{'), Buffer.from('{"metadata":{"name":"x"},"kind":"Pod"}'), 1)).to.equal(
      undefined,
    );
    expect(StoredJson.of(Buffer.from('{"metadata":{'), Buffer.from('{"metadata":{'), 1)).to.equal(undefined);
  });

  it('leaves first members out that are there, of stored bytes and of others', () => {
    const text = '{"kind":"Pod","metadata":{"name":"x"}}';
    const stored = deepFreeze({ kind: 'Pod', metadata: { name: 'x', resourceVersion: '7' } });
    rememberStored(stored, StoredJson.of(Buffer.from('{"kind":"Pod","metadata":{'), Buffer.from(text), 7)!);
    const beginning = Buffer.from('{"kind":"Pod",');
    expect(whole([without(beginning, stored)!]).toString()).to.equal('{"metadata":{"resourceVersion":"7","name":"x"}}');
    expect(whole([without(beginning, deepFreeze({ kind: 'Pod', metadata: { name: 'x' } }))!]).toString()).to.equal(
      '{"metadata":{"name":"x"}}',
    );
    expect(without(beginning, deepFreeze({ kind: 'Service' }))).to.equal(undefined);
    expect(without(beginning, deepFreeze({}))).to.equal(undefined);
  });

  it('freezes all the way down', () => {
    const object = deepFreeze({ list: [{ a: 1 }], map: { b: { c: 2 } } });
    expect(Object.isFrozen(object.list[0])).to.equal(true);
    expect(Object.isFrozen(object.map.b)).to.equal(true);
    expect(() => object.list.push({ a: 2 })).to.throw(TypeError);
  });
});
