import type { KeyValue } from './wire/kv.js';

/** What is known of the entries of a prefix: of those that the last answer had. */
interface Known {
  readonly count: number;
  readonly meanBytes: number;
}

/** Entries that can be asked for when nothing is known of their size. */
const FIRST = 100;
/** Entries of an answer, at most; and how many times as many as those that their size is known from. */
const MOST = 10_000;
const GROWTH = 10;
/** Bytes of keys and values that an answer should come to. */
const TARGET = 8 * 1024 * 1024;
/** Prefixes that are remembered. */
const MOST_PREFIXES = 100;

/**
 * How large the entries of a prefix are, as far as has been seen, so that answers are neither many nor too large.
 *
 * Few answers matter: for each of them etcd walks over all keys that follow, however few are asked for.
 */
export class EntrySizes {
  /** The prefix learned last is the last. */
  readonly #known = new Map<string, Known>();

  /** How many entries to ask for next. */
  answerSize(prefix: string): number {
    const known = this.#known.get(prefix);
    if (known === undefined) return FIRST;
    const { count, meanBytes } = known;
    return Math.max(1, Math.min(MOST, Math.max(FIRST, GROWTH * count), Math.floor(TARGET / meanBytes)));
  }

  /** Learns from an answer. */
  learn(prefix: string, kvs: readonly KeyValue[]): void {
    if (kvs.length === 0) return;
    const bytes = kvs.reduce((sum, { key, value }) => sum + key.length + value.length, 0);
    this.#known.delete(prefix);
    this.#known.set(prefix, { count: kvs.length, meanBytes: bytes / kvs.length });
    if (this.#known.size > MOST_PREFIXES) this.#known.delete(this.#known.keys().next().value!);
  }
}
