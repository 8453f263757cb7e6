import { Client, type ClientOptions, connectivityState, Metadata } from '@grpc/grpc-js';
import { Backoff } from '../../../base/backoff.js';
import type { Environment } from '../../../base/environment.js';
import type { Logger } from '../../../base/logger.js';
import { status } from '../wire/control.js';
import type { Method } from '../wire/protobuf.js';
import { CallFailure, callFailure } from './call-failure.js';
import type { Endpoint } from './endpoint.js';
import { OwnedSockets } from './owned-sockets.js';
import { Pulse } from './pulse.js';

/** What a {@link Member} needs. */
export interface MemberOptions {
  readonly environment: Environment;
  readonly logger: Logger;
  /** See `EtcdKeepaliveOptions`. */
  readonly keepalive: { readonly every: number; readonly timeout: number };
}

/** Where a stream goes. */
export interface StreamObserver<T> {
  next(message: T): void;
  /** The stream has ended; nothing follows. */
  failed(failure: CallFailure): void;
}

/** An open stream. */
export interface MemberStream {
  write(bytes: Buffer): void;
  /** Ends it; the observer hears no more. */
  close(): void;
}

/** Something that the member owes. */
interface Debt {
  fail(failure: CallFailure): void;
}

const CONNECT_AGAIN = { first: 50, max: 1_000, jitter: 0.5 };
const NO_METADATA = new Metadata();
const asItIs = (bytes: Buffer) => bytes;

/**
 * The connection to one member of the cluster: made on demand, given up when the member is silent.
 *
 * Nothing is sent twice, and nothing waits for a connection: who calls has connected before, so a call that fails later may
 * have been carried out.
 */
export class Member {
  readonly #endpoint: Endpoint;
  readonly #options: MemberOptions;
  readonly #backoff: Backoff;
  readonly #pulse: Pulse;
  readonly #debts = new Set<Debt>();
  #client: Client | undefined;
  #sockets: OwnedSockets | undefined;
  #connecting: Promise<void> | undefined;
  /** Why, and until when, no connection is tried. */
  #rest: { readonly until: number; readonly failure: CallFailure } | undefined;
  #version: Promise<string | undefined> | undefined;

  constructor(endpoint: Endpoint, options: MemberOptions) {
    const { environment, keepalive } = options;
    this.#endpoint = endpoint;
    this.#options = options;
    this.#backoff = new Backoff({ ...CONNECT_AGAIN, environment });
    this.#pulse = new Pulse({ ...keepalive, environment, ask: () => this.#ask(), onSilence: () => this.#onSilence() });
  }

  /** The endpoint as users know it. */
  get name(): string {
    return this.#endpoint.name;
  }

  /** Whether calls can be made now. */
  get connected(): boolean {
    return this.#client?.getChannel().getConnectivityState(false) === connectivityState.READY;
  }

  /** Resolves when calls can be made; rejects with a {@link CallFailure}, at once when it failed a moment ago. */
  async connect(): Promise<void> {
    if (this.connected) return;
    const { environment } = this.#options;
    if (this.#rest !== undefined && environment.monotonic() < this.#rest.until) throw this.#rest.failure;
    this.#connecting ??= this.#connect().finally(() => (this.#connecting = undefined));
    return this.#connecting;
  }

  /** Sends a request and waits so many milliseconds for the answer; rejects with a {@link CallFailure}. */
  call<R>(method: Method<never, R>, request: Buffer, metadata: Metadata, timeout: number): Promise<R> {
    return new Promise((resolve, reject) => {
      const debt = this.#owe((failure) => {
        call.cancel();
        timer.cancel();
        reject(failure);
      });
      const call = this.#open().makeUnaryRequest(method.path, asItIs, method.decode, request, metadata, (error, response) => {
        this.#pulse.heard();
        if (!this.#settle(debt)) return;
        timer.cancel();
        if (error) reject(callFailure(error, this.name));
        else resolve(response!);
      });
      const late = () => new CallFailure('lost', `${this.name} has not answered within ${Math.round(timeout)} ms`);
      const timer = this.#options.environment.timer(timeout, () => debt.fail(late()));
    });
  }

  /** Opens a stream of messages both ways. */
  stream<R>(path: string, decode: (bytes: Buffer) => R, metadata: Metadata, observer: StreamObserver<R>): MemberStream {
    const stream = this.#open().makeBidiStreamRequest(path, asItIs, decode, metadata);
    const debt = this.#owe((failure) => {
      stream.cancel();
      observer.failed(failure);
    });
    const ended = (failure: CallFailure) => {
      if (this.#settle(debt)) observer.failed(failure);
    };
    stream.on('data', (message: R) => {
      this.#pulse.heard();
      if (this.#debts.has(debt)) observer.next(message);
    });
    stream.on('error', (error) => ended(callFailure(error as Parameters<typeof callFailure>[0], this.name)));
    stream.on('end', () => ended(new CallFailure('lost', `${this.name} has ended the stream`)));
    return {
      write: (bytes) => void stream.write(bytes),
      close: () => {
        if (this.#settle(debt)) stream.cancel();
      },
    };
  }

  /** The version of etcd there, as in `3.4.23`; `undefined` when it does not tell. */
  version(): Promise<string | undefined> {
    this.#version ??= this.call(status, status.encode(), NO_METADATA, this.#options.keepalive.timeout).then(
      ({ version }) => version,
      () => undefined, // the caller makes do without
    );
    return this.#version;
  }

  /** Gives up all that is under way, and the connection. */
  close(failure: CallFailure): void {
    this.#pulse.stop();
    for (const debt of [...this.#debts]) debt.fail(failure);
    this.#client?.close();
    this.#sockets?.destroy();
    this.#client = undefined;
    this.#version = undefined;
  }

  #open(): Client {
    if (this.#client === undefined) throw new CallFailure('refused', `${this.name} is not connected`);
    return this.#client;
  }

  #owe(fail: (failure: CallFailure) => void): Debt {
    const debt: Debt = {
      fail: (failure) => {
        if (this.#settle(debt)) fail(failure);
      },
    };
    this.#debts.add(debt);
    this.#pulse.owe();
    return debt;
  }

  #settle(debt: Debt): boolean {
    if (!this.#debts.delete(debt)) return false;
    this.#pulse.settle();
    return true;
  }

  async #connect(): Promise<void> {
    try {
      await this.#ready();
      this.#rest = undefined;
    } catch (error) {
      const failure = error instanceof CallFailure ? error : new CallFailure('refused', `${this.name}: ${String(error)}`, { cause: error });
      this.#giveUp(failure);
      throw failure;
    }
  }

  /** Waits for the connection, and learns why there is none. */
  #ready(): Promise<void> {
    const client = (this.#client ??= this.#newClient());
    const channel = client.getChannel();
    const { environment, keepalive } = this.#options;
    return new Promise((resolve, reject) => {
      const debt = this.#owe((failure) => {
        timer.cancel();
        reject(failure);
      });
      const timer = environment.timer(keepalive.timeout, () =>
        debt.fail(new CallFailure('refused', `${this.name} cannot be reached within ${keepalive.timeout} ms`)),
      );
      const look = () => {
        if (!this.#debts.has(debt)) return;
        const state = channel.getConnectivityState(true);
        if (state === connectivityState.READY) {
          this.#settle(debt);
          timer.cancel();
          resolve();
        } else if (state === connectivityState.TRANSIENT_FAILURE) {
          this.#whyNot(client, (failure) => debt.fail(failure));
        } else {
          channel.watchConnectivityState(state, Infinity, look);
        }
      };
      look();
    });
  }

  /** A channel does not say why it has failed; a call does. */
  #whyNot(client: Client, tell: (failure: CallFailure) => void): void {
    client.makeUnaryRequest(status.path, asItIs, asItIs, status.encode(), (error) => {
      tell(error ? callFailure(error, this.name) : new CallFailure('refused', `${this.name} could not be reached for a moment`));
    });
  }

  #newClient(): Client {
    const options: ClientOptions = {
      'grpc.max_receive_message_length': -1,
      'grpc.max_send_message_length': -1, // etcd refuses what is too large
      'grpc.enable_retries': 0, // a write must not be sent twice
      'grpc.use_local_subchannel_pool': 1, // a new client must not get a dead connection
      'grpc.enable_http_proxy': 0,
      'grpc.service_config_disable_resolution': 1,
      ...(this.#endpoint.serverName === undefined ? {} : { 'grpc.ssl_target_name_override': this.#endpoint.serverName }),
    };
    this.#sockets = new OwnedSockets(this.#endpoint.credentials);
    return new Client(this.#endpoint.target, this.#sockets, options);
  }

  #ask(): void {
    this.#client?.makeUnaryRequest(status.path, asItIs, asItIs, status.encode(), () => this.#pulse.heard());
  }

  #onSilence(): void {
    const { keepalive, logger } = this.#options;
    const failure = new CallFailure('lost', `${this.name} has been silent for ${keepalive.every + keepalive.timeout} ms`);
    logger.warn('a member of etcd is silent: its connection is given up', { endpoint: this.name });
    this.#giveUp(failure);
  }

  #giveUp(failure: CallFailure): void {
    this.#rest = {
      until: this.#options.environment.monotonic() + this.#backoff.next(),
      failure: new CallFailure('refused', failure.message, { cause: failure }),
    };
    this.close(failure);
  }
}
