import { setMaxListeners } from 'node:events';
import type { Metadata } from '@grpc/grpc-js';
import { backoffDelay } from '../../../base/backoff.js';
import type { Environment } from '../../../base/environment.js';
import type { Logger } from '../../../base/logger.js';
import { pause } from '../../../base/pause.js';
import { StorageError } from '../../storage-error.js';
import type { Revision } from '../../storage.js';
import type { Method } from '../wire/protobuf.js';
import { CallFailure } from './call-failure.js';
import type { Credentials } from './credentials.js';
import type { Member } from './member.js';

/** What a {@link Cluster} needs. */
export interface ClusterOptions {
  readonly members: readonly Member[];
  readonly credentials: Credentials;
  readonly environment: Environment;
  readonly logger: Logger;
  /** Milliseconds a call. */
  readonly requestTimeout: number;
  /** Bytes of requests under way. */
  readonly maxPendingBytes: number;
}

/** A member that calls can be made to, and what goes along with them. */
export interface Connection {
  readonly member: Member;
  readonly metadata: Metadata;
}

/** A call that is made, as far as it has come. */
interface Attempt {
  readonly member: Member;
  readonly metadata: Metadata | undefined;
}

/** An answer of etcd's key-value service: it tells the revision. */
interface Answer {
  readonly revision: Revision;
}

/** What may be done after a call has failed. */
type Safety = 'repeatable' | 'once';

const AGAIN = { first: 25, max: 500, jitter: 0.5 };

/**
 * The members together: one of them serves, and the next takes over when it fails.
 *
 * A read that fails is tried again on the next member for as long as the time for it lasts; a write only when it is certain
 * that it has not been carried out.
 */
export class Cluster {
  readonly #options: ClusterOptions;
  readonly #stop = new AbortController();
  #current: number;
  #calls = 0;
  #onIdle: (() => void) | undefined;
  #pendingBytes = 0;
  #latest: Revision = 0;

  constructor(options: ClusterOptions) {
    this.#options = options;
    this.#current = Math.floor(options.environment.random() * options.members.length); // many clients spread
    setMaxListeners(0, this.#stop.signal); // as many as there are calls that wait for their next attempt
  }

  /** The highest revision of which an answer has told; lower again when the store has been set back. */
  get latest(): Revision {
    return this.#latest;
  }

  /** Asks something that changes nothing, or nothing that matters when it is repeated. Throws `Unavailable`, or what etcd answers. */
  read<Q, R extends Answer>(method: Method<Q, R>, request: Q): Promise<R> {
    return this.#run(method, request, 'repeatable');
  }

  /**
   * Asks for a change. Throws `Unavailable` when nothing has happened, `Unknown` when something may have, or what etcd answers; a
   * {@link CallFailure} when nothing has happened as a lease is not there.
   */
  write<Q, R extends Answer>(method: Method<Q, R>, request: Q): Promise<R> {
    return this.#run(method, request, 'once');
  }

  /** A member that can be called. Throws `Unavailable` when there is none, and a {@link CallFailure} when it gives no token. */
  async connection(): Promise<Connection> {
    const member = await this.#member();
    try {
      return { member, metadata: await this.#options.credentials.metadata(member) };
    } catch (error) {
      this.moveOn(member);
      throw error;
    }
  }

  /** Lets the next member serve, if it is this one. */
  moveOn(from: Member): void {
    const { members, logger } = this.#options;
    if (members[this.#current] !== from || members.length === 1) return;
    this.#current = (this.#current + 1) % members.length;
    logger.info('another member of etcd is asked from now on', { endpoint: members[this.#current]!.name, instead: from.name });
  }

  /** The next connection has a new token. */
  forgetToken({ metadata }: Connection): void {
    this.#options.credentials.forget(metadata);
  }

  /** Waits so many milliseconds for calls under way, then gives up the rest and all connections. Nothing can be asked afterwards. */
  async stop(patience: number): Promise<void> {
    const { environment, members } = this.#options;
    const idle = new AbortController();
    this.#onIdle = () => idle.abort();
    if (this.#calls > 0) await pause(environment, patience, idle.signal);
    this.#stop.abort();
    for (const member of members) member.close(new CallFailure('lost', 'the storage has been stopped'));
    await environment.yield(); // in which the sockets close
  }

  async #run<Q, R extends Answer>(method: Method<Q, R>, request: Q, safety: Safety): Promise<R> {
    const bytes = method.encode(request);
    const { maxPendingBytes } = this.#options;
    if (this.#pendingBytes > 0 && this.#pendingBytes + bytes.length > maxPendingBytes) {
      throw new StorageError('Unavailable', `more than ${maxPendingBytes} bytes of requests to etcd are under way`);
    }
    this.#calls++;
    this.#pendingBytes += bytes.length;
    const known = this.#latest;
    try {
      const answer = await this.#attempts(method, bytes, safety);
      const { revision } = answer;
      this.#latest = revision < known ? revision : Math.max(this.#latest, revision);
      return answer;
    } finally {
      this.#pendingBytes -= bytes.length;
      if (--this.#calls === 0) this.#onIdle?.();
    }
  }

  async #attempts<R>(method: Method<never, R>, bytes: Buffer, safety: Safety): Promise<R> {
    const { environment, members, credentials, requestTimeout } = this.#options;
    const deadline = environment.monotonic() + requestTimeout;
    for (let failures = 0; ; failures++) {
      // What is at hand needs no turn of the event loop.
      const member = this.#serving ?? (await this.#member());
      let metadata = credentials.present;
      try {
        metadata ??= await credentials.metadata(member);
        const left = deadline - environment.monotonic();
        if (left <= 0) throw new CallFailure('refused', `no member of etcd was ready within ${requestTimeout} ms`);
        // Half the time for the first member leaves another one a chance.
        const timeout = safety === 'repeatable' && failures === 0 && members.length > 1 ? left / 2 : left;
        return await member.call(method, bytes, metadata, timeout);
      } catch (error) {
        this.#judge(error, { member, metadata }, safety);
        if (environment.monotonic() >= deadline || this.#stop.signal.aborted) throw unavailable(error);
        if (failures + 1 >= members.length) await this.#pause(failures + 1 - members.length, deadline);
      }
    }
  }

  /** Throws, unless the call may be tried again. */
  #judge(error: unknown, { member, metadata }: Attempt, safety: Safety): void {
    if (!(error instanceof CallFailure)) throw error;
    const { outcome } = error;
    if (outcome instanceof StorageError) throw outcome;
    if (outcome === 'lease') throw error;
    if (outcome === 'token') return this.#options.credentials.forget(metadata);
    this.moveOn(member);
    if (outcome === 'lost' && safety === 'once') {
      throw new StorageError('Unknown', `the commit may have landed or not: ${error.message}`, { cause: error });
    }
  }

  get #serving(): Member | undefined {
    const member = this.#options.members[this.#current]!;
    return member.connected ? member : undefined;
  }

  async #member(): Promise<Member> {
    const { members } = this.#options;
    const failures: CallFailure[] = [];
    for (let i = 0, first = this.#current; i < members.length; i++) {
      if (this.#stop.signal.aborted) throw new StorageError('Unavailable', 'the storage has been stopped');
      const at = (first + i) % members.length;
      try {
        await members[at]!.connect();
        this.#current = at;
        return members[at]!;
      } catch (error) {
        if (!(error instanceof CallFailure)) throw error;
        failures.push(error);
      }
    }
    const cause = failures.length === 1 ? failures[0] : new AggregateError(failures);
    throw new StorageError('Unavailable', `no endpoint of etcd can be reached: ${failures.map(({ message }) => message).join('; ')}`, {
      cause,
    });
  }

  async #pause(round: number, deadline: number): Promise<void> {
    const { environment } = this.#options;
    const delay = backoffDelay(AGAIN, round + 1, () => environment.random());
    const left = Math.max(0, deadline - environment.monotonic());
    await pause(environment, Math.min(delay, left), this.#stop.signal); // stopped: the caller looks
  }
}

function unavailable(cause: unknown): StorageError {
  return new StorageError('Unavailable', `etcd does not serve: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
}
