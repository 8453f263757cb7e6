import { spawn } from 'node:child_process';
import { connect } from 'node:net';
import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import type { ExecSession } from '../../../lib/api/wire/pod-streams.js';
import type { PodConnector } from '../../../lib/server/pod-connector.js';

/** A way to pods whose commands are processes of this machine and whose ports are its loopback ports. */
export class HostPods implements PodConnector {
  /** Sizes that terminals were given. */
  readonly sizes: (readonly [columns: number, rows: number])[] = [];
  /** How commands ended: exit code or signal. */
  readonly ends: (number | string)[] = [];

  logs(...[pod, options, signal]: Parameters<PodConnector['logs']>): Promise<AsyncIterable<Uint8Array>> {
    const lines = Array.from({ length: options.tailLines ?? 3 }, (_, index) => Buffer.from(`${pod.metadata.name} line ${index + 1}\n`));
    const stream = (async function* () {
      yield* lines;
      if (options.follow) await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
    })();
    return Promise.resolve(stream);
  }

  exec(...[, options]: Parameters<PodConnector['exec']>): Promise<ExecSession> {
    const [command = 'true', ...args] = options.command;
    return this.#session(command, args);
  }

  attach(): Promise<ExecSession> {
    return this.#session('cat', []);
  }

  async portForward(...[, port]: Parameters<PodConnector['portForward']>): Promise<Duplex> {
    const socket = connect({ host: '127.0.0.1', port });
    await once(socket, 'connect');
    return socket;
  }

  async #session(command: string, args: readonly string[]): Promise<ExecSession> {
    const child = spawn(command, args, { stdio: 'pipe' });
    await once(child, 'spawn');
    child.stdin.on('error', () => child.stdin.destroy());
    const done = new Promise<{ exitCode: number }>((resolve) => {
      child.once('close', (code, signal) => {
        this.ends.push(code ?? signal ?? 'unknown');
        resolve({ exitCode: code ?? 137 });
      });
    });
    return {
      stdout: child.stdout,
      stderr: child.stderr,
      writeStdin: (chunk) => new Promise((resolve) => child.stdin.write(chunk, () => resolve())),
      endStdin: () => child.stdin.end(),
      resize: (columns, rows) => void this.sizes.push([columns, rows]),
      done,
      kill: () => void child.kill('SIGKILL'),
    };
  }
}
