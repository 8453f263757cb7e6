import { parseDuration } from '../base/duration.js';
import type { Deadlined } from '../base/deadlines.js';
import { Deadlines } from '../base/deadlines.js';
import type { Environment } from '../base/environment.js';
import { badRequest } from '../api/status-error.js';
import type { Exchange } from './http/exchange.js';
import type { Reply } from './reply.js';
import { text } from './reply.js';
import type { RequestQuery } from './request-query.js';

/** The time that one request has. */
export interface Deadline {
  /** Aborts when the time is over or the client has gone. */
  readonly signal: AbortSignal;
  /** The answer, or a 504 when it comes too late. */
  race(answer: Promise<Reply>): Promise<Reply>;
  /** The request is answered: its time does not count any more. */
  done(): void;
}

const TOO_LATE: Reply = text(
  504,
  JSON.stringify({
    metadata: {},
    status: 'Failure',
    message: 'Timeout: request did not complete within the allotted timeout',
    reason: 'Timeout',
    details: {},
    code: 504,
  }),
);

/** What requests want of their exchange here. */
type Client = Pick<Exchange, 'gone' | 'whenGone'>;

/** The times of all requests of a server. */
export class RequestDeadlines {
  readonly #environment: Environment;
  readonly #milliseconds: number;
  /** Those with the usual time. */
  readonly #usual: Deadlines;

  /** `milliseconds`: that a request has at most. */
  constructor(environment: Environment, milliseconds: number) {
    this.#environment = environment;
    this.#milliseconds = milliseconds;
    this.#usual = new Deadlines(environment, milliseconds);
  }

  /** Starts the clock of a request; `?timeout=` shortens its time. Throws 400 for a `timeout` that is no duration. */
  start(client: Client, query: RequestQuery): Deadline {
    const wanted = asked(query) ?? this.#milliseconds;
    const running = new Running(client);
    if (wanted < this.#milliseconds) {
      const timer = this.#environment.timer(wanted, () => running.expire(), { unref: true });
      running.ended = () => timer.cancel();
    } else {
      this.#usual.add(running);
      running.ended = () => this.#usual.delete(running);
    }
    return running;
  }

  /** Leaves no timer. */
  stop(): void {
    this.#usual.stop();
  }
}

/** For what may last as long as it likes: its signal aborts when the client has gone. */
export function noDeadline(client: Client): Deadline {
  return {
    get signal() {
      return client.gone;
    },
    race: (answer) => answer,
    done() {},
  };
}

class Running implements Deadline, Deadlined {
  due = 0;
  ended: () => void = () => {};
  readonly #client: Client;
  #abort: AbortController | undefined;
  #stay: (() => void) | undefined;
  #over: Error | undefined;
  #late: ((reply: Reply) => void) | undefined;

  constructor(client: Client) {
    this.#client = client;
  }

  get signal(): AbortSignal {
    if (!this.#abort) {
      const abort = (this.#abort = new AbortController());
      if (this.#over) abort.abort(this.#over);
      else this.#stay = this.#client.whenGone((reason) => abort.abort(reason));
    }
    return this.#abort.signal;
  }

  race(answer: Promise<Reply>): Promise<Reply> {
    return new Promise((resolve, reject) => {
      this.#late = resolve;
      if (this.#over) resolve(TOO_LATE);
      answer.then(resolve, reject);
    });
  }

  expire(): void {
    this.#over = new Error('the time for the request is over');
    this.#late?.(TOO_LATE);
    this.#abort?.abort(this.#over);
  }

  done(): void {
    this.ended();
    this.#stay?.();
  }
}

function asked(query: RequestQuery): number | undefined {
  const value = query.text('timeout');
  if (!value) return undefined;
  try {
    if (/^[+-]?\d+$/.test(value) && value !== '0') throw new Error('missing unit in duration');
    return parseDuration(value) || undefined;
  } catch {
    throw badRequest(`invalid timeout specified in the request URL - time: invalid duration ${JSON.stringify(value)}`);
  }
}
