import type { Duplex } from 'node:stream';
import { PassThrough } from 'node:stream';
import type { ExecSession, ExitStatus } from '../../api/wire/pod-streams.js';
import { drained } from '../drained.js';
import { framesOf } from './frames.js';

/** What a {@link dockerSession} is made of. */
export interface DockerSessionOptions {
  /** The connection that the engine gave up to us. */
  readonly connection: Duplex;
  readonly terminal: boolean;
  /** Outputs that the caller reads. */
  readonly wanted: { readonly stdout: boolean; readonly stderr: boolean };
  /** Asked once the outputs have ended, by themselves or because the session was killed. */
  readonly exitStatus: (killed: boolean) => Promise<ExitStatus>;
  readonly resize: (columns: number, rows: number) => void;
  /** Ends the process, where there is one to end. */
  readonly end: () => void;
}

/** A session over a hijacked connection. */
export function dockerSession({ connection, terminal, wanted, exitStatus, resize, end }: DockerSessionOptions): ExecSession {
  const outputs = { stdout: new PassThrough(), stderr: new PassThrough() };
  const abort = new AbortController();
  const copy = async () => {
    for await (const { stream, data } of framesOf(connection, terminal)) {
      const output = outputs[stream];
      if (wanted[stream] && !output.destroyed && !output.write(data)) await drained(output, abort.signal);
    }
  };
  const copied = copy().catch((error: unknown) => {
    if (!abort.signal.aborted) throw error;
  });
  const done = copied
    .then(() => exitStatus(abort.signal.aborted))
    .catch((error: unknown) => ({ exitCode: 1, message: error instanceof Error ? error.message : String(error) }))
    .finally(() => {
      for (const output of Object.values(outputs)) output.end();
    });
  return {
    ...outputs,
    writeStdin: async (chunk) => {
      if (connection.writable && !connection.write(chunk)) await drained(connection);
    },
    endStdin: () => void connection.end(),
    resize,
    done,
    kill: () => {
      if (abort.signal.aborted) return;
      abort.abort();
      end();
    },
  };
}
