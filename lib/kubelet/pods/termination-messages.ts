import { join } from 'node:path';
import type { Pod } from 'kubernetes-types/core/v1.js';
import type { RuntimeContainer } from '../../runtime/container-runtime.js';
import { atMost } from '../with-timeout.js';
import type { ActualPod } from './actual-pod.js';
import type { PodContext } from './pod-context.js';
import { containerOf } from './pod-spec.js';

/** Bytes of the file that count. */
const LONGEST_MESSAGE = 4096;
/** What counts of the output where that stands in. */
const LONGEST_OUTPUT = 2048;
const MOST_LINES = 80;
/** Milliseconds that reading output may take. */
const LONGEST_READ = 2000;

/** File on the host that a container's message comes from. */
export function messageFile(directory: string, name: string, attempt: number): string {
  return join(directory, 'termination-messages', `${name}-${attempt}`);
}

/** What the containers of one pod left behind on their end: the text of `terminationMessagePath`, or the end of their output. */
export class TerminationMessages {
  readonly #context: PodContext;
  readonly #texts = new Map<string, string>();

  constructor(context: PodContext) {
    this.#context = context;
  }

  /** Reads what is new. */
  async collect(pod: Pod, { everything }: ActualPod): Promise<void> {
    const ended = [...everything.values()].flatMap((records) => records.filter(({ state }) => state === 'exited'));
    const ids = new Set(ended.map(({ id }) => id));
    for (const id of this.#texts.keys()) if (!ids.has(id)) this.#texts.delete(id);
    for (const record of ended) if (!this.#texts.has(record.id)) this.#texts.set(record.id, await this.#read(pod, record));
  }

  of({ id }: RuntimeContainer): string | undefined {
    return this.#texts.get(id);
  }

  async #read(pod: Pod, record: RuntimeContainer): Promise<string> {
    const { disk, logger } = this.#context;
    try {
      const text = await disk.readFile(messageFile(disk.directoryOf(pod.metadata!.uid!), record.name, record.attempt), LONGEST_MESSAGE);
      const policy = containerOf(pod, record.name)?.spec.terminationMessagePolicy;
      return text === '' && policy === 'FallbackToLogsOnError' && record.exitCode !== 0 ? await this.#output(record) : text;
    } catch (error) {
      logger.warn('cannot read what a container left behind', { container: record.name, error });
      return '';
    }
  }

  async #output({ id }: RuntimeContainer): Promise<string> {
    const { runtime, environment } = this.#context;
    const abort = new AbortController();
    let tail = Buffer.alloc(0);
    const read = async () => {
      for await (const chunk of runtime.logs(id, { tailLines: MOST_LINES }, abort.signal))
        tail = Buffer.concat([tail, chunk]).subarray(-LONGEST_OUTPUT);
    };
    await atMost(environment, LONGEST_READ, read());
    abort.abort();
    return tail.toString();
  }
}
