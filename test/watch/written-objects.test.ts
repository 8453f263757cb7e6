import { expect } from 'chai';
import { WrittenObjects } from '../../lib/watch/written-objects.js';
import { configMap } from './scripted-reader.js';

describe('WrittenObjects', () => {
  const KEY = 'default/a';
  const start = () => new WrittenObjects<ReturnType<typeof configMap>>();

  it('stand over what the watch has brought, until it has caught up', () => {
    const written = start();
    const [old, own, newer] = [configMap('a', 5), configMap('a', 9), configMap('a', 10)];
    written.wrote(own);
    written.wrote(configMap('a', 7)); // an older answer that came late
    expect(written.over(KEY, old)).to.equal(own);
    expect(written.over(KEY, undefined)).to.equal(own);
    written.came(configMap('a', 8), KEY, false);
    expect(written.size).to.equal(1);
    written.came(newer, KEY, false);
    expect([written.size, written.over(KEY, newer)]).to.deep.equal([0, newer]);
  });

  it('hide what was deleted, until the watch has seen it go, and not what has its name afterwards', () => {
    const written = start();
    const old = configMap('a', 5);
    written.deleted(old);
    expect(written.over(KEY, old)).to.equal(undefined);
    written.came(configMap('a', 4), KEY, false);
    expect([written.size, written.overAll([old], () => true)]).to.deep.equal([1, []]);
    const other = configMap('a', 12, 'other');
    expect(written.over(KEY, other)).to.equal(other);
    written.came(configMap('a', 5), KEY, true); // as a server says that does not count deletions
    expect(written.size).to.equal(0);
    written.deleted(old);
    written.came(configMap('a', 6), KEY, false); // it was not deleted after all
    expect(written.size).to.equal(0);
  });

  it('go with a list that is as new as they are, and stay over an older one', () => {
    const written = start();
    written.wrote(configMap('a', 9));
    written.wrote(configMap('b', 11));
    written.deleted(configMap('c', 5));
    written.deleted(configMap('d', 5));
    const present = new Map([
      ['default/a', configMap('a', 9)],
      ['default/c', configMap('c', 5)],
    ]);
    written.listed('10', (key) => present.get(key));
    expect([written.over('default/a', undefined), written.over('default/c', present.get('default/c'))]).to.deep.equal([
      undefined,
      undefined,
    ]);
    expect(written.over('default/b', undefined)?.metadata.resourceVersion).to.equal('11');
    expect(written.size, 'b, and c that is still listed').to.equal(2);
  });
});
