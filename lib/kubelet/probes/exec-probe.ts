import type { ExecAction } from 'kubernetes-types/core/v1.js';
import type { ContainerRuntime } from '../../runtime/container-runtime.js';
import type { ProbeResult } from './probe-result.js';
import { failure, success } from './probe-result.js';

/** How a command in a container went, and the first 10 KiB that it said. */
export interface CommandResult {
  readonly exitCode: number;
  readonly output: string;
}

const MOST_OUTPUT = 10 * 1024;

/** Runs a command in a container to its end; kills it when the signal aborts. Throws RuntimeError. */
export async function runCommand(
  runtime: ContainerRuntime,
  containerId: string,
  command: readonly string[],
  signal: AbortSignal,
): Promise<CommandResult> {
  const session = await runtime.exec(containerId, { command, stdin: false, stdout: true, stderr: true, tty: false });
  const onAbort = () => session.kill();
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  try {
    const output = new Output();
    await Promise.all([output.take(session.stdout), output.take(session.stderr)]);
    const { exitCode, message } = await session.done;
    return { exitCode, output: output.text || (message ?? '') };
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/** Well when the command ends with 0. */
export async function execProbe(
  action: ExecAction,
  runtime: ContainerRuntime,
  containerId: string,
  signal: AbortSignal,
): Promise<ProbeResult> {
  const { exitCode, output } = await runCommand(runtime, containerId, action.command ?? [], signal);
  return exitCode === 0 ? success(output) : failure(output || `command ended with exit code ${exitCode}`);
}

/** Keeps the beginning of what both outputs say, and reads the rest to its end. */
class Output {
  readonly #chunks: Uint8Array[] = [];
  #size = 0;

  get text(): string {
    return Buffer.concat(this.#chunks).subarray(0, MOST_OUTPUT).toString();
  }

  async take(stream: AsyncIterable<Uint8Array>): Promise<void> {
    for await (const chunk of stream) {
      if (this.#size < MOST_OUTPUT) this.#chunks.push(chunk);
      this.#size += chunk.length;
    }
  }
}
