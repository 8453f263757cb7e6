import type { Duplex, Writable } from 'node:stream';
import { parseDuration } from '../../base/duration.js';
import type { ContainerConfig, PodIdentity, SandboxConfig } from '../container-runtime.js';
import { RuntimeError } from '../runtime-error.js';

/** What a simulated container does from its start on. Times are in milliseconds. */
export interface SimulatedBehaviour {
  /** Ends by itself after this time. Absent: runs until it is stopped. */
  readonly runFor?: number | undefined;
  /** Exit code when it ends by itself. Default 0. */
  readonly exitCode?: number | undefined;
  /** Ends because memory ran out, with code 137. */
  readonly oomKilled?: boolean | undefined;
  /** What it prints, in order of time. */
  readonly output?: readonly SimulatedOutput[] | undefined;
  /** How long it takes to end when asked to. Default 0; Infinity: it has to be killed. */
  readonly stopsIn?: number | undefined;
  /** Exit code when it ends because it was asked to. Default 143, as of a process that does not handle SIGTERM. */
  readonly stopExitCode?: number | undefined;
  /** The start fails with this message. */
  readonly startError?: string | undefined;
  /** CPU it uses all the time, in thousandths of a core. Default 0. */
  readonly cpuMillis?: number | undefined;
  /** Memory it uses, in bytes. Default 0. */
  readonly memoryBytes?: number | undefined;
}

/** Something a simulated container prints. */
export interface SimulatedOutput {
  /** Since its start. Default 0. */
  readonly after?: number | undefined;
  /** Default stdout. */
  readonly stream?: 'stdout' | 'stderr' | undefined;
  /** Printed as it is: say `\n` where a line ends. */
  readonly text: string;
}

/** A container that is being simulated. */
export interface SimulatedTarget {
  readonly id: string;
  readonly sandbox: SandboxConfig;
  readonly config: ContainerConfig;
}

/** What an exec is given besides its container and command. */
export interface SimulatedExecIo {
  /** Ends when the caller ends it; empty without stdin. */
  readonly stdin: AsyncIterable<Uint8Array>;
  readonly stdout: Writable;
  readonly stderr: Writable;
  /** Aborts when the container ends or the caller kills the exec. */
  readonly signal: AbortSignal;
}

/** What simulated containers do, as functions of what they were made from. Each may be left out. */
export interface SimulationHooks {
  /** Called at each start. Default: {@link behaviourFromEnvironment}. */
  readonly onStart?: ((target: SimulatedTarget) => SimulatedBehaviour) | undefined;
  /** Runs a command; gives its exit code. Default: prints nothing, 0. */
  readonly onExec?: ((target: SimulatedTarget, command: readonly string[], io: SimulatedExecIo) => number | Promise<number>) | undefined;
  /** Answers connections to a pod's port. Default, and when it gives nothing: refused. */
  readonly onConnect?: ((pod: PodIdentity, port: number) => Duplex | undefined) | undefined;
  /** Pulls an image, or throws; with it, images are absent until pulled. Default: all images are there. */
  readonly onPull?: ((image: string, signal?: AbortSignal) => void | Promise<void>) | undefined;
}

/**
 * Lets a manifest say what its container does, in the variable SIMULATE: `run` (as without it), `exit 3`, `exit 0 after 1m30s`.
 * Throws Invalid on anything else.
 */
export function behaviourFromEnvironment({ config }: SimulatedTarget): SimulatedBehaviour {
  const text = config.env.find(({ name }) => name === 'SIMULATE')?.value ?? 'run';
  if (text === 'run') return {};
  const [, exitCode, duration] = /^exit (\d{1,3})(?: after (\S+))?$/.exec(text) ?? [];
  try {
    if (exitCode !== undefined) return { exitCode: Number(exitCode), runFor: parseDuration(duration ?? 0) };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  throw new RuntimeError('Invalid', `SIMULATE must be "run" or "exit <code> [after <duration>]", and is ${JSON.stringify(text)}`);
}
