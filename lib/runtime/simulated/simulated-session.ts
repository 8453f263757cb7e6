import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import type { ExecSession, ExitStatus } from '../../api/wire/pod-streams.js';
import { drained } from '../drained.js';
import type { SimulatedExecIo } from './simulation.js';

const KILLED = 137;

/** A session whose other end is a function: it gets the streams and gives the exit code. Without `input`, there is none to read. */
export function simulatedSession(run: (io: SimulatedExecIo) => number | Promise<number>, input: boolean): ExecSession {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  if (!input) stdin.end();
  const abort = new AbortController();
  const killed = once(abort.signal, 'abort').then(() => KILLED);
  const ran = Promise.resolve().then(() => run({ stdin, stdout, stderr, signal: abort.signal }));
  const done: Promise<ExitStatus> = Promise.race([ran, killed])
    .then(
      (exitCode) => ({ exitCode }),
      (error: unknown) => ({ exitCode: 1, message: String(error) }),
    )
    .finally(() => {
      stdin.destroy();
      for (const output of [stdout, stderr]) output.end();
    });
  return {
    stdout,
    stderr,
    writeStdin: async (chunk) => {
      if (stdin.writable && !stdin.write(chunk)) await drained(stdin);
    },
    endStdin: () => void stdin.end(),
    resize() {},
    done,
    kill: () => abort.abort(),
  };
}
