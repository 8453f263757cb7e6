import type { Environment, Timer } from '../../base/environment.js';
import type { ContainerStats, RuntimeContainer, RuntimeEvent } from '../container-runtime.js';
import { RuntimeError } from '../runtime-error.js';
import { SimulatedLog } from './simulated-log.js';
import type { SimulatedBehaviour, SimulatedTarget } from './simulation.js';

const DEFAULT_LOG_LIMIT = 10 * 1024 * 1024;

/** How a simulated container ended. */
export interface SimulatedExit {
  readonly exitCode: number;
  readonly signal?: number | undefined;
  readonly oomKilled?: boolean | undefined;
}

/** An exit that is due. Only the earliest counts. */
interface DueExit extends SimulatedExit {
  /** By the monotonic clock. */
  readonly at: number;
}

const KILLED: SimulatedExit = { exitCode: 137, signal: 9 };

/** A container that only says what it does. Holds a timer while something is due, and nothing else: 100,000 of them are cheap. */
export class SimulatedContainer {
  readonly target: SimulatedTarget;
  readonly #environment: Environment;
  readonly #createdAt: number;
  readonly #emit: (type: RuntimeEvent['type']) => void;
  #behaviour: SimulatedBehaviour | undefined;
  #log: SimulatedLog | undefined;
  #startedAt: number | undefined;
  #origin = 0;
  #printed = 0;
  #due: DueExit | undefined;
  #timer: Timer | undefined;
  #exit: (SimulatedExit & { readonly finishedAt: number }) | undefined;
  #waiting: (() => void)[] | undefined;

  constructor(target: SimulatedTarget, environment: Environment, emit: (type: RuntimeEvent['type']) => void) {
    this.target = target;
    this.#environment = environment;
    this.#createdAt = environment.now();
    this.#emit = emit;
  }

  get running(): boolean {
    return this.#startedAt !== undefined && this.#exit === undefined;
  }

  get exitCode(): number | undefined {
    return this.#exit?.exitCode;
  }

  get log(): SimulatedLog {
    return (this.#log ??= new SimulatedLog(this.target.config.logLimit ?? DEFAULT_LOG_LIMIT));
  }

  describe(): RuntimeContainer {
    const { id, config } = this.target;
    const { name, attempt, image, specHash } = config;
    return {
      ...{ id, name, attempt, image, imageId: image, specHash },
      state: this.#exit ? 'exited' : this.#startedAt === undefined ? 'created' : 'running',
      createdAt: this.#createdAt,
      startedAt: this.#startedAt,
      ...this.#exit,
    };
  }

  start(behaviour: SimulatedBehaviour): void {
    if (this.#startedAt !== undefined) throw new RuntimeError('Failed', `container "${this.target.config.name}" was started before`);
    if (behaviour.startError !== undefined) throw new RuntimeError('Failed', behaviour.startError);
    this.#behaviour = behaviour;
    this.#startedAt = this.#environment.now();
    this.#origin = this.#environment.monotonic();
    const { runFor, exitCode = 0, oomKilled } = behaviour;
    if (runFor !== undefined) this.#due = { at: this.#origin + runFor, ...(oomKilled ? { ...KILLED, oomKilled } : { exitCode }) };
    this.#emit('started');
    this.resume();
  }

  /** Does what has become due and waits for what will. */
  resume(): void {
    if (!this.running) return;
    const now = this.#environment.monotonic();
    this.#printUntil(now);
    if (this.#due && this.#due.at <= now) return this.#end(this.#due, this.#due.at);
    const next = Math.min(this.#due?.at ?? Infinity, this.#nextOutputAt());
    this.pause();
    if (next < Infinity) this.#timer = this.#environment.timer(next - now, () => this.resume(), { unref: true });
  }

  /** Holds no timer until {@link SimulatedContainer.resume}. Time goes on for it all the same. */
  pause(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  /** Resolves once it has ended. */
  stop(gracePeriod: number): Promise<void> {
    if (!this.running) return Promise.resolve();
    const { stopsIn = 0, stopExitCode } = this.#behaviour!;
    const asked: SimulatedExit = stopExitCode === undefined ? { exitCode: 143, signal: 15 } : { exitCode: stopExitCode };
    const inTime = gracePeriod > 0 && stopsIn <= gracePeriod;
    const at = this.#environment.monotonic() + (inTime ? stopsIn : gracePeriod);
    if (!this.#due || at < this.#due.at) this.#due = { at, ...(inTime ? asked : KILLED) };
    const ended = new Promise<void>((resolve) => (this.#waiting ??= []).push(resolve));
    this.resume();
    return ended;
  }

  /** Ends it now, as by itself. */
  end(exit: SimulatedExit): void {
    if (this.running) this.#end(exit, this.#environment.monotonic());
  }

  print(text: string, stream: 'stdout' | 'stderr'): void {
    if (this.running) this.log.print({ stream, text }, this.#environment.now());
  }

  /** Lets those look again who wait for output. */
  wakeReaders(): void {
    this.#log?.wake();
  }

  stats(): ContainerStats | undefined {
    if (!this.running) return undefined;
    const { cpuMillis = 0, memoryBytes = 0 } = this.#behaviour!;
    const milliseconds = this.#environment.monotonic() - this.#origin;
    return { timestamp: this.#environment.now(), cpuNanoseconds: milliseconds * cpuMillis * 1000, memoryBytes };
  }

  #end({ exitCode, signal, oomKilled }: SimulatedExit, at: number): void {
    this.pause();
    this.#exit = { exitCode, signal, oomKilled, finishedAt: this.#timeOf(at) };
    this.#log?.end();
    for (const resolve of this.#waiting ?? []) resolve();
    this.#waiting = undefined;
    this.#emit('exited');
  }

  #printUntil(now: number): void {
    const output = this.#behaviour!.output ?? [];
    for (let next = this.#nextOutputAt(); next <= now && next <= (this.#due?.at ?? Infinity); next = this.#nextOutputAt()) {
      this.log.print(output[this.#printed++]!, this.#timeOf(next));
    }
  }

  #nextOutputAt(): number {
    const next = this.#behaviour!.output?.[this.#printed];
    return next ? this.#origin + (next.after ?? 0) : Infinity;
  }

  /** The wall-clock time of a moment of the monotonic clock. */
  #timeOf(at: number): number {
    return Math.round(this.#environment.now() + at - this.#environment.monotonic());
  }
}
