import type { Environment } from '../../base/environment.js';
import type { Revision } from '../storage.js';

/** Milliseconds after which the next question does not wait for the answer to the one before. */
const DAWDLING = 100;

/**
 * Asks for the latest revision on behalf of many readers.
 *
 * Whoever comes before a question is sent shares its answer; whoever comes while one is under way shares the next, since
 * the answer to the present one may be older than his coming. So a reader waits for two answers at most, and any number of
 * readers keeps one question under way.
 */
export class RevisionProbe {
  readonly #ask: () => Promise<Revision>;
  readonly #environment: Environment;
  /** The question that is yet to be sent. */
  #next: Promise<Revision> | undefined;
  /** Ends with the question under way; never rejects. */
  #underWay: Promise<void> | undefined;

  constructor(ask: () => Promise<Revision>, environment: Environment) {
    this.#ask = ask;
    this.#environment = environment;
  }

  /** The latest revision at some time after this call. */
  latest(): Promise<Revision> {
    this.#next ??= this.#send(this.#underWay ?? Promise.resolve());
    return this.#next;
  }

  async #send(before: Promise<void>): Promise<Revision> {
    await before; // a microtask at least: readers of the same turn share
    this.#next = undefined;
    const answer = this.#ask();
    this.#underWay = this.#settled(answer);
    return answer;
  }

  /** When it is answered or has failed, or takes too long. */
  #settled(answer: Promise<unknown>): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        timer.cancel();
        resolve();
      };
      const timer = this.#environment.timer(DAWDLING, resolve, { unref: true });
      answer.then(done, done);
    });
  }
}
