import type { Event, ObjectReference } from 'kubernetes-types/core/v1.js';
import { parseDuration } from '../base/duration.js';
import type { Environment } from '../base/environment.js';
import type { Lifecycle } from '../base/lifecycle.js';
import type { Logger } from '../base/logger.js';
import { silentLogger } from '../base/logger.js';
import { LruMap } from '../base/lru-map.js';
import { TokenBucket } from '../base/token-bucket.js';
import { events } from '../api/core/events.js';
import { timestamp } from '../api/meta/time.js';
import type { KubeObject } from '../api/object.js';
import { StatusError } from '../api/status-error.js';
import { DedupeQueue } from '../queue/dedupe-queue.js';
import type { Registries, Registry } from '../registry/registry.js';
import type { EventRecorder } from './event-recorder.js';
import type { Duration } from './reconciler.js';

/** What an {@link ApiEventRecorder} takes. */
export interface ApiEventRecorderOptions {
  readonly registries: Registries;
  readonly environment: Environment;
  /** Who tells: the `source.component` of its events. */
  readonly component: string;
  /** Where that runs: the `source.host`. Default: none. */
  readonly host?: string | undefined;
  /** Default: nothing is logged. */
  readonly logger?: Logger | undefined;
  /** How many events of one object are written at once, before it is limited to one a `refill`. Default 25; more are dropped. */
  readonly burst?: number | undefined;
  /** Default 5 min. */
  readonly refill?: Duration | undefined;
  /** How many different events and objects are remembered; of one that was forgotten, the count begins anew. Default 4096. */
  readonly remembered?: number | undefined;
}

/** An event and how often it was told. */
interface Told {
  event: Event;
  count: number;
  lastTimestamp: string;
  /** Whether the server has it. */
  written: boolean;
}

/** Writes under way at once. */
const WRITERS = 4;
/** Different events that wait to be written; more are dropped. */
const MOST_WAITING = 1000;
const LONGEST_MESSAGE = 1024;

/**
 * Writes core/v1 Events through a registry, in the background.
 *
 * An event told again (same object, type, reason and message) raises the `count` of the first instead of making another;
 * repeats that come while it is being written are written together. Works without being started; `stop()` waits for what is
 * being written, drops what waits, and ignores what comes after it until it is started again. What cannot be written is logged and dropped.
 */
export class ApiEventRecorder implements EventRecorder, Lifecycle {
  readonly #options: ApiEventRecorderOptions;
  readonly #logger: Logger;
  readonly #registry: Registry<Event>;
  readonly #bucket: ConstructorParameters<typeof TokenBucket>[1];
  readonly #told: LruMap<string, Told>;
  readonly #buckets: LruMap<string, TokenBucket>;
  #queue = new DedupeQueue();

  constructor(options: ApiEventRecorderOptions) {
    const { remembered = 4096, burst = 25, refill = '5m' } = options;
    this.#options = options;
    this.#logger = options.logger ?? silentLogger;
    this.#registry = options.registries.registry(events);
    this.#bucket = { burst, refill: parseDuration(refill) };
    this.#told = new LruMap(remembered);
    this.#buckets = new LruMap(remembered);
  }

  start(): Promise<void> {
    if (this.#queue.closed) this.#queue = new DedupeQueue();
    return Promise.resolve();
  }

  stop(): Promise<void> {
    this.#queue.close();
    return this.#queue.idle();
  }

  event(object: KubeObject, type: 'Normal' | 'Warning', reason: string, message: string): void {
    const { kind, metadata } = object;
    if (this.#queue.closed || !kind || !metadata?.name) return;
    const about = [kind, metadata.namespace ?? '', metadata.name, metadata.uid ?? ''].join('/');
    const text = message.length > LONGEST_MESSAGE ? `${message.slice(0, LONGEST_MESSAGE - 1)}…` : message;
    if (!this.#mayTell(about)) return this.#logger.debug('too many events of an object: dropped', { about, reason, message: text });
    if (this.#queue.waiting >= MOST_WAITING)
      return this.#logger.warn('too many events to write: dropped', { about, reason, message: text });
    const key = [about, type, reason, text].join('\n');
    this.#remember(key, () => this.#eventOf(object, type, reason, text));
    this.#queue.add(key);
    this.#write();
  }

  #mayTell(about: string): boolean {
    const bucket = this.#buckets.get(about) ?? new TokenBucket(this.#options.environment, this.#bucket);
    this.#buckets.set(about, bucket);
    return bucket.take();
  }

  #remember(key: string, make: () => Event): void {
    const lastTimestamp = timestamp(this.#options.environment.now());
    const told = this.#told.get(key);
    if (!told) return this.#told.set(key, { event: make(), count: 1, lastTimestamp, written: false });
    told.count++;
    told.lastTimestamp = lastTimestamp;
  }

  #eventOf(object: KubeObject, type: string, reason: string, message: string): Event {
    const { environment, component, host } = this.#options;
    const now = timestamp(environment.now());
    const namespace = object.metadata?.namespace ?? 'default';
    return {
      metadata: { name: this.#nameFor(object.metadata?.name ?? ''), namespace },
      involvedObject: referenceTo(object),
      type,
      reason,
      message,
      source: { component, ...(host ? { host } : {}) },
      reportingComponent: component,
      ...(host ? { reportingInstance: host } : {}),
      firstTimestamp: now,
      lastTimestamp: now,
      count: 1,
    };
  }

  /** The object's name and the time in nanoseconds, as everybody names events; the clock does not know the last six digits. */
  #nameFor(object: string): string {
    const { environment } = this.#options;
    const nanoseconds = BigInt(environment.now()) * 1_000_000n + BigInt(Math.floor(environment.random() * 1_000_000));
    return `${object.slice(0, 200)}.${nanoseconds.toString(16)}`;
  }

  /** As many at once as there are writers; each write that ends begins the next. */
  #write(): void {
    const queue = this.#queue;
    while (queue.running < WRITERS) {
      const key = queue.take();
      if (key === undefined) return;
      void this.#writeOne(key).then(() => {
        queue.done(key);
        this.#write();
      });
    }
  }

  async #writeOne(key: string): Promise<void> {
    const told = this.#told.get(key);
    if (!told) return;
    try {
      if (!told.written || !(await this.#raise(told))) await this.#create(told);
      told.written = true;
    } catch (error) {
      const { involvedObject, reason, message } = told.event;
      this.#logger.warn('an event could not be written', { about: involvedObject, reason, message, error });
    }
  }

  async #create(told: Told): Promise<void> {
    const write = () => this.#registry.create({ ...told.event, count: told.count, lastTimestamp: told.lastTimestamp });
    try {
      await write();
    } catch (error) {
      if (!StatusError.is(error, 'AlreadyExists')) throw error;
      const { metadata, involvedObject } = told.event;
      told.event = { ...told.event, metadata: { ...metadata, name: this.#nameFor(involvedObject.name ?? '') } };
      await write();
    }
  }

  /** False when the event has expired on the server. */
  async #raise({ event, count, lastTimestamp }: Told): Promise<boolean> {
    const { name = '', namespace } = event.metadata;
    try {
      await this.#registry.patch({ name, namespace }, { type: 'merge', patch: { count, lastTimestamp } });
      return true;
    } catch (error) {
      if (StatusError.is(error, 'NotFound')) return false;
      throw error;
    }
  }
}

function referenceTo({ apiVersion, kind, metadata = {} }: KubeObject): ObjectReference {
  const { name, namespace, uid, resourceVersion } = metadata;
  const known = { apiVersion, kind, namespace, name, uid, resourceVersion };
  return Object.fromEntries(Object.entries(known).filter(([, value]) => value !== undefined));
}
