import { CachedStorage } from '../../../lib/storage/cached/cached-storage.js';
import { EtcdStorage } from '../../../lib/storage/etcd/index.js';
import { EtcdV2Storage } from '../../../lib/storage/etcd-v2/index.js';
import { storageConformance } from '../../../lib/testing/storage-conformance.js';
import { etcdNeed, useEtcd } from '../../support/etcd.js';
import { needs } from '../../support/needs.js';

/** Of reads that wait for what never comes. */
const patience = 500;

needs(etcdNeed, () => {
  describe('with an etcd', () => {
    // The suite's largest value is a little above what etcd takes by default.
    const etcd = useEtcd({ args: ['--max-request-bytes', '2097152'] });

    storageConformance(
      'CachedStorage over EtcdStorage',
      () => new CachedStorage(new EtcdStorage({ endpoints: etcd.endpoints }), { patience }),
      { maxWrites: 128, skip: { 'commits in order': 'etcd serves requests that are under way at once in any order' } },
    );

    storageConformance(
      'CachedStorage over EtcdV2Storage',
      () => new CachedStorage(new EtcdV2Storage({ endpoints: etcd.endpoints.map((endpoint) => `http://${endpoint}`) }), { patience }),
      {
        skip: {
          'multi-key commits': 'etcd v2 writes one key at a time',
          'guards on other keys': 'etcd v2 compares the written key alone',
          'commits in order': 'requests under way at once go through several connections',
          'time to live': 'a key that has to make room for a directory would lose it',
        },
      },
    );
  });
});
