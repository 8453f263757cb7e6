import type { Subscription } from 'rxjs';
import type { Timer } from '../../base/environment.js';
import type { KubeObject, ObjectList } from '../../api/object.js';
import { StatusError } from '../../api/status-error.js';
import type { Reader, WatchEvent } from '../../registry/registry.js';
import type { ServerContext } from '../api-request.js';
import type { WatchRequest } from '../handlers/list-options.js';
import type { Exchange } from '../http/exchange.js';
import type { Presentation } from '../negotiation/presentation.js';
import type { StreamReply } from '../reply.js';
import { errorLine } from './event-line.js';
import { Outbox } from './outbox.js';
import type { WatchLines } from './watch-lines.js';
import { watchLines } from './watch-lines.js';
import type { WatchTurns } from './watch-turns.js';

/** What a watch is made of. */
export interface WatchInput {
  readonly registry: Reader<KubeObject>;
  readonly options: WatchRequest;
  readonly view: Presentation;
  readonly context: ServerContext;
  readonly turns: WatchTurns;
}

/** Seconds of a watch that names no time-out: between half an hour and an hour, so that clients do not all come back at once. */
const SHORTEST = 1800;
/** Milliseconds that a client which stopped reading gets to take the end of its watch. */
const LINGER = 5000;
/** Initial objects go out in pieces of this size, each after the one before was taken. */
const PIECE = 256 * 1024;

/** Streams a watch as JSON lines. The head goes out at once, whatever the store is doing. */
export function watchReply(input: WatchInput): StreamReply {
  return {
    code: 200,
    headers: { 'content-type': 'application/json' },
    run: (exchange) => new WatchStream(input, exchange).run(),
  };
}

/**
 * One watcher: the present objects as far as they are wanted, read page by page at the client's own pace, then changes from
 * the version of that list on. Ends when the time is over, the registry ends, the client goes or does not keep up.
 */
class WatchStream {
  readonly #input: WatchInput;
  readonly #exchange: Exchange;
  readonly #lines: WatchLines;
  readonly #outbox: Outbox;
  readonly #release: () => void;
  readonly #ended = new AbortController();

  constructor(input: WatchInput, exchange: Exchange) {
    const { context, turns, view } = input;
    this.#input = input;
    this.#exchange = exchange;
    this.#lines = watchLines(view, () => context.environment.now());
    const { isChunked } = exchange;
    const { log, release } = turns.log(logKey(input), isChunked);
    this.#release = release;
    this.#outbox = new Outbox({
      target: {
        write: (bytes) => (isChunked ? exchange.writeChunks(bytes) : exchange.write(bytes)),
        drained: () => exchange.drained(),
      },
      turns,
      log,
      limit: context.limits.watchBuffer,
      overflowed: () => this.#end(),
    });
  }

  async run(): Promise<void> {
    const { environment } = this.#input.context;
    const seconds = this.#input.options.timeoutSeconds || SHORTEST * (1 + environment.random());
    const timer = environment.timer(seconds * 1000, () => this.#end(), { unref: true });
    const end = () => this.#end();
    const signals = [this.#exchange.gone, this.#exchange.stopping];
    for (const signal of signals) signal.addEventListener('abort', end, { once: true });
    if (signals.some(({ aborted }) => aborted)) end();
    try {
      const start = await this.#sendPresent();
      await this.#follow(start);
    } catch (error) {
      this.#fail(error);
    } finally {
      timer.cancel();
      for (const signal of signals) signal.removeEventListener('abort', end);
      this.#finish();
    }
  }

  /** Sends the present objects if they are wanted; answers with the version from which changes are to follow. */
  async #sendPresent(): Promise<string> {
    const { options, registry } = this.#input;
    const { resourceVersion, sendInitialEvents } = options;
    const wanted = sendInitialEvents ?? (resourceVersion === '' || resourceVersion === '0');
    if (!wanted && resourceVersion !== '' && resourceVersion !== '0') return resourceVersion;
    const list = await registry.list(wanted ? this.#presentOptions() : { ...selectionOf(options), limit: 1 });
    if (wanted) await this.#sendList(list);
    return list.resourceVersion;
  }

  #presentOptions() {
    const { options } = this.#input;
    const notOlder = options.resourceVersion !== '' && options.resourceVersion !== '0';
    return {
      ...selectionOf(options),
      signal: this.#ended.signal,
      ...(notOlder ? { resourceVersion: options.resourceVersion, resourceVersionMatch: 'NotOlderThan' as const } : {}),
    };
  }

  async #sendList({ items, resourceVersion }: ObjectList<KubeObject>): Promise<void> {
    let lines: Buffer[] = [];
    let size = 0;
    for (const item of items) {
      const line = this.#lines.change('ADDED', item);
      lines.push(line);
      size += line.length;
      if (size < PIECE) continue;
      await this.#write(lines, size);
      if (this.#ended.signal.aborted) return;
      [lines, size] = [[], 0];
    }
    if (this.#input.options.allowBookmarks) lines.push(this.#lines.bookmark(resourceVersion, true));
    if (lines.length > 0) await this.#write(lines);
  }

  async #write(lines: readonly Buffer[], size?: number): Promise<void> {
    if (!this.#exchange.write(Buffer.concat(lines, size))) await this.#exchange.drained();
  }

  #follow(resourceVersion: string): Promise<void> {
    const { options, registry } = this.#input;
    return new Promise((resolve, reject) => {
      if (this.#ended.signal.aborted) return resolve();
      const subscription: Subscription = registry
        .watch({ ...selectionOf(options), resourceVersion, allowBookmarks: options.allowBookmarks })
        .subscribe({ next: (event) => this.#send(event), error: reject, complete: resolve });
      this.#ended.signal.addEventListener('abort', () => {
        subscription.unsubscribe();
        resolve();
      });
    });
  }

  #send(event: WatchEvent<KubeObject>): void {
    if (event.type === 'BOOKMARK') this.#outbox.push(this.#lines.bookmark(event.resourceVersion, event.initialEventsEnd ?? false));
    else this.#outbox.push(this.#lines.change(event.type, event.object));
  }

  /** A watch tells its failure in its last line: the head said 200 long ago. */
  #fail(error: unknown): void {
    if (this.#ended.signal.aborted) return;
    if (!StatusError.is(error)) this.#input.context.logger.error('a watch failed', { error, resource: this.#input.view.definition.plural });
    const status = StatusError.is(error) ? error : new StatusError('InternalError', 'Internal error occurred');
    this.#outbox.push(errorLine(status));
  }

  #end(): void {
    this.#ended.abort();
  }

  #finish(): void {
    this.#outbox.close();
    this.#release();
    this.#exchange.end();
    if (this.#exchange.gone.aborted) return;
    const linger: Timer = this.#input.context.environment.timer(LINGER, () => this.#exchange.destroy(), { unref: true });
    this.#exchange.gone.addEventListener('abort', () => linger.cancel(), { once: true });
  }
}

/** The same for watchers that are sent the same lines, but for those from which they start. */
function logKey({ options, view }: WatchInput): string {
  const { namespace = '', labelSelector = '', fieldSelector = '' } = options;
  const { storagePrefix, apiVersion } = view.definition;
  return JSON.stringify([storagePrefix, apiVersion, view.as ?? '', namespace, String(labelSelector), String(fieldSelector)]);
}

function selectionOf({ namespace, labelSelector, fieldSelector }: WatchRequest) {
  return { namespace, labelSelector, fieldSelector };
}
