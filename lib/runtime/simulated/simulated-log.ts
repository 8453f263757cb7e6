import type { PodLogOptions } from '../../api/wire/pod-streams.js';
import { Changes } from '../changes.js';
import { sinceOf } from '../log-lines.js';
import type { SimulatedOutput } from './simulation.js';

/** Something that was printed. */
export interface PrintedText {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly stream: 'stdout' | 'stderr';
  readonly text: string;
}

/** What a simulated container printed, in memory; the oldest goes when there is too much. */
export class SimulatedLog {
  readonly #limit: number;
  readonly #changes = new Changes();
  #lines: PrintedText[] = [];
  /** How many were dropped; a reader's place is counted from the first ever printed. */
  #dropped = 0;
  #size = 0;
  #ended = false;

  /** `limit` in characters. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  get ended(): boolean {
    return this.#ended;
  }

  print({ stream = 'stdout', text }: SimulatedOutput, at: number): void {
    for (const line of text.split(/(?<=\n)/)) {
      if (line === '') continue;
      this.#lines.push({ at, stream, text: line });
      this.#size += line.length;
    }
    while (this.#size > this.#limit && this.#lines.length > 1) {
      this.#size -= this.#lines.shift()!.text.length;
      this.#dropped++;
    }
    this.#changes.tell();
  }

  /** Nothing more will be printed. */
  end(): void {
    this.#ended = true;
    this.#changes.tell();
  }

  /** Lets readers go on that wait for more. */
  wake(): void {
    this.#changes.tell();
  }

  /** All lines, or the last ones; then those to come, until `over`. */
  async *read(tail: number | undefined, over: () => boolean, signal?: AbortSignal): AsyncGenerator<readonly PrintedText[]> {
    let next = this.#dropped + Math.max(0, this.#lines.length - (tail ?? Infinity));
    while (!signal?.aborted) {
      const { version } = this.#changes;
      const lines = this.#lines.slice(Math.max(0, next - this.#dropped));
      next = this.#dropped + this.#lines.length;
      if (lines.length > 0) yield lines;
      else if (over()) return;
      else await this.#changes.since(version, signal);
    }
  }
}

/** A log as `kubectl logs` shows it, except for `limitBytes`. */
export async function* printedLines(
  log: SimulatedLog,
  options: PodLogOptions,
  now: number,
  over: () => boolean,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const since = sinceOf(options, now) ?? -Infinity;
  const head = ({ at }: PrintedText) => (options.timestamps ? `${new Date(at).toISOString()} ` : '');
  for await (const lines of log.read(options.tailLines, () => !options.follow || over(), signal)) {
    const text = lines.filter(({ at }) => at >= since).map((line) => head(line) + line.text);
    if (text.length > 0) yield Buffer.from(text.join(''));
  }
}
