import type { FileHandle } from 'node:fs/promises';

/**
 * Memory for reading file after file, or block after block: what was read before is gone with the next read. At 150,000 values
 * of 2.4 KB, buffers of their own left some 60 MB of garbage behind at the end of a start.
 */
export class Scratch {
  #bytes = Buffer.alloc(0);

  /** `length` bytes at `position`, all of which the file must have. */
  async read(file: FileHandle, position: number, length: number): Promise<Buffer> {
    if (length > this.#bytes.length) this.#bytes = Buffer.allocUnsafeSlow(length);
    const bytes = this.#bytes.subarray(0, length);
    for (let done = 0; done < length;) {
      const { bytesRead } = await file.read(bytes, done, length - done, position + done);
      if (bytesRead === 0) throw new Error(`the file ends at byte ${position + done}, and should have ${position + length}`);
      done += bytesRead;
    }
    return bytes;
  }
}
