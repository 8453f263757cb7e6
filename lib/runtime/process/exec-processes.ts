import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { Readable } from 'node:stream';
import type { ExecSession, ExitStatus, PodExecOptions } from '../../api/wire/pod-streams.js';
import { drained } from '../drained.js';
import { RuntimeError } from '../runtime-error.js';
import { spawnEnvironment } from './container-environment.js';
import type { Host } from './host.js';
import { sendSignal } from './process-table.js';
import { resizeTerminal, terminalCommand } from './terminal.js';
import { pipedCommand } from './wrapper.js';

/** A command to run beside a container's own. */
export interface ExecRequest extends PodExecOptions {
  /** Finds the program, and what it runs with. Throws Invalid when there is none. */
  readonly find: () => {
    readonly command: readonly string[];
    readonly environment: Readonly<Record<string, string>>;
    readonly workingDirectory: string;
  };
  readonly user?: number | undefined;
  readonly group?: number | undefined;
}

/** As shells and container engines say that a program was not found. */
const NOT_FOUND = 127;

/** The commands that run in one container by exec; they end with it. */
export class ExecProcesses {
  readonly #host: Host;
  readonly #running = new Set<ChildProcess>();

  constructor(host: Host) {
    this.#host = host;
  }

  start(request: ExecRequest): ExecSession {
    if (request.tty && this.#host.script === undefined) {
      throw new RuntimeError('Unsupported', 'a terminal needs the program script of util-linux on this machine: exec without -t');
    }
    let invocation;
    try {
      invocation = request.find();
    } catch (error) {
      if (RuntimeError.is(error, 'Invalid')) return failedSession(NOT_FOUND, error.message);
      throw error;
    }
    const command = request.tty
      ? terminalCommand(this.#host.script!, invocation.command)
      : pipedCommand(this.#host.tools, invocation.command, invocation.environment);
    const child = spawn(command[0]!, command.slice(1), {
      cwd: invocation.workingDirectory,
      env: spawnEnvironment(request.tty ? { TERM: 'xterm', ...invocation.environment } : invocation.environment),
      detached: true,
      stdio: [request.stdin ? 'pipe' : 'ignore', request.stdout ? 'pipe' : 'ignore', request.stderr ? 'pipe' : 'ignore'],
      ...(request.user !== undefined && { uid: request.user }),
      ...(request.group !== undefined && { gid: request.group }),
    });
    this.#running.add(child);
    child.once('close', () => this.#running.delete(child));
    return sessionOf(child, request.tty ? this.#host : undefined);
  }

  killAll(): void {
    for (const child of this.#running) kill(child);
  }
}

function sessionOf(child: ChildProcess, terminal: Host | undefined): ExecSession {
  const { stdin } = child;
  stdin?.on('error', () => undefined); // It stopped reading: writers notice by the session's end.
  const done = new Promise<ExitStatus>((resolve) => {
    child.once('error', (error) => resolve({ exitCode: 126, message: error.message }));
    child.once('close', (code, signal) => resolve({ exitCode: code ?? 128 + signalNumber(signal) }));
  });
  return {
    stdout: child.stdout ?? Readable.from([]),
    stderr: child.stderr ?? Readable.from([]),
    writeStdin: async (chunk) => {
      if (!stdin?.writable) return;
      if (!stdin.write(chunk)) await drained(stdin);
    },
    endStdin: () => void stdin?.end(),
    resize: (columns, rows) => {
      if (terminal) resizeTerminal(child, columns, rows, terminal);
    },
    done,
    kill: () => kill(child),
  };
}

function kill(child: ChildProcess): void {
  if (child.pid === undefined) return;
  sendSignal(-child.pid, 'SIGKILL');
}

function failedSession(exitCode: number, message: string): ExecSession {
  return {
    stdout: Readable.from([]),
    stderr: Readable.from([Buffer.from(`${message}\n`)]),
    writeStdin: () => Promise.resolve(),
    endStdin() {},
    resize() {},
    done: Promise.resolve({ exitCode, message }),
    kill() {},
  };
}

function signalNumber(signal: NodeJS.Signals | null): number {
  return signal ? constants.signals[signal] : 0;
}
