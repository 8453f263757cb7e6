import { StorageError } from '../storage-error.js';
import type { Revision, Write } from '../storage.js';
import type { Cluster } from './client/cluster.js';
import { range } from './wire/kv.js';

/**
 * What to tell of a commit that etcd has answered with NOSPACE: that very answer, or `Unknown`.
 *
 * The transaction that goes over the quota is carried out all the same, and only those after it are not; the answers do not
 * differ. So a written key is looked at: what has not been touched since `before`, a revision from before the commit, has not
 * been touched by it.
 */
export async function outOfSpace(cluster: Cluster, writes: readonly Write[], before: Revision, full: StorageError): Promise<StorageError> {
  const put = writes.find(({ type }) => type === 'put');
  if (put !== undefined && (await isUntouched(cluster, put.key, before))) return full;
  return new StorageError('Unknown', `the commit may have landed or not: ${full.message}`, { cause: full.cause });
}

async function isUntouched(cluster: Cluster, key: string, before: Revision): Promise<boolean> {
  try {
    const { kvs, revision } = await cluster.read(range, { key });
    const [present] = kvs;
    return present === undefined ? revision === before : present.modRevision <= before && before <= revision;
  } catch (error) {
    if (StorageError.is(error)) return false; // nobody can tell
    throw error;
  }
}
