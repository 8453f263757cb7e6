import { StorageError } from '../storage-error.js';
import type { Put, Write } from '../storage.js';
import type { Leases } from './leases.js';
import type { LeaseId } from './wire/lease.js';

/** A put of a key that is to expire. */
export type MortalPut = Put & { readonly timeToLive: number };

/** Seconds of the longest lease that etcd grants, less what leases are granted for beyond the time of a put. */
const LONGEST = 9_000_000_000 - 60;

/** Throws `Unsupported` for a time to live that is none. */
export function checkTimes(writes: readonly Write[]): void {
  for (const write of writes) {
    if (!isMortal(write) || (write.timeToLive > 0 && write.timeToLive <= LONGEST)) continue;
    const { key, timeToLive } = write;
    throw new StorageError('Unsupported', `a time to live is more than 0 and at most ${LONGEST} seconds, not ${timeToLive}`, { key });
  }
}

/** The puts that are to expire. */
export function mortalPuts(writes: readonly Write[]): MortalPut[] {
  return writes.filter(isMortal);
}

/** A lease for each put, of those that the commit called at `since` (monotonic milliseconds) may use; by the put. */
export async function leasesFor(puts: readonly MortalPut[], leases: Leases, since: number): Promise<ReadonlyMap<Write, LeaseId>> {
  const found = new Map<Write, LeaseId>();
  for (const [seconds, group] of bySeconds(puts)) {
    const id = await leases.leaseFor(seconds, since, group.length);
    for (const put of group) found.set(put, id);
  }
  return found;
}

/** Leases last whole seconds. */
function bySeconds(puts: readonly MortalPut[]): Map<number, MortalPut[]> {
  const groups = new Map<number, MortalPut[]>();
  for (const put of puts) {
    const seconds = Math.ceil(put.timeToLive);
    const group = groups.get(seconds);
    if (group === undefined) groups.set(seconds, [put]);
    else group.push(put);
  }
  return groups;
}

function isMortal(write: Write): write is MortalPut {
  return write.type === 'put' && write.timeToLive !== undefined;
}
