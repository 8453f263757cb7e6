/** Bytes on their way from one who cannot wait to one who reads at its own pace. */
export class ByteQueue implements AsyncIterable<Uint8Array> {
  readonly #limit: number;
  readonly #full: () => void;
  readonly #roomy: () => void;
  #chunks: Uint8Array[] = [];
  #bytes = 0;
  #ended = false;
  #wake: (() => void) | undefined;

  /** Past `limit` bytes `full` is called: the writer must pause; `roomy` once there is room again. */
  constructor({ limit, full, roomy }: { limit: number; full: () => void; roomy: () => void }) {
    this.#limit = limit;
    this.#full = full;
    this.#roomy = roomy;
  }

  push(chunk: Uint8Array): void {
    if (this.#ended || chunk.length === 0) return;
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    if (this.#bytes > this.#limit) this.#full();
    this.#wake?.();
  }

  end(): void {
    this.#ended = true;
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    for (;;) {
      const chunk = this.#chunks.shift();
      if (chunk) {
        const wasFull = this.#bytes > this.#limit;
        this.#bytes -= chunk.length;
        if (wasFull && this.#bytes <= this.#limit) this.#roomy();
        yield chunk;
      } else if (this.#ended) return;
      else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
}
