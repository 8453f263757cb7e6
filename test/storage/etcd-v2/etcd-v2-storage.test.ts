import { EtcdV2Storage } from '../../../lib/storage/etcd-v2/index.js';
import { storageConformance } from '../../../lib/testing/storage-conformance.js';
import { etcdNeed, useEtcd } from '../../support/etcd.js';
import { needs } from '../../support/needs.js';

needs(etcdNeed, () => {
  describe('with an etcd that serves v2', () => {
    const etcd = useEtcd();
    storageConformance('EtcdV2Storage', () => new EtcdV2Storage({ endpoints: etcd.endpoints.map((endpoint) => `http://${endpoint}`) }), {
      timeout: 60_000, // a request a write: on a busy machine 10,000 take more than 20 s
      skip: {
        'multi-key commits': 'etcd v2 writes one key at a time',
        'guards on other keys': 'etcd v2 compares the written key alone',
        'commits in order': 'requests under way at once go through several connections',
        'time to live': 'a key that has to make room for a directory would lose it',
      },
    });
  });
});
