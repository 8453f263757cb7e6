import { join } from 'node:path';
import { systemEnvironment } from '../../../lib/base/system-environment.js';
import type { ContainerConfig, RuntimeContainer, SandboxConfig } from '../../../lib/runtime/container-runtime.js';
import type { ProcessRuntimeOptions } from '../../../lib/runtime/process/process-runtime.js';
import { ProcessRuntime } from '../../../lib/runtime/process/process-runtime.js';
import { eventually } from '../../support/eventually.js';

/** A process runtime in a directory of its own, and short words for what the tests do with it. */
export class ProcessBed {
  runtime: ProcessRuntime;

  constructor(
    readonly directory: string,
    readonly options: Partial<ProcessRuntimeOptions> = {},
  ) {
    this.runtime = this.#make();
  }

  /** Another runtime takes over. */
  async restart(meanwhile: () => Promise<void> | void = () => undefined): Promise<void> {
    await this.runtime.stop();
    await meanwhile();
    this.runtime = this.#make();
    await this.runtime.start();
  }

  async end(): Promise<void> {
    await this.runtime.start();
    for (const { sandboxId } of await this.runtime.pods()) await this.runtime.removeSandbox(sandboxId);
    await this.runtime.stop();
  }

  sandboxConfig(name = 'web'): SandboxConfig {
    const pod = { namespace: 'default', name, uid: `uid-of-${name}` };
    return { pod, hostname: name, labels: {}, hostNetwork: false, directory: join(this.directory, 'pods', name) };
  }

  containerConfig(script: string, changes: Partial<ContainerConfig> = {}): ContainerConfig {
    const { name = 'main', attempt = 0 } = changes;
    const logPath = join(this.directory, 'logs', `${name}-${attempt}.log`);
    return {
      ...{ name, attempt, image: 'none', command: ['sh', '-c', script], args: [], env: [], mounts: [] },
      ...{ tty: false, stdin: false, logPath, specHash: 'hash' },
      ...changes,
    };
  }

  /** A started container of the pod `web`. */
  async run(script: string, changes: Partial<ContainerConfig> = {}): Promise<string> {
    const sandbox = await this.runtime.createSandbox(this.sandboxConfig());
    const id = await this.runtime.createContainer(sandbox, this.containerConfig(script, changes));
    await this.runtime.startContainer(id);
    return id;
  }

  async container(id: string): Promise<RuntimeContainer> {
    return (await this.runtime.pods()).flatMap(({ containers }) => containers).find((container) => container.id === id)!;
  }

  async exited(id: string): Promise<RuntimeContainer> {
    await eventually(async () => (await this.container(id)).state === 'exited');
    return this.container(id);
  }

  /** All that the container prints until it ends. */
  output(id: string): Promise<string> {
    return textOf(this.runtime.logs(id, { follow: true }));
  }

  /** What it printed first, in one line. */
  async firstLine(id: string): Promise<string> {
    for await (const chunk of this.runtime.logs(id, { follow: true })) return Buffer.from(chunk).toString().split('\n')[0]!;
    throw new Error('it printed nothing');
  }

  #make(): ProcessRuntime {
    return new ProcessRuntime({
      directory: join(this.directory, 'runtime'),
      podRange: '127.91.1.0/24',
      environment: systemEnvironment,
      ...this.options,
    });
  }
}

export async function textOf(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all).toString();
}
