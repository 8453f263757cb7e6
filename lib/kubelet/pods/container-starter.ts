import { join } from 'node:path';
import type { Container, Pod, Service } from 'kubernetes-types/core/v1.js';
import { Quantity } from '../../api/meta/quantity.js';
import type { Stored } from '../../api/object.js';
import type { ContainerConfig, Mount } from '../../runtime/container-runtime.js';
import { ConfigError } from '../env/config-error.js';
import { containerEnv } from '../env/container-env.js';
import { expand } from '../env/expand.js';
import { runHook } from '../hooks/run-hook.js';
import { unlessAborted } from '../with-timeout.js';
import type { VolumePaths } from '../volumes/pod-volumes.js';
import type { Start } from './plan.js';
import type { PodContext } from './pod-context.js';
import { specHashOf } from './pod-spec.js';
import { StartError } from './start-error.js';
import { messageFile } from './termination-messages.js';

/** Where and with what a container is started. */
export interface StartRequest extends Start {
  readonly pod: Stored<Pod>;
  readonly sandboxId: string;
  readonly podIPs: readonly string[];
  readonly volumes: VolumePaths;
}

/** Starts containers: image, configuration, creation, start, postStart hook. */
export class ContainerStarter {
  readonly #context: PodContext;

  constructor(context: PodContext) {
    this.#context = context;
  }

  /** Resolves when the container runs. Throws {@link StartError}, or the signal's reason. */
  async start(request: StartRequest, signal: AbortSignal): Promise<void> {
    const { pod, container, facts } = request;
    const { runtime, events, images } = this.#context;
    if (facts.state === 'created') await runtime.removeContainer(facts.record!.id);
    try {
      await images.ensure(pod, container.spec, signal);
      signal.throwIfAborted();
      const config = await this.#config(request, signal);
      signal.throwIfAborted();
      const id = await this.#create(request, config);
      await this.#run(request, id);
      await this.#postStart(request, id, signal);
    } catch (error) {
      if (error instanceof StartError && error.reason !== 'PostStartHookError')
        events.event(pod, 'Warning', 'Failed', `Error: ${textOf(error)}`);
      throw error;
    }
  }

  async #create({ pod, container, sandboxId }: StartRequest, config: ContainerConfig): Promise<string> {
    try {
      const id = await this.#context.runtime.createContainer(sandboxId, config);
      this.#context.events.event(pod, 'Normal', 'Created', `Created container: ${container.spec.name}`);
      return id;
    } catch (error) {
      throw new StartError('CreateContainerError', messageOf(error), { cause: error });
    }
  }

  async #run({ pod, container }: StartRequest, id: string): Promise<void> {
    const { runtime, events } = this.#context;
    try {
      await runtime.startContainer(id);
    } catch (error) {
      await runtime.removeContainer(id);
      throw new StartError('RunContainerError', messageOf(error), { cause: error });
    }
    events.event(pod, 'Normal', 'Started', `Started container ${container.spec.name}`);
  }

  async #postStart({ pod, container, podIPs }: StartRequest, containerId: string, signal: AbortSignal): Promise<void> {
    const handler = container.spec.lifecycle?.postStart;
    if (!handler) return;
    const { runtime, environment, events } = this.#context;
    try {
      await runHook(handler, { runtime, environment, container: container.spec, containerId, podIP: podIPs[0] ?? '' }, signal);
    } catch (error) {
      if (signal.aborted) throw error;
      events.event(pod, 'Warning', 'FailedPostStartHook', `PostStartHook failed: ${messageOf(error)}`);
      events.event(pod, 'Normal', 'Killing', 'FailedPostStartHook');
      await runtime.stopContainer(containerId, 1000 * Number(pod.spec?.terminationGracePeriodSeconds ?? 30));
      throw new StartError('PostStartHookError', messageOf(error), { cause: error });
    }
  }

  async #config(request: StartRequest, signal: AbortSignal): Promise<ContainerConfig> {
    try {
      return await this.#configure(request, await unlessAborted(signal, this.#context.services()));
    } catch (error) {
      if (error instanceof ConfigError) throw new StartError('CreateContainerConfigError', error.message);
      throw error;
    }
  }

  /** Where images give a container a file system of its own, it finds there a file for its last words. */
  async #messageMount(pod: Stored<Pod>, { name, terminationMessagePath }: Container, attempt: number): Promise<Mount[]> {
    const { disk, images } = this.#context;
    if (!images.used) return [];
    const hostPath = messageFile(disk.directoryOf(pod.metadata.uid), name, attempt);
    await disk.makeFile(hostPath);
    return [{ hostPath, containerPath: terminationMessagePath ?? '/dev/termination-log', readOnly: false }];
  }

  async #configure(
    { pod, container: { spec }, facts, podIPs, volumes }: StartRequest,
    services: readonly Service[],
  ): Promise<ContainerConfig> {
    const { objects, hostIPs, allocatable, disk, logLimit } = this.#context;
    const ips = pod.spec?.hostNetwork ? hostIPs : podIPs;
    const env = containerEnv(spec, { pod, podIPs: ips, hostIPs, allocatable, objects, services });
    const filled = (texts: readonly string[] = []) => texts.map((text) => expand(text, (name) => env.get(name)));
    return {
      name: spec.name,
      attempt: facts.nextAttempt,
      image: spec.image ?? '',
      command: filled(spec.command),
      args: filled(spec.args),
      workingDir: spec.workingDir,
      env: [...env].map(([name, value]) => ({ name, value })),
      mounts: [
        ...(await this.#context.volumes.mounts(spec, pod.spec?.volumes ?? [], volumes, env)),
        ...(await this.#messageMount(pod, spec, facts.nextAttempt)),
      ],
      tty: spec.tty ?? false,
      stdin: spec.stdin ?? false,
      logPath: join(disk.directoryOf(pod.metadata.uid), 'logs', spec.name, `${facts.nextAttempt}.log`),
      logLimit,
      ...userOf(pod, spec),
      ...resourcesOf(spec),
      specHash: specHashOf(spec),
    };
  }
}

function userOf(pod: Pod, { securityContext }: Container): Pick<ContainerConfig, 'runAsUser' | 'runAsGroup'> {
  const runAsUser = securityContext?.runAsUser ?? pod.spec?.securityContext?.runAsUser;
  const nonRoot = securityContext?.runAsNonRoot ?? pod.spec?.securityContext?.runAsNonRoot ?? false;
  if (nonRoot && runAsUser === 0) throw new ConfigError("container's runAsUser breaks non-root policy");
  return { runAsUser, runAsGroup: securityContext?.runAsGroup ?? pod.spec?.securityContext?.runAsGroup };
}

function resourcesOf({ resources }: Container): Pick<ContainerConfig, 'cpuLimitMillis' | 'cpuRequestMillis' | 'memoryLimitBytes'> {
  const { limits, requests } = resources ?? {};
  return {
    cpuLimitMillis: limits?.cpu === undefined ? undefined : Quantity.parse(limits.cpu).milliValue(),
    cpuRequestMillis: requests?.cpu === undefined ? undefined : Quantity.parse(requests.cpu).milliValue(),
    memoryLimitBytes: limits?.memory === undefined ? undefined : Quantity.parse(limits.memory).value(),
  };
}

/** What the event says: the reason, and the text where that says more than the status. */
function textOf({ reason, message }: StartError): string {
  return reason.startsWith('Err') || reason === 'ImageInspectError' ? reason : message;
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
