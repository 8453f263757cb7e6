import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { ContainerConfig, RuntimePod } from '../container-runtime.js';
import { RuntimeError } from '../runtime-error.js';
import type { SandboxState } from './container.js';
import { ProcessContainer } from './container.js';
import type { Host } from './host.js';
import { readJson, writeJson } from './state-files.js';

/** A pod on this machine: one directory with its state, and below it one for each container. */
export class ProcessSandbox {
  readonly state: SandboxState;
  readonly #host: Host;
  readonly #directory: string;
  readonly #containers = new Map<string, ProcessContainer>();

  private constructor(host: Host, directory: string, state: SandboxState) {
    this.#host = host;
    this.#directory = directory;
    this.state = state;
  }

  /** Makes a sandbox in `directory`, which must not exist yet. */
  static create(host: Host, directory: string, state: SandboxState): ProcessSandbox {
    mkdirSync(join(directory, 'containers'), { recursive: true, mode: 0o700 });
    writeJson(join(directory, 'sandbox.json'), state);
    return new ProcessSandbox(host, directory, state);
  }

  /** Finds the sandbox that a predecessor made in `directory`, and its containers. Undefined when it was never fully made. */
  static async load(host: Host, directory: string): Promise<ProcessSandbox | undefined> {
    const state = readJson(join(directory, 'sandbox.json')) as SandboxState | undefined;
    if (!state) return undefined;
    const sandbox = new ProcessSandbox(host, directory, state);
    for (const id of readdirSync(sandbox.#containersDirectory)) {
      const container = await ProcessContainer.load(host, state, join(sandbox.#containersDirectory, id));
      if (container) sandbox.#containers.set(container.id, container);
    }
    return sandbox;
  }

  /** False after the machine was booted anew. */
  get ready(): boolean {
    return this.state.bootId === this.#host.bootId;
  }

  get containers(): Iterable<ProcessContainer> {
    return this.#containers.values();
  }

  describe(): RuntimePod {
    const { id, config, ip, createdAt } = this.state;
    const containers = [...this.#containers.values()].sort((a, b) => a.createdAt - b.createdAt || a.config.attempt - b.config.attempt);
    return {
      sandboxId: id,
      pod: config.pod,
      labels: config.labels,
      ready: this.ready,
      ips: [ip],
      createdAt,
      containers: containers.map((container) => container.describe()),
    };
  }

  createContainer(id: string, config: ContainerConfig): ProcessContainer {
    const { name, attempt } = config;
    for (const { config: other } of this.#containers.values()) {
      if (other.name === name && other.attempt === attempt)
        throw new RuntimeError('Exists', `attempt ${attempt} of container "${name}" exists already`);
    }
    const record = { id, config, createdAt: this.#host.environment.now() };
    const container = ProcessContainer.create(this.#host, this.state, join(this.#containersDirectory, id), record);
    this.#containers.set(id, container);
    return container;
  }

  /** Forgets a container that does not run, with all of its files. */
  removeContainer(container: ProcessContainer): void {
    if (container.running) throw new RuntimeError('Failed', `container "${container.config.name}" is running: stop it first`);
    container.remove();
    this.#containers.delete(container.id);
  }

  get #containersDirectory(): string {
    return join(this.#directory, 'containers');
  }

  /** Kills what still runs, and leaves nothing behind. */
  async remove(): Promise<void> {
    await Promise.all([...this.#containers.values()].map((container) => container.stop(0)));
    for (const container of [...this.#containers.values()]) this.removeContainer(container);
    rmSync(join(this.state.config.directory, 'roots'), { recursive: true, force: true });
    rmSync(this.#directory, { recursive: true, force: true });
  }
}
