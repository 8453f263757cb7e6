import { StorageError } from '../storage-error.js';
import type { Committed, Guard, Write } from '../storage.js';
import { CallFailure } from './client/call-failure.js';
import type { Cluster } from './client/cluster.js';
import type { Leases } from './leases.js';
import { outOfSpace } from './out-of-space.js';
import { leasesFor, type MortalPut, mortalPuts } from './time-to-live.js';
import { committedOf, transactionOf } from './transaction.js';
import { txn, type TxnRequest, type TxnResponse } from './wire/kv.js';

/** What a commit is made through. */
export interface CommitParts {
  readonly cluster: Cluster;
  readonly leases: Leases;
  /** When the commit was called, in monotonic milliseconds. */
  readonly since: number;
}

/** Transactions in which etcd may miss a lease before the commit is given up. Each has new leases. */
const ATTEMPTS = 3;

/** Makes a commit of one transaction. It is sent again only when it has certainly not been carried out. */
export async function makeCommit(parts: CommitParts, writes: readonly Write[], guards: readonly Guard[]): Promise<Committed> {
  const transaction = transactionOf(writes, guards);
  const puts = mortalPuts(writes);
  const response = puts.length === 0 ? await send(parts, transaction, writes) : await sendWithLeases(parts, transaction, writes, puts);
  return committedOf(writes, guards, response);
}

async function sendWithLeases(
  parts: CommitParts,
  transaction: TxnRequest,
  writes: readonly Write[],
  puts: readonly MortalPut[],
): Promise<TxnResponse> {
  const { leases, since } = parts;
  for (let attempt = 1; ; attempt++) {
    const ids = await leasesFor(puts, leases, since);
    try {
      return await send(parts, { ...transaction, success: writes.map((write) => ({ ...write, lease: ids.get(write) })) }, writes);
    } catch (error) {
      if (!(error instanceof CallFailure)) throw error;
      // A lease has been revoked, or time has passed that our clock did not count. etcd looks before it writes anything.
      for (const id of ids.values()) leases.forget(id);
      if (attempt === ATTEMPTS) throw new StorageError('Unavailable', `etcd loses its leases: ${error.message}`, { cause: error });
    }
  }
}

async function send({ cluster }: CommitParts, transaction: TxnRequest, writes: readonly Write[]): Promise<TxnResponse> {
  const before = cluster.latest;
  try {
    return await cluster.write(txn, transaction);
  } catch (error) {
    if (!StorageError.is(error, 'Full')) throw error;
    throw await outOfSpace(cluster, writes, before, error);
  }
}
