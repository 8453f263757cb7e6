import { systemEnvironment } from '../../../lib/base/system-environment.js';
import { EtcdStorage, type EtcdStorageOptions } from '../../../lib/storage/etcd/index.js';
import { StorageBed } from '../../../lib/testing/storage/storage-bed.js';

/** Finds a silent member soon, and begins with the first endpoint. */
const QUICK: EtcdStorageOptions = {
  keepalive: { every: 200, timeout: 500 },
  requestTimeout: 3_000,
  environment: { ...systemEnvironment, random: () => 0 },
};

/** Stores over etcd for the tests of the surrounding `describe`; each is stopped after its test. */
export function useStores(): (options: EtcdStorageOptions) => Promise<StorageBed> {
  const beds: StorageBed[] = [];
  afterEach(async () => {
    for (const bed of beds.splice(0)) await bed.stop();
  });
  return async (options) => {
    const bed = new StorageBed(new EtcdStorage({ ...QUICK, ...options }), {});
    beds.push(bed);
    await bed.storage.start();
    return bed;
  };
}
