import type { Environment } from '../base/environment.js';

/** Clients remembered at most; the one that was idle longest is forgotten first. */
const CAPACITY = 16_384;

interface Sticky {
  readonly endpoint: string;
  readonly until: number;
}

/** Which endpoint each client stays with. Bounded in number and time. */
export class Affinity {
  readonly #environment: Pick<Environment, 'monotonic'>;
  /** In order of last use: a Map keeps insertion order. */
  readonly #clients = new Map<string, Sticky>();

  constructor(environment: Pick<Environment, 'monotonic'>) {
    this.#environment = environment;
  }

  /** The endpoint of a client, unless it has been idle for too long. */
  get(client: string): string | undefined {
    const sticky = this.#clients.get(client);
    if (!sticky) return undefined;
    if (sticky.until > this.#environment.monotonic()) return sticky.endpoint;
    this.#clients.delete(client);
    return undefined;
  }

  /** Keeps a client at an endpoint for `milliseconds` from now. */
  set(client: string, endpoint: string, milliseconds: number): void {
    this.#clients.delete(client);
    this.#clients.set(client, { endpoint, until: this.#environment.monotonic() + milliseconds });
    if (this.#clients.size > CAPACITY) for (const [oldest] of this.#clients) return void this.#clients.delete(oldest);
  }

  clear(): void {
    this.#clients.clear();
  }
}
