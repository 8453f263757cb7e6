import { setTimeout as pause } from 'node:timers/promises';
import type { Storage } from '../../../lib/storage/storage.js';
import type { Action } from '../../support/linearizability/operation.js';
import { drawBelow, drawOne } from './effort.js';
import type { Recorder } from './recorder.js';

/** How many clients there are. */
export const CLIENTS = 16;

/** What {@link runClients} takes. */
export interface ClientOptions {
  readonly recorder: Recorder;
  readonly random: () => number;
  /** The store of a client. */
  readonly storageOf: (client: number) => Storage;
  readonly keys: readonly string[];
  /** Asked before each operation; true ends the client. */
  readonly done: () => boolean;
  /** Milliseconds a client waits after a call that failed. Default 20. */
  readonly patience?: number;
}

/** Sixteen clients that read, write, compare-and-set, delete and list at random; resolves when all have ended. */
export async function runClients(options: ClientOptions): Promise<void> {
  await Promise.all(Array.from({ length: CLIENTS }, (_, client) => new Client(client, options).run()));
}

class Client {
  readonly #id: number;
  readonly #options: ClientOptions;
  /** The last revision it knows of each key: what it guards its writes with, be it old. */
  readonly #known = new Map<string, number>();

  constructor(id: number, options: ClientOptions) {
    this.#id = id;
    this.#options = options;
  }

  async run(): Promise<void> {
    const { random, done, patience = 20 } = this.#options;
    while (!done()) {
      const answered = random() < 0.04 ? await this.#scan() : await this.#operate();
      if (!answered) await pause(patience);
      else if (random() < 0.05) await new Promise((resolve) => setImmediate(resolve)); // so that clients do not run in step
    }
  }

  #scan(): Promise<boolean> {
    const { recorder, storageOf } = this.#options;
    return recorder.scan(storageOf(this.#id), this.#id);
  }

  async #operate(): Promise<boolean> {
    const { recorder, random, storageOf, keys } = this.#options;
    const key = drawOne(random, keys);
    const action = this.#action(key);
    const outcome = await recorder.call(storageOf(this.#id), this.#id, key, action);
    if (outcome?.type === 'read') this.#known.set(key, outcome.seen?.revision ?? 0);
    if (outcome?.type === 'written') this.#known.set(key, action.type === 'put' ? outcome.revision : 0);
    if (outcome?.type === 'refused' && outcome.seen) this.#known.set(key, outcome.seen.revision);
    return outcome !== undefined && outcome.type !== 'failed' && outcome.type !== 'unknown';
  }

  #action(key: string): Action {
    const { recorder, random } = this.#options;
    const known = this.#known.get(key);
    const value = () => recorder.value(this.#id);
    switch (drawBelow(random, 10)) {
      case 0:
        return { type: 'put', value: value() };
      case 1:
      case 2:
        return { type: 'put', value: value(), guard: 0 };
      case 3:
      case 4:
      case 5:
        return known ? { type: 'put', value: value(), guard: known } : { type: 'get' };
      case 6:
        return random() < 0.5 ? { type: 'delete' } : { type: 'delete', guard: known };
      default:
        return { type: 'get' };
    }
  }
}
