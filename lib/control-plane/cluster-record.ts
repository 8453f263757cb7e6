import { StorageError } from '../storage/storage-error.js';
import type { Storage } from '../storage/storage.js';

/** What all control planes of one cluster must agree on; kept in their storage. */
export interface ClusterRecord {
  /** Where Services get their addresses, such as `127.96.128.0/18`. */
  readonly serviceRange: string;
  /** SHA-256 fingerprint of the first plane's certificate authority. */
  readonly authority: string;
}

const KEY = '/registry/kubelib/cluster';

/** The record that stands in the storage; `proposal` where it is the first. */
export async function agreeOn(storage: Storage, proposal: ClusterRecord): Promise<ClusterRecord> {
  const found = await storage.get(KEY);
  if (found) return parse(found.value);
  try {
    const value = Buffer.from(JSON.stringify(proposal));
    await storage.commit([{ type: 'put', key: KEY, value }], [{ key: KEY, revision: 0 }]);
    return proposal;
  } catch (error) {
    if (StorageError.is(error, 'Exists')) return agreeOn(storage, proposal); // another was quicker
    throw error;
  }
}

function parse(value: Uint8Array): ClusterRecord {
  return JSON.parse(Buffer.from(value).toString()) as ClusterRecord;
}
