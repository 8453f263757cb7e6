import type { Deadlined } from '../base/deadlines.js';
import type { Cause, Wake } from './wake.js';

/** Causes that are kept of a run; more are counted only. */
export const MOST_CAUSES = 8;
/** Wakes of a running key that are told apart; with more there is always one that is no echo. */
const MOST_WAKES = 64;

const NOTHING_WRITTEN: readonly string[] = [];

/** A new state of the object has come while it was reconciled. */
export class Superseded extends Error {
  override readonly name = 'Superseded';
}

/** One reconcile of one key, while it runs. */
export interface KeyRun {
  readonly key: string;
  /** Why it runs; of many reasons the first eight. */
  readonly causes: readonly Cause[];
  /** How many wakes it answers. */
  readonly wakes: number;
  /** Aborts when the controller stops, the time is over, or the run is superseded. */
  readonly signal: AbortSignal;
  /** Says what has been written, for the outcome: such as `pods default/web-0@17`. */
  noteWrite(what: string): void;
}

/** A {@link KeyRun} as the loop sees it: with what has come for the key since. */
export class ActiveRun implements KeyRun, Deadlined {
  due = 0;
  readonly #expired: (run: ActiveRun) => void;
  #abort: AbortController | undefined;
  #reason: Error | undefined;
  #wrote: string[] | undefined;
  #later: Wake[] | undefined;
  #overflow = false;

  constructor(
    readonly key: string,
    readonly causes: readonly Cause[],
    readonly wakes: number,
    expired: (run: ActiveRun) => void,
  ) {
    this.#expired = expired;
  }

  /** Made when somebody asks for it. */
  get signal(): AbortSignal {
    if (!this.#abort) {
      this.#abort = new AbortController();
      if (this.#reason) this.#abort.abort(this.#reason);
    }
    return this.#abort.signal;
  }

  /** Why it has been told to end. */
  get reason(): Error | undefined {
    return this.#reason;
  }

  abort(reason: Error): void {
    if (this.#reason) return;
    this.#reason = reason;
    this.#abort?.abort(reason);
  }

  expire(): void {
    this.#expired(this);
  }

  /** What it has written, for people. */
  get wrote(): readonly string[] {
    return this.#wrote ?? NOTHING_WRITTEN;
  }

  noteWrite(what: string): void {
    (this.#wrote ??= []).push(what);
  }

  /** The key is asked for again. */
  again(wake: Wake): void {
    this.#later ??= [];
    if (this.#later.length < MOST_WAKES) this.#later.push(wake);
    else this.#overflow = true;
  }

  /** What came for the key meanwhile. */
  get later(): readonly Wake[] {
    return this.#later ?? [];
  }

  /** Whether more came than is kept of. */
  get overflow(): boolean {
    return this.#overflow;
  }
}
