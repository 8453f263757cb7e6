import type { PodLogOptions } from '../api/wire/pod-streams.js';

/** The moment that `sinceSeconds` or `sinceTime` names, in milliseconds since 1970; undefined when neither is given. */
export function sinceOf({ sinceSeconds, sinceTime }: PodLogOptions, now: number): number | undefined {
  if (sinceTime !== undefined) return Date.parse(sinceTime);
  return sinceSeconds === undefined ? undefined : now - sinceSeconds * 1000;
}

/** The chunks up to `limit` bytes altogether; the one that crosses it is cut. Without a limit, all. */
export async function* limitBytes(chunks: AsyncIterable<Uint8Array>, limit: number | undefined): AsyncGenerator<Uint8Array> {
  let left = limit ?? Infinity;
  for await (const chunk of chunks) {
    if (chunk.length >= left) {
      if (left > 0) yield chunk.subarray(0, left);
      return;
    }
    left -= chunk.length;
    yield chunk;
  }
}
