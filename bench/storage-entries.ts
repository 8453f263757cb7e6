import type { Storage, Write } from '../lib/storage/storage.js';

/** Entries of the large figures: 15 namespaces of 10,000. */
export const ENTRIES = 150_000;
export const NAMESPACES = 15;
/** Bytes of a value. */
const VALUE_BYTES = 2_400;

export const namespacePrefix = (index: number) => `/registry/pods/namespace-${index % NAMESPACES}/`;
export const keyOf = (index: number) => `${namespacePrefix(index)}pod-${String(index).padStart(6, '0')}`;

const filler = JSON.stringify({ spec: 'x'.repeat(VALUE_BYTES) });

/** A value of 2.4 KB of its own, as JSON, in memory of its own. */
export function valueOf(index: number): Buffer {
  const head = `{"kind":"Pod","metadata":{"uid":"${index}"},"rest":`;
  const value = Buffer.allocUnsafeSlow(VALUE_BYTES);
  value.write(head + filler.slice(0, VALUE_BYTES - head.length - 3) + '"}}', 'latin1');
  return value;
}

export const writeOf = (index: number): Write => ({ type: 'put', key: keyOf(index), value: valueOf(index) });

/** Writes all entries, `together` a commit. */
export async function fill(storage: Storage, together: number): Promise<void> {
  let next = 0;
  const lane = async () => {
    while (next < ENTRIES) {
      const first = next;
      next += together;
      await storage.commit(Array.from({ length: Math.min(together, ENTRIES - first) }, (_, i) => writeOf(first + i)));
    }
  };
  await Promise.all(Array.from({ length: 64 }, lane));
}
