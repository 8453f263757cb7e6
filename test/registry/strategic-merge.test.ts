import { expect } from 'chai';
import { builtInSchema } from '../../lib/api/schema/built-in-schema.js';
import { StatusError } from '../../lib/api/status-error.js';
import { applyStrategicPatch } from '../../lib/registry/stored/patch/strategic-merge.js';

type Json = Record<string, unknown>;

const pod = builtInSchema('core/v1.Pod');
const merged = (document: Json, patch: Json) => applyStrategicPatch(pod, document, patch);
const containers = (...names: string[]) => ({ spec: { containers: names.map((name) => ({ name, image: `${name}:1` })) } });
const namesIn = (object: Json) => (object['spec'] as { containers: { name: string }[] }).containers.map(({ name }) => name);

describe('a strategic merge patch', () => {
  it('changes neither the document nor the patch', () => {
    const document = containers('a', 'b');
    const patch = { spec: { containers: [{ name: 'a', $patch: 'delete' }], '$setElementOrder/containers': [{ name: 'b' }] } };
    const before = structuredClone([document, patch]);
    merged(document, patch);
    expect([document, patch]).to.deep.equal(before);
  });

  it('puts new elements in front of those that it does not name, and keeps the place of those it does', () => {
    expect(namesIn(merged(containers('a', 'b'), containers('n1', 'b', 'n2')))).to.deep.equal(['n1', 'a', 'b', 'n2']);
    expect(namesIn(merged(containers('a', 'b'), containers('zz')))).to.deep.equal(['zz', 'a', 'b']);
  });

  it('orders by $setElementOrder, around elements that it does not name', () => {
    const patch = { spec: { '$setElementOrder/containers': [{ name: 'd' }, { name: 'a' }], containers: [{ name: 'a', image: 'a:2' }] } };
    const result = merged(containers('a', 'b', 'd'), patch);
    expect(namesIn(result)).to.deep.equal(['b', 'd', 'a']);
    expect(result).to.not.have.nested.property('spec.$setElementOrder/containers');
  });

  it('orders a list that it does not change otherwise, and leaves alone one that is not there', () => {
    const order = { spec: { '$setElementOrder/containers': [{ name: 'b' }, { name: 'a' }] } };
    expect(namesIn(merged(containers('a', 'b'), order))).to.deep.equal(['b', 'a']);
    expect(merged({ spec: {} }, order)).to.deep.equal({ spec: {} });
  });

  it('removes and replaces by $patch', () => {
    const gone = {
      spec: {
        containers: [
          { name: 'a', $patch: 'delete' },
          { name: 'zz', $patch: 'delete' },
        ],
      },
    };
    expect(namesIn(merged(containers('a', 'b'), gone))).to.deep.equal(['b']);
    const whole = { spec: { containers: [{ $patch: 'replace' }, { name: 'n' }] } };
    expect(namesIn(merged(containers('a', 'b'), whole))).to.deep.equal(['n']);
    expect(merged({ metadata: { labels: { a: '1' } } }, { metadata: { labels: { $patch: 'replace', b: '2' } } })).to.deep.equal({
      metadata: { labels: { b: '2' } },
    });
    expect(merged({ metadata: { labels: { a: '1' } } }, { metadata: { $patch: 'delete' } })).to.deep.equal({ metadata: {} });
  });

  it('merges sets, and takes values out of them', () => {
    const document = { metadata: { finalizers: ['x/one', 'x/two'] } };
    expect(merged(document, { metadata: { finalizers: ['x/three', 'x/one'] } })).to.deep.equal({
      metadata: { finalizers: ['x/three', 'x/one', 'x/two'] },
    });
    expect(merged(document, { metadata: { '$deleteFromPrimitiveList/finalizers': ['x/one', 'x/none'] } })).to.deep.equal({
      metadata: { finalizers: ['x/two'] },
    });
    const both = {
      '$deleteFromPrimitiveList/finalizers': ['x/one'],
      '$setElementOrder/finalizers': ['x/two', 'x/new'],
      finalizers: ['x/new'],
    };
    expect(merged(document, { metadata: both })).to.deep.equal({ metadata: { finalizers: ['x/two', 'x/new'] } });
  });

  it('keeps of a union what $retainKeys lists', () => {
    const document = { spec: { volumes: [{ name: 'v', emptyDir: {} }] } };
    const patch = { spec: { volumes: [{ name: 'v', $retainKeys: ['name', 'configMap'], configMap: { name: 'c' } }] } };
    expect(merged(document, patch)).to.deep.equal({ spec: { volumes: [{ name: 'v', configMap: { name: 'c' } }] } });
  });

  it('replaces lists that have no merge key in the schema', () => {
    const document = { spec: { tolerations: [{ key: 'a' }, { key: 'b' }] } };
    expect(merged(document, { spec: { tolerations: [{ key: 'c' }] } })).to.deep.equal({ spec: { tolerations: [{ key: 'c' }] } });
  });

  it('removes by null, and stores no null of a part that is new', () => {
    expect(merged({ metadata: { labels: { a: '1', b: '2' } } }, { metadata: { labels: { a: null } } })).to.deep.equal({
      metadata: { labels: { b: '2' } },
    });
    expect(merged({}, { metadata: { labels: { a: null, b: '2' } } })).to.deep.equal({ metadata: { labels: { b: '2' } } });
    const env = { spec: { containers: [{ name: 'a', env: [{ name: 'E', value: null, valueFrom: {} }] }] } };
    expect(merged(containers('a'), env)).to.deep.nested.include({ 'spec.containers[0].env': [{ name: 'E', valueFrom: {} }] });
  });

  for (const [what, patch] of [
    ['an element without its merge key', { spec: { containers: [{ image: 'x' }] } }],
    ['an unknown directive', { spec: { $patch: 'explode' } }],
    ['an unknown directive in a list', { spec: { containers: [{ name: 'a', $patch: 'explode' }] } }],
    ['a delete without a merge key', { spec: { containers: [{ $patch: 'delete' }] } }],
    ['$retainKeys that forgets what is set', { spec: { $retainKeys: ['volumes'], containers: [] } }],
    ['$retainKeys that is no list', { spec: { $retainKeys: 'containers' } }],
    ['an order that is no list', { spec: { '$setElementOrder/containers': 'a' } }],
    ['values to remove that are no list', { metadata: { '$deleteFromPrimitiveList/finalizers': 'x/one' } }],
  ] as const) {
    it(`refuses ${what}`, () => {
      expect(() => merged({ ...containers('a'), metadata: { finalizers: ['x/one'] } }, patch)).to.throw(StatusError);
    });
  }
});
