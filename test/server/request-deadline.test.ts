import { expect } from 'chai';
import { VirtualEnvironment } from '../../lib/base/virtual-environment.js';
import type { Reply } from '../../lib/server/reply.js';
import { text } from '../../lib/server/reply.js';
import { noDeadline, RequestDeadlines } from '../../lib/server/request-deadline.js';
import { RequestQuery } from '../../lib/server/request-query.js';

/** A client that goes when it is told to. */
class Client {
  readonly #gone = new AbortController();
  listeners = 0;

  get gone(): AbortSignal {
    return this.#gone.signal;
  }

  whenGone(leave: (reason: Error) => void): () => void {
    this.listeners += 1;
    const told = () => leave(this.#gone.signal.reason as Error);
    this.#gone.signal.addEventListener('abort', told);
    return () => {
      this.listeners -= 1;
      this.#gone.signal.removeEventListener('abort', told);
    };
  }

  leave(): void {
    this.#gone.abort(new Error('left'));
  }
}

describe('RequestDeadlines', () => {
  const never = new Promise<Reply>(() => {});
  const usual = new RequestQuery('');
  let environment: VirtualEnvironment;
  let deadlines: RequestDeadlines;
  beforeEach(() => {
    environment = new VirtualEnvironment();
    deadlines = new RequestDeadlines(environment, 60_000);
  });

  /** The code that each answer ended with so far, by the order of the answers. */
  function codes(...answers: readonly Promise<Reply>[]): (number | undefined)[] {
    const found: (number | undefined)[] = answers.map(() => undefined);
    answers.forEach((answer, i) => void answer.then(({ code }) => (found[i] = code)));
    return found;
  }

  it('answers 504 when the time of a request is over, each by its own beginning', async () => {
    const first = deadlines.start(new Client(), usual).race(never);
    await environment.advance(20_000);
    const second = deadlines.start(new Client(), usual).race(never);
    const found = codes(first, second);
    await environment.advance(39_999);
    expect(found).to.deep.equal([undefined, undefined]);
    await environment.advance(1);
    expect(found).to.deep.equal([504, undefined]);
    await environment.advance(20_000);
    expect(found).to.deep.equal([504, 504]);
  });

  it('gives an answer that comes in time, and its failure', async () => {
    const reply = text(200, 'ok');
    expect(await deadlines.start(new Client(), usual).race(Promise.resolve(reply))).to.equal(reply);
    const failed = deadlines.start(new Client(), usual).race(Promise.reject(new Error('no')));
    expect(await failed.catch((error: Error) => error.message)).to.equal('no');
  });

  it('aborts the signal when the time is over, whether it was asked for before or after', async () => {
    const deadline = deadlines.start(new Client(), usual);
    const { signal } = deadline;
    await environment.advance(60_000);
    expect([signal.aborted, (signal.reason as Error).message]).to.deep.equal([true, 'the time for the request is over']);
    const late = deadlines.start(new Client(), usual);
    await environment.advance(60_000);
    expect(late.signal.aborted).to.equal(true);
    expect((await late.race(never)).code).to.equal(504);
  });

  it('aborts the signal when the client goes, and lets go of the client when the request is answered', () => {
    const client = new Client();
    const deadline = deadlines.start(client, usual);
    expect(client.listeners, 'nobody has asked for the signal').to.equal(0);
    const { signal } = deadline;
    expect([client.listeners, signal.aborted]).to.deep.equal([1, false]);
    deadline.done();
    expect(client.listeners).to.equal(0);
    const other = deadlines.start(client, usual).signal;
    client.leave();
    expect([other.aborted, signal.aborted]).to.deep.equal([true, false]);
    expect(noDeadline(client).signal.aborted).to.equal(true);
  });

  it('lets a request have less time, but not more', async () => {
    const found = codes(
      deadlines.start(new Client(), new RequestQuery('timeout=5s')).race(never),
      deadlines.start(new Client(), new RequestQuery('timeout=5m')).race(never),
    );
    await environment.advance(5_000);
    expect(found).to.deep.equal([504, undefined]);
    await environment.advance(55_000);
    expect(found).to.deep.equal([504, 504]);
    expect(() => deadlines.start(new Client(), new RequestQuery('timeout=5'))).to.throw('invalid timeout specified in the request URL');
  });

  it('leaves no timer when stopped, and none for requests that were answered before their time', async () => {
    const short = deadlines.start(new Client(), new RequestQuery('timeout=5s'));
    const usualOne = deadlines.start(new Client(), usual);
    short.done();
    usualOne.done();
    expect(environment.pendingTimers).to.equal(1);
    await environment.advance(60_000);
    expect(environment.pendingTimers).to.equal(0);
    deadlines.start(new Client(), usual);
    deadlines.stop();
    expect(environment.pendingTimers).to.equal(0);
  });
});
