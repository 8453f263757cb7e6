import { EtcdStorage } from '../../../lib/storage/etcd/index.js';
import { storageConformance } from '../../../lib/testing/storage-conformance.js';
import { etcdNeed, useEtcd } from '../../support/etcd.js';
import { needs } from '../../support/needs.js';

needs(etcdNeed, () => {
  describe('with an etcd', () => {
    // The suite's largest value is a little above what etcd takes by default.
    const etcd = useEtcd({ args: ['--max-request-bytes', '2097152'] });
    storageConformance('EtcdStorage', () => new EtcdStorage({ endpoints: etcd.endpoints }), {
      maxWrites: 128,
      skip: { 'commits in order': 'etcd serves requests that are under way at once in any order' },
    });
  });
});
