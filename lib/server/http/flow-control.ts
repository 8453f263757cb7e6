import { text } from '../reply.js';
import type { BodyReply } from '../reply.js';
import type { ServerLimits } from './limits.js';

/** What a server says that has too much to do. No Status: it is said before anybody looked at the request. */
export const tooManyRequests: BodyReply = text(429, 'Too many requests, please try again later.\n', { 'retry-after': '1' });

/** Bounds how many requests are worked on at once; reads and writes apart, so that neither starves the other. */
export class FlowControl {
  readonly #limits: Pick<ServerLimits, 'readsInFlight' | 'writesInFlight'>;
  #reads = 0;
  #writes = 0;
  #idle: (() => void)[] = [];

  constructor(limits: Pick<ServerLimits, 'readsInFlight' | 'writesInFlight'>) {
    this.#limits = limits;
  }

  /** Requests that are worked on now. */
  get inFlight(): number {
    return this.#reads + this.#writes;
  }

  /** A seat, to be given back by calling it, once; `undefined` when all are taken. */
  enter(reads: boolean): (() => void) | undefined {
    if (reads ? this.#reads >= this.#limits.readsInFlight : this.#writes >= this.#limits.writesInFlight) return undefined;
    if (reads) this.#reads += 1;
    else this.#writes += 1;
    return () => this.#leave(reads);
  }

  /** Resolves when nothing is worked on. */
  idle(): Promise<void> {
    return this.inFlight === 0 ? Promise.resolve() : new Promise((resolve) => this.#idle.push(resolve));
  }

  #leave(reads: boolean): void {
    if (reads) this.#reads -= 1;
    else this.#writes -= 1;
    if (this.inFlight === 0) for (const tell of this.#idle.splice(0)) tell();
  }
}
