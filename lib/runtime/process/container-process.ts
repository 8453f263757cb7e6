import type { ChildProcess } from 'node:child_process';
import type { FSWatcher } from 'node:fs';
import { statSync, watch } from 'node:fs';
import { join } from 'node:path';
import type { Environment, Timer } from '../../base/environment.js';
import { RuntimeError } from '../runtime-error.js';
import type { ProcessIdentity, ProcessTable } from './process-table.js';
import { isAlive, parseStat, sendSignal, statOf } from './process-table.js';
import { hasCode, readText } from './state-files.js';
import type { WrapperOptions } from './wrapper.js';
import { IO, spawnWrapper, whilePaused } from './wrapper.js';

/** A container's processes by name: the first one, whose session they are all in, and the wrapper around it. */
export interface RunningProcess extends ProcessIdentity {
  readonly wrapper?: ProcessIdentity | undefined;
}

/** How a container's first process ended. */
export interface ProcessExit {
  readonly code: number;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** What {@link ContainerProcess} is made with. */
export interface ContainerProcessOptions {
  /** The directory described in {@link IO}. */
  readonly io: string;
  readonly environment: Environment;
  readonly table: ProcessTable;
  /** Called when something was printed, perhaps. */
  readonly onOutput: () => void;
  /** Called once, when the process has ended and all it printed is in the spools. */
  readonly onExit: (exit: ProcessExit) => void;
}

/** The `cat`s carry the last output after the exit; a daemon that keeps the pipes open must not hold it up for longer. */
const DRAIN_MILLISECONDS = 250;
/** Where no file system notification comes. */
const LOOK_AGAIN_MILLISECONDS = 20;
/** How often a wrapper is looked at that should have told of an end. */
const LOOKS_FOR_CODE = 5;
/** Exit code of a process that was lost track of, as of one that was killed. */
const UNKNOWN_EXIT = 137;

/**
 * One run of a container: watches the files that its wrapper writes, whoever started the wrapper.
 *
 * An exit is told within milliseconds by the file system's notification; {@link ContainerProcess.check}, called now and then, finds what
 * no notification told, such as the end of a process whose wrapper was killed.
 */
export class ContainerProcess {
  readonly #options: ContainerProcessOptions;
  /** Absent when the system has no more of them to give: then {@link ContainerProcess.check} does it all. */
  readonly #watcher: FSWatcher | undefined;
  #child: ChildProcess | undefined;
  #identity: RunningProcess | undefined;
  #exit: ProcessExit | undefined;
  #onIdentity: (() => void) | undefined;
  #drain: Timer | undefined;
  #closed = false;
  #looks = 0;

  private constructor(options: ContainerProcessOptions) {
    this.#options = options;
    this.#watcher = watchFiles(options.io, (name) => this.#notice(name));
  }

  /** Starts the program; resolves when it runs, or has run already. */
  static async spawn(wrapper: Omit<WrapperOptions, 'io'>, options: ContainerProcessOptions): Promise<ContainerProcess> {
    const process = new ContainerProcess(options);
    try {
      const child = spawnWrapper({ ...wrapper, io: options.io });
      process.#child = child;
      await process.#started(child);
      child.unref();
      return process;
    } catch (error) {
      process.close();
      throw error;
    }
  }

  /** Takes over what a predecessor started. It may have ended since. */
  static adopt(identity: RunningProcess, options: ContainerProcessOptions): ContainerProcess {
    const process = new ContainerProcess(options);
    process.#identity = identity;
    // The predecessor may have died while it paused the wrapper.
    if (process.#wrapperAlive()) sendSignal(-identity.wrapper!.pid, 'SIGCONT');
    options.environment.timer(0, () => process.check(), { unref: true });
    return process;
  }

  get identity(): RunningProcess {
    return this.#identity!;
  }

  /** Sends a signal to all processes of the group; nothing happens when they have ended. */
  signal(signal: NodeJS.Signals): void {
    if (this.#exit === undefined && isAlive(this.identity)) sendSignal(-this.identity.pid, signal);
    this.#checkWithoutWrapper();
  }

  /** Kills whatever is left of the session. The wrapper lives on and writes down how the first process ended. */
  kill(): void {
    killSession(this.identity, this.#options.table);
    this.#checkWithoutWrapper();
  }

  /** Looks for an exit, and for output when nothing tells of it. */
  check(): void {
    if (this.#closed || this.#exit !== undefined || !this.#identity) return;
    if (!this.#watcher) this.#options.onOutput();
    // In this order: a wrapper writes the code before it ends.
    const wrapped = this.#wrapperAlive();
    const code = exitCodeOf(this.#options.io);
    if (code !== undefined) this.#exited(code);
    else if (!isAlive(this.identity)) this.#ended(wrapped);
  }

  /** Runs `work` while nothing is appended to the spools. False, and not run, when that could not be had. */
  paused(work: () => void): boolean {
    if (this.#wrapperAlive()) return whilePaused(this.identity.wrapper!.pid, this.#options.table, work);
    work();
    return true;
  }

  /** Lets go of the process without ending it. */
  close(): void {
    this.#closed = true;
    this.#watcher?.close();
    this.#drain?.cancel();
  }

  #started(child: ChildProcess): Promise<void> {
    return new Promise((resolve, reject) => {
      const fail = (why: string, cause?: unknown) =>
        reject(new RuntimeError('Failed', `the process could not be started: ${why}`, { cause }));
      const look = () => {
        if (this.#identity || !(this.#identity = identityOf(this.#options.io, child.pid))) return;
        this.#onIdentity = undefined;
        resolve();
      };
      const lookAgain = () => {
        look();
        if (!this.#identity && !this.#closed) this.#options.environment.timer(LOOK_AGAIN_MILLISECONDS, lookAgain, { unref: true });
      };
      this.#onIdentity = look;
      lookAgain();
      child.once('error', (error) => fail(error.message, error));
      child.once('exit', () => {
        look();
        if (this.#identity) this.#wrapperEnded();
        else fail('its wrapper ended at once');
      });
    });
  }

  #notice(name: string | null): void {
    if (this.#closed) return;
    if (name === IO.identity) this.#onIdentity?.();
    if (name === IO.exit || name === null) this.check();
    if (name !== IO.exit && name !== IO.identity) this.#options.onOutput();
  }

  /** It has ended without a code. A wrapper is given some looks of time to write one, and a push, should somebody have stopped it. */
  #ended(wrapped: boolean): void {
    if (!wrapped || ++this.#looks > LOOKS_FOR_CODE) return this.#exited(UNKNOWN_EXIT);
    sendSignal(-this.identity.wrapper!.pid, 'SIGCONT');
  }

  /** Nobody would write down the end that is expected soon: looks for it until it comes. */
  #checkWithoutWrapper(): void {
    if (this.#wrapperAlive()) return;
    this.check();
    if (this.#closed || this.#exit !== undefined) return;
    this.#options.environment.timer(LOOK_AGAIN_MILLISECONDS, () => this.#checkWithoutWrapper(), { unref: true });
  }

  #wrapperAlive(): boolean {
    const wrapper = this.#identity?.wrapper;
    return wrapper !== undefined && isAlive(wrapper);
  }

  /** The wrapper's end says that its `cat`s are through. */
  #wrapperEnded(): void {
    this.check();
    if (this.#drain) this.#finish();
  }

  #exited(code: number): void {
    this.#exit = { code, at: this.#options.environment.now() };
    killSession(this.identity, this.#options.table);
    this.#waitForDrain(this.#options.environment.monotonic() + DRAIN_MILLISECONDS);
  }

  #waitForDrain(deadline: number): void {
    const { environment } = this.#options;
    if (!this.#wrapperAlive() || environment.monotonic() >= deadline) return this.#finish();
    this.#drain = environment.timer(5, () => this.#waitForDrain(deadline));
  }

  #finish(): void {
    this.#drain?.cancel();
    this.#drain = undefined;
    if (this.#closed) return;
    this.close();
    this.#options.onExit(this.#exit!);
  }
}

/** The code that a wrapper wrote down, if the process has ended. */
export function exitCodeOf(io: string): number | undefined {
  const text = readText(join(io, IO.exit));
  return text?.endsWith('\n') ? Number(text) : undefined;
}

/** How a process ended that nobody watched: its wrapper's note, or the guess that it was killed. */
export function exitOf(io: string, otherwise: number): ProcessExit {
  const code = exitCodeOf(io);
  return code === undefined ? { code: UNKNOWN_EXIT, at: otherwise } : { code, at: Math.round(statSync(join(io, IO.exit)).mtimeMs) };
}

/** What the first process wrote down of itself, and the wrapper, if its id is known or can be told from the parent. */
export function identityOf(io: string, wrapperPid?: number): RunningProcess | undefined {
  const line = readText(join(io, IO.identity));
  const own = line?.endsWith('\n') ? parseStat(line) : undefined;
  if (!own) return undefined;
  const wrapper = statOf(wrapperPid ?? statOf(own.parent)?.session ?? 0);
  return { pid: own.pid, startTime: own.startTime, wrapper: wrapper && { pid: wrapper.pid, startTime: wrapper.startTime } };
}

/**
 * Kills the members of a session one by one: shells put their jobs into groups of their own. The session's id cannot be given out anew
 * while it has members; when it names another process now, the session is gone.
 */
function killSession({ pid: session, startTime }: ProcessIdentity, table: ProcessTable): void {
  const leader = statOf(session);
  if (leader && leader.startTime !== startTime) return;
  for (let rounds = 0; rounds < 3; rounds++) {
    const members = table.session(session, rounds === 0 ? 10 : 0);
    if (members.length === 0) return;
    for (const { pid } of members) sendSignal(pid, 'SIGKILL');
  }
}

function watchFiles(directory: string, notice: (name: string | null) => void): FSWatcher | undefined {
  try {
    return watch(directory, { persistent: false }, (_, name) => notice(name));
  } catch (error) {
    if (hasCode(error, 'ENOSPC', 'EMFILE')) return undefined;
    throw error;
  }
}
