import { EtcdV2Storage } from '../../../lib/storage/etcd-v2/index.js';
import { storageConformance } from '../../../lib/testing/storage-conformance.js';
import { etcdNeed, useEtcd } from '../../support/etcd.js';
import { leaveOut } from '../../support/leave-out.js';
import { needs } from '../../support/needs.js';

needs(etcdNeed, () => {
  describe('with an etcd that serves v2', function () {
    const etcd = useEtcd();
    storageConformance('EtcdV2Storage', () => new EtcdV2Storage({ endpoints: etcd.endpoints.map((endpoint) => `http://${endpoint}`) }), {
      skip: { 'multi-key commits': 'etcd v2 writes one key at a time' },
    });
    leaveOut(this, 'obeys a guard on a key that is not written', 'etcd v2 compares the written key alone');
    leaveOut(this, 'answers the commits of one caller in their order', 'requests under way at once go through several connections');
  });
});
