import { PassThrough } from 'node:stream';
import type { ExecSession, PodExecOptions } from '../../api/wire/pod-streams.js';
import { drained } from '../drained.js';
import { RuntimeError } from '../runtime-error.js';
import type { LogFile, LogStream } from './log-file.js';
import { readRecords } from './log-reader.js';

/** What an attach knows of its container. */
export interface Attached {
  /** Whether nothing more will come. */
  readonly ended: () => boolean;
  readonly exitCode: () => number;
}

/** A session that shows what the container prints from now on. Its input cannot be reached: Unsupported. */
export function attachToLog(log: LogFile, options: Omit<PodExecOptions, 'command'>, { ended, exitCode }: Attached): ExecSession {
  if (options.stdin)
    throw new RuntimeError('Unsupported', 'the process runtime keeps no standard input open: attach without stdin, or exec');
  const abort = new AbortController();
  const outputs: Record<LogStream, PassThrough> = { stdout: new PassThrough(), stderr: new PassThrough() };
  const copy = async () => {
    for await (const records of readRecords(log, { tail: 0, ended, signal: abort.signal })) {
      for (const { stream, text, partial } of records) {
        const wanted = options[stream] && !outputs[stream].destroyed;
        if (wanted && !outputs[stream].write(partial ? text : Buffer.concat([text, LINE_END])))
          await drained(outputs[stream], abort.signal);
      }
    }
  };
  const done = copy()
    .then(
      () => ({ exitCode: exitCode() }),
      (error: unknown) => (abort.signal.aborted ? { exitCode: 0 } : { exitCode: 1, message: String(error) }),
    )
    .finally(() => {
      for (const output of Object.values(outputs)) output.end();
    });
  return { ...outputs, writeStdin: () => Promise.resolve(), endStdin() {}, resize() {}, done, kill: () => abort.abort() };
}

const LINE_END = Buffer.from('\n');
