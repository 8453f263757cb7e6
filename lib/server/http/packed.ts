import type { Bytes } from '../../api/encode.js';
import { whole } from '../../api/encode.js';

/** Bytes of one slab, and of the largest buffer that is cut from one. */
const SLAB = 128 * 1024;
const LARGEST = 16 * 1024;

let slab = Buffer.alloc(0);
let used = 0;

/**
 * One Buffer of some parts, `length` bytes in all, for an answer that is about to be sent: not to be kept. Small ones are cut from a
 * slab: an ArrayBuffer of its own for each answer costs the garbage collector more than to fill it.
 */
export function packed(parts: readonly Bytes[], length: number): Buffer {
  if (parts.length === 1 || length > LARGEST) return whole(parts, length);
  if (used + length > slab.length) {
    slab = Buffer.allocUnsafeSlow(SLAB);
    used = 0;
  }
  const buffer = slab.subarray(used, used + length);
  used += length;
  let at = 0;
  for (const part of parts) {
    part.copy(buffer, at);
    at += part.length;
  }
  return buffer;
}
