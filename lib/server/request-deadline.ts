import { parseDuration } from '../base/duration.js';
import type { Environment } from '../base/environment.js';
import { badRequest } from '../api/status-error.js';
import type { Exchange } from './http/exchange.js';
import type { Reply } from './reply.js';
import { text } from './reply.js';
import type { RequestQuery } from './request-query.js';

/** What a deadline is made of. */
export interface DeadlineOptions {
  readonly environment: Environment;
  readonly exchange: Pick<Exchange, 'gone' | 'whenGone'>;
  /** Default: no limit. */
  readonly milliseconds: number | undefined;
  /** `?timeout=` shortens the time. */
  readonly query: RequestQuery;
}

/** The time that one request has. */
export interface Deadline {
  /** Aborts when the time is over or the client has gone. */
  readonly signal: AbortSignal;
  /** The answer, or a 504 when it comes too late. */
  race(answer: Promise<Reply>): Promise<Reply>;
  /** The request is answered: no timer is left. */
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

/** Starts the clock of a request. Throws 400 for a `timeout` that is no duration. */
export function requestDeadline({ environment, exchange, milliseconds, query }: DeadlineOptions): Deadline {
  if (milliseconds === undefined) {
    return {
      get signal() {
        return exchange.gone;
      },
      race: (answer) => answer,
      done() {},
    };
  }
  const time = Math.min(milliseconds, asked(query) ?? milliseconds);
  let abort: AbortController | undefined;
  let over: Error | undefined;
  const end = (reason: Error) => {
    over ??= reason;
    abort?.abort(over);
  };
  const stay = exchange.whenGone(end);
  let late: (reply: Reply) => void;
  const timeout = new Promise<Reply>((resolve) => (late = resolve));
  const timer = environment.timer(
    time,
    () => {
      late(TOO_LATE);
      end(new Error('the time for the request is over'));
    },
    { unref: true },
  );
  return {
    get signal() {
      if (!abort) {
        abort = new AbortController();
        if (over) abort.abort(over);
      }
      return abort.signal;
    },
    race: (answer) => Promise.race([answer, timeout]),
    done() {
      timer.cancel();
      stay();
    },
  };
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
