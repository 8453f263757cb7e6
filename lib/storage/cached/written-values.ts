import { ownBytes } from '../own-bytes.js';
import type { Entry, Write } from '../storage.js';

/**
 * The values of commits under way.
 *
 * An engine on the network brings a written value back as a copy. The writer's own bytes are kept in its place, so that
 * there is one copy, and whoever knows an object by its bytes knows it again.
 */
export class WrittenValues {
  readonly #values = new Map<string, Set<Uint8Array>>();

  /** Remembers what is being written; gives what forgets it. */
  add(writes: readonly Write[]): () => void {
    for (const write of writes) if (write.type === 'put') this.#valuesOf(write.key).add(write.value);
    return () => {
      for (const write of writes) if (write.type === 'put') this.#remove(write.key, write.value);
    };
  }

  /** The entry as it is to be kept: with the writer's bytes, else with bytes that hold nothing else in memory. */
  keep(entry: Entry): Entry {
    const value = this.#written(entry) ?? ownBytes(entry.value);
    return value === entry.value ? entry : { key: entry.key, value, revision: entry.revision };
  }

  #written({ key, value }: Entry): Uint8Array | undefined {
    const written = this.#values.get(key);
    if (written === undefined || written.has(value)) return written && value;
    for (const one of written) if (one.length === value.length && Buffer.compare(one, value) === 0) return one;
    return undefined;
  }

  #valuesOf(key: string): Set<Uint8Array> {
    let values = this.#values.get(key);
    if (values === undefined) this.#values.set(key, (values = new Set()));
    return values;
  }

  #remove(key: string, value: Uint8Array): void {
    const values = this.#values.get(key);
    if (values?.delete(value) && values.size === 0) this.#values.delete(key);
  }
}
