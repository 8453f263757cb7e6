import { expect } from 'chai';
import { firstValueFrom } from 'rxjs';
import { configMaps } from '../../lib/api/core/config-maps.js';
import { StatusError } from '../../lib/api/status-error.js';
import type { Storage } from '../../lib/storage/storage.js';
import { memoryCluster } from '../support/memory-cluster.js';

const NAME = { namespace: 'default', name: 'a' };

/** A cluster, and how fresh the reads are that its storage was asked for since. */
async function observed() {
  const cluster = await memoryCluster();
  const asked: (number | 'latest' | `at ${number}`)[] = [];
  const { storage } = cluster;
  const watched: Pick<Storage, 'get' | 'list'> = { get: storage.get.bind(storage), list: storage.list.bind(storage) };
  storage.get = (key, options) => {
    asked.push(options?.notBefore ?? 'latest');
    return watched.get(key, options);
  };
  storage.list = (prefix, range) => {
    asked.push(range?.revision === undefined ? (range?.notBefore ?? 'latest') : `at ${range.revision}`);
    return watched.list(prefix, range);
  };
  const { metadata } = await cluster.registries.registry(configMaps).create({ metadata: NAME });
  asked.length = 0;
  return { ...cluster, maps: cluster.registries.registry(configMaps), version: metadata.resourceVersion, asked };
}

describe('how fresh a registry reads', () => {
  it('the latest without a version, whatever is at hand for 0, and not older than any other', async () => {
    const { maps, version, asked, stop } = await observed();
    for (const resourceVersion of [undefined, '0', version]) {
      await maps.get(NAME, { resourceVersion });
      await maps.list({ resourceVersion });
      await firstValueFrom(maps.watch({ resourceVersion, sendInitialEvents: true }));
    }
    const revision = Number(version);
    expect(asked).to.deep.equal(['latest', 'latest', 'latest', 0, 0, 0, revision, revision, revision]);
    await stop();
  });

  it('a snapshot for an exact version, and for the pages of a list', async () => {
    const { maps, version, asked, stop } = await observed();
    await maps.create({ metadata: { namespace: 'default', name: 'b' } });
    asked.length = 0;
    await maps.list({ resourceVersion: version, resourceVersionMatch: 'Exact' });
    const { continue: token, resourceVersion } = await maps.list({ limit: 1 });
    await maps.list({ limit: 1, continue: token });
    expect(asked).to.deep.equal([`at ${version}`, 'latest', `at ${resourceVersion}`]);
    await stop();
  });

  it('waits three seconds for a version that is still to come, then says how far it is', async () => {
    const { maps, version, environment, stop } = await observed();
    const soon = maps.get(NAME, { resourceVersion: String(Number(version) + 1) });
    await maps.create({ metadata: { namespace: 'default', name: 'b' } });
    await environment.advance(100);
    expect((await soon).metadata.name).to.equal('a');
    const never = maps.list({ resourceVersion: '1000000' }).then(
      () => undefined,
      (error: unknown) => error,
    );
    await environment.advance(3_100);
    const error = await never;
    expect(StatusError.is(error, 'Timeout') && error.message).to.match(/Too large resource version: 1000000, current: \d+/);
    await stop();
  });
});
