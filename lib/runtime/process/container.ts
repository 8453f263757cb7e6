import { mkdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { ExecSession, PodExecOptions, PodLogOptions } from '../../api/wire/pod-streams.js';
import type { ContainerConfig, ContainerStats, RuntimeContainer, RuntimeEvent, SandboxConfig } from '../container-runtime.js';
import { RuntimeError } from '../runtime-error.js';
import { attachToLog } from './attach.js';
import { containerEnvironment } from './container-environment.js';
import { ContainerLog } from './container-log.js';
import type { ProcessExit, RunningProcess } from './container-process.js';
import { ContainerProcess, exitCodeOf, exitOf, identityOf } from './container-process.js';
import { hostPathOf, makeContainerRoot } from './container-root.js';
import { ExecProcesses } from './exec-processes.js';
import type { Host } from './host.js';
import { logOutput } from './log-output.js';
import { isAlive, sendSignal } from './process-table.js';
import { findProgram } from './program.js';
import { readJson, writeJson } from './state-files.js';
import { usageOf } from './usage.js';

/** What is known of a container's sandbox. */
export interface SandboxState {
  readonly id: string;
  readonly config: SandboxConfig;
  readonly ip: string;
  readonly createdAt: number;
  /** The boot in which its processes run; in another one they are gone. */
  readonly bootId: string;
}

/** What is on disk of a container, as `container.json` in its directory. */
interface ContainerRecord {
  readonly id: string;
  readonly config: ContainerConfig;
  readonly createdAt: number;
  readonly started?: { readonly at: number; readonly process: RunningProcess } | undefined;
  readonly finished?: ProcessExit | undefined;
}

/** One container: its state on disk, its log, and its process while it runs. */
export class ProcessContainer {
  readonly #host: Host;
  readonly #sandbox: SandboxState;
  readonly #directory: string;
  readonly #log: ContainerLog;
  readonly #execs: ExecProcesses;
  readonly #onExit = new Set<() => void>();
  #record: ContainerRecord;
  #process: ContainerProcess | undefined;
  #starting: Promise<void> | undefined;
  #released = false;

  private constructor(host: Host, sandbox: SandboxState, directory: string, record: ContainerRecord) {
    this.#host = host;
    this.#sandbox = sandbox;
    this.#directory = directory;
    this.#record = record;
    this.#execs = new ExecProcesses(host);
    this.#log = new ContainerLog({
      directory,
      path: record.config.logPath,
      limit: record.config.logLimit,
      environment: host.environment,
      paused: (work) => this.#process?.paused(work) ?? false,
    });
  }

  /** Makes a container in `directory`, which must not exist yet. */
  static create(
    host: Host,
    sandbox: SandboxState,
    directory: string,
    record: Omit<ContainerRecord, 'started' | 'finished'>,
  ): ProcessContainer {
    const { name, command } = record.config;
    if (command.length === 0) {
      throw new RuntimeError(
        'Invalid',
        `container "${name}" has no command. The process runtime runs programs of this machine and has no images, so every container must say what to run in "command"`,
      );
    }
    const container = new ProcessContainer(host, sandbox, directory, record);
    makeContainerRoot(container.#root, record.config);
    mkdirSync(container.#io, { recursive: true, mode: 0o700 });
    container.#log.file.open();
    container.#log.file.close();
    container.#write(record);
    return container;
  }

  /** Finds a container that a predecessor made, and adopts its process when it still runs. Undefined when it was never fully made. */
  static async load(host: Host, sandbox: SandboxState, directory: string): Promise<ProcessContainer | undefined> {
    const record = readJson(join(directory, 'container.json')) as ContainerRecord | undefined;
    if (!record) return undefined;
    const container = new ProcessContainer(host, sandbox, directory, record);
    await container.#adopt();
    return container;
  }

  get id(): string {
    return this.#record.id;
  }

  get config(): ContainerConfig {
    return this.#record.config;
  }

  get createdAt(): number {
    return this.#record.createdAt;
  }

  get running(): boolean {
    return this.#process !== undefined;
  }

  describe(): RuntimeContainer {
    const { id, config, createdAt, started, finished } = this.#record;
    const { name, attempt, image, specHash } = config;
    return {
      ...{ id, name, attempt, image, imageId: image, specHash, createdAt },
      state: finished ? 'exited' : started ? 'running' : 'created',
      startedAt: started?.at,
      finishedAt: finished?.at,
      exitCode: finished?.code,
    };
  }

  async start(): Promise<void> {
    if (this.#starting || this.#record.started) throw new RuntimeError('Failed', `container "${this.config.name}" was started before`);
    const starting = (this.#starting = this.#start());
    try {
      await starting;
    } finally {
      this.#starting = undefined;
    }
    this.#pump();
  }

  /** Asks it to end and kills it after `gracePeriod` milliseconds; resolves when it has ended. */
  async stop(gracePeriod: number): Promise<void> {
    await this.#starting?.catch(() => undefined); // Its own caller hears of it.
    const process = this.#process;
    if (!process) return;
    const ended = new Promise<void>((resolve) => this.#onExit.add(resolve));
    if (gracePeriod > 0) process.signal('SIGTERM');
    const kill = this.#host.environment.timer(gracePeriod, () => process.kill());
    await ended;
    kill.cancel();
  }

  /** Removes it with its log and its root. It must not run. */
  remove(): void {
    this.release();
    const wrapper = this.#record.started?.process.wrapper;
    if (wrapper && isAlive(wrapper)) sendSignal(-wrapper.pid, 'SIGKILL'); // A daemon that fled holds its pipes.
    this.#log.file.remove();
    for (const directory of [this.#root, this.#directory]) rmSync(directory, { recursive: true, force: true });
    this.#emit('removed');
  }

  /** Finds out what nothing told of: see {@link ContainerProcess.check}. */
  check(): void {
    this.#process?.check();
    this.#pump();
  }

  logs(options: PodLogOptions, signal?: AbortSignal): AsyncIterable<Uint8Array> {
    return logOutput(this.#log.file, {
      ...options,
      now: this.#host.environment.now(),
      ended: () => this.#over,
      signal,
    });
  }

  exec(options: PodExecOptions): ExecSession {
    if (!this.running) throw new RuntimeError('Failed', `container "${this.config.name}" is not running`);
    const { runAsUser: user, runAsGroup: group } = this.config;
    return this.#execs.start({ ...options, find: () => this.#invocation(options.command), user, group });
  }

  attach(options: Omit<PodExecOptions, 'command'>): ExecSession {
    if (!this.running) throw new RuntimeError('Failed', `container "${this.config.name}" is not running`);
    return attachToLog(this.#log.file, options, {
      ended: () => this.#over,
      exitCode: () => this.#record.finished?.code ?? 0,
    });
  }

  stats(): ContainerStats | undefined {
    const started = this.#record.started;
    if (!started || !this.running) return undefined;
    return usageOf(started.process.pid, this.#host);
  }

  /** Lets go: no file, watcher or exec is left, and the container goes on. */
  release(): void {
    this.#released = true;
    this.#execs.killAll();
    this.#process?.close();
    this.#process = undefined;
    this.#log.close();
    this.#tellEnded();
  }

  get #io(): string {
    return join(this.#directory, 'io');
  }

  /** Each start of a container has a root of its own, as an image's file system is fresh each time. */
  get #root(): string {
    const { name, attempt } = this.config;
    return join(this.#sandbox.config.directory, 'roots', `${name}-${attempt}`);
  }

  /** Nothing more will come into the log, for this runtime at least. */
  get #over(): boolean {
    return this.#released || this.#record.finished !== undefined;
  }

  /** The program, variables and directory that a command runs with in this container. */
  #invocation(command: readonly string[]) {
    const { config } = this.#sandbox;
    const root = this.#root;
    const workingDirectory = this.#workingDirectory();
    const { path } = this.#host;
    const environment = containerEnvironment(this.config, { root, hostname: config.hostname, podIp: this.#sandbox.ip, path });
    const program = findProgram(command[0] ?? '', { root, workingDirectory, path: environment.PATH! });
    return { command: [program, ...command.slice(1)], environment, workingDirectory };
  }

  #workingDirectory(): string {
    const { workingDir } = this.config;
    if (!workingDir) return this.#root;
    const inside = hostPathOf(this.#root, workingDir);
    const found = [inside, workingDir].find((path) => path.startsWith('/') && statSync(path, { throwIfNoEntry: false })?.isDirectory());
    if (found === undefined) {
      throw new RuntimeError('Invalid', `the working directory ${workingDir} exists neither below the container's root nor on the host`);
    }
    return found;
  }

  async #start(): Promise<void> {
    const { runAsUser: user, runAsGroup: group, command, args } = this.config;
    const invocation = this.#invocation([...command, ...args]);
    this.#log.open();
    try {
      this.#process = await ContainerProcess.spawn({ ...invocation, tools: this.#host.tools, user, group }, this.#processOptions());
    } catch (error) {
      this.#log.close();
      throw error;
    }
    this.#write({ ...this.#record, started: { at: this.#host.environment.now(), process: this.#process.identity } });
    this.#emit('started');
  }

  #processOptions() {
    const { environment, table } = this.#host;
    return { io: this.#io, environment, table, onOutput: () => this.#pump(), onExit: (exit: ProcessExit) => void this.#exited(exit) };
  }

  #pump(): void {
    if (!this.running) return;
    this.#log
      .pump()
      .catch((error: unknown) => this.#host.logger.error('cannot write the log of a container', { ...this.#fields(), error }));
  }

  async #adopt(): Promise<void> {
    const { started, finished, createdAt } = this.#record;
    const process = started?.process ?? identityOf(this.#io);
    if (finished || !process) return;
    const at = started?.at ?? createdAt;
    if (!started) this.#write({ ...this.#record, started: { at, process } });
    this.#log.open();
    const gone = this.#sandbox.bootId !== this.#host.bootId || exitCodeOf(this.#io) !== undefined;
    if (gone) await this.#exited(exitOf(this.#io, at));
    else this.#process = ContainerProcess.adopt(process, this.#processOptions());
    this.#pump();
  }

  async #exited(exit: ProcessExit): Promise<void> {
    await this.#starting?.catch(() => undefined); // It ended while its start was being written down.
    this.#execs.killAll();
    try {
      await this.#log.finish();
    } catch (error) {
      this.#host.logger.error('cannot write the end of the log of a container', { ...this.#fields(), error });
    }
    this.#process = undefined;
    if (this.#released) return;
    this.#record = { ...this.#record, finished: exit };
    try {
      this.#write(this.#record);
    } catch (error) {
      this.#host.logger.error('cannot write down how a container ended', { ...this.#fields(), error });
    }
    this.#log.close();
    this.#tellEnded();
    this.#emit('exited');
  }

  #tellEnded(): void {
    for (const resolve of this.#onExit) resolve();
    this.#onExit.clear();
  }

  #write(record: ContainerRecord): void {
    writeJson(join(this.#directory, 'container.json'), record);
    this.#record = record;
  }

  #emit(type: RuntimeEvent['type']): void {
    this.#host.emit({ type, pod: this.#sandbox.config.pod, container: this.config.name });
  }

  #fields() {
    const { namespace, name } = this.#sandbox.config.pod;
    return { pod: `${namespace}/${name}`, container: this.config.name };
  }
}
