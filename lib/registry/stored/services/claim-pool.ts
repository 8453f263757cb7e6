import type { Environment } from '../../../base/environment.js';
import { StorageError } from '../../../storage/storage-error.js';
import type { Entry, Storage } from '../../../storage/storage.js';
import { stored } from '../storage-errors.js';

/** Who holds a value. */
export interface Claim {
  /** `namespace/name` of the service. */
  readonly owner: string;
  readonly uid: string;
  /** Milliseconds since 1970 when it was taken. */
  readonly at: number;
}

/** What {@link ClaimPool} needs. */
export interface ClaimPoolOptions {
  readonly storage: Storage;
  readonly environment: Environment;
  /** Prefix of its keys, with a slash at the end; the value follows. */
  readonly prefix: string;
  /** Whether the owner of a claim is there and uses the value. */
  readonly isUsed: (claim: Claim, value: string) => Promise<boolean>;
}

/** Milliseconds after which a claim whose owner does not use it counts as left over from a failure, not as one under way. */
const STALE_AFTER = 60_000;

/**
 * Values that one owner at a time may have, such as addresses.
 *
 * Each claim is one key, written before its owner is, in a guarded commit of its own: so it is unique among any number of
 * servers on one storage, also on stores that cannot write two keys at once.
 */
export class ClaimPool {
  readonly #options: ClaimPoolOptions;

  constructor(options: ClaimPoolOptions) {
    this.#options = options;
  }

  /** Takes a value; false when another owner has it. */
  async take(value: string, owner: string, uid: string): Promise<boolean> {
    const failure = await this.#put(value, owner, uid, 0);
    if (!failure) return true;
    const current = failure.current ?? (await this.#get(value));
    if (!current) return this.take(value, owner, uid);
    const claim = claimOf(current);
    if (claim?.uid === uid) return true;
    if (claim && !(await this.#isStale(claim, value))) return false;
    return (await this.#put(value, owner, uid, current.revision)) === undefined;
  }

  /** Whether nobody has the value. */
  async isFree(value: string): Promise<boolean> {
    return (await this.#get(value)) === undefined;
  }

  /** Lets go of a value, unless someone else has it by now. */
  async giveBack(value: string, uid: string): Promise<void> {
    const current = await this.#get(value);
    if (current && claimOf(current)?.uid === uid) await this.#remove(current);
  }

  /** The values that are taken now. */
  async taken(): Promise<ReadonlySet<string>> {
    return new Set((await this.#entries()).map((entry) => this.#valueOf(entry)));
  }

  /** Removes claims that a failure left behind. */
  async repair(): Promise<void> {
    for (const entry of await this.#entries()) {
      const claim = claimOf(entry);
      if (!claim || (await this.#isStale(claim, this.#valueOf(entry)))) await this.#remove(entry);
    }
  }

  async #isStale(claim: Claim, value: string): Promise<boolean> {
    const { environment, isUsed } = this.#options;
    return environment.now() - claim.at >= STALE_AFTER && !(await isUsed(claim, value));
  }

  async #put(value: string, owner: string, uid: string, revision: number): Promise<StorageError | undefined> {
    const { storage, environment, prefix } = this.#options;
    const key = prefix + value;
    const claim: Claim = { owner, uid, at: environment.now() };
    const write = { type: 'put', key, value: Buffer.from(JSON.stringify(claim)) } as const;
    return lostRace(storage.commit([write], [{ key, revision }]));
  }

  async #remove({ key, revision }: Entry): Promise<void> {
    await lostRace(this.#options.storage.commit([{ type: 'delete', key }], [{ key, revision }]));
  }

  #get(value: string): Promise<Entry | undefined> {
    return stored(this.#options.storage.get(this.#options.prefix + value));
  }

  async #entries(): Promise<readonly Entry[]> {
    return (await stored(this.#options.storage.list(this.#options.prefix))).entries;
  }

  #valueOf(entry: Entry): string {
    return entry.key.slice(this.#options.prefix.length);
  }
}

/** The failed guard of a commit, where that is why it failed. */
async function lostRace(commit: Promise<unknown>): Promise<StorageError | undefined> {
  try {
    await commit;
    return undefined;
  } catch (error) {
    if (StorageError.is(error) && (error.code === 'Exists' || error.code === 'Conflict' || error.code === 'NotFound')) return error;
    return stored(Promise.reject(error as Error));
  }
}

/** Undefined for what is no claim. */
function claimOf(entry: Entry): Claim | undefined {
  try {
    return JSON.parse(Buffer.from(entry.value).toString()) as Claim;
  } catch {
    return undefined; // not ours or damaged: treated as left over
  }
}
