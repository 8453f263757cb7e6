import { expect } from 'chai';
import { JsonPath } from '../../lib/api/json-path.js';

describe('JsonPath', () => {
  const object = {
    metadata: { labels: { 'a.b/c': 'x' } },
    spec: { ports: [{ port: 80, name: 'a' }, { port: 81 }] },
    status: {
      conditions: [
        { type: 'Ready', status: 'True' },
        { type: 'Other', status: 'False' },
      ],
    },
  };
  const read = (path: string) => new JsonPath(path).read(object);

  it('follows members, indices and all items', () => {
    expect(read('.spec.ports[0].port')).to.deep.equal([80]);
    expect(read('.spec.ports[*].port')).to.deep.equal([80, 81]);
    expect(read('.spec.ports[-1].port')).to.deep.equal([81]);
    expect(read("{.metadata.labels['a.b/c']}")).to.deep.equal(['x']);
    expect(read('.metadata.labels.a\\.b/c')).to.deep.equal(['x']);
  });

  it('filters items by a member', () => {
    expect(read('.status.conditions[?(@.type=="Ready")].status')).to.deep.equal(['True']);
    expect(read(".status.conditions[?(@.type=='Gone')].status")).to.deep.equal([]);
    expect(read('.spec.ports[?(@.port==81)].port')).to.deep.equal([81]);
  });

  it('gives nothing for what is not there, nor for members by birth', () => {
    expect(read('.spec.gone.deeper')).to.deep.equal([]);
    expect(read('.spec.constructor')).to.deep.equal([]);
    expect(new JsonPath('.spec.gone').first(object)).to.equal(undefined);
  });

  it('refuses bad paths', () => {
    for (const path of ['spec', '.spec[', '.spec[?(x)]', '.a..b']) expect(() => new JsonPath(path), path).to.throw(SyntaxError);
  });
});
