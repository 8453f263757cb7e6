import type { ContainerCreateOptions, HostConfig } from 'dockerode';
import type { ContainerConfig, PodIdentity, SandboxConfig } from '../container-runtime.js';
import { containerLabels, sandboxLabels } from './labels.js';

const DEFAULT_LOG_LIMIT = 10 * 1024 * 1024;
const NO_RESTART = { Name: 'no' };

/** What sandboxes are made of. */
export interface SandboxImage {
  readonly planeId: string;
  readonly image: string;
  readonly command: readonly string[] | undefined;
  readonly network: string;
}

/** How the engine makes a sandbox: a container that does nothing but hold the pod's network and IPC namespaces. */
export function sandboxOptions(
  config: SandboxConfig,
  suffix: string,
  { planeId, image, command, network }: SandboxImage,
): ContainerCreateOptions {
  const { pod, hostname, hostNetwork } = config;
  return {
    name: nameOf('POD', pod, suffix),
    Image: image,
    ...(command && { Entrypoint: [...command], Cmd: [] }),
    ...(!hostNetwork && { Hostname: hostname }),
    // It has nothing to tidy up; an engine that shuts down would wait for it, as a first process is deaf to SIGTERM.
    StopSignal: 'SIGKILL',
    Labels: sandboxLabels(planeId, config),
    HostConfig: {
      NetworkMode: hostNetwork ? 'host' : network,
      IpcMode: 'shareable',
      RestartPolicy: NO_RESTART,
      LogConfig: { Type: 'none', Config: {} },
    },
  };
}

/** How the engine makes a container that joins a sandbox. */
export function containerOptions(planeId: string, sandboxId: string, pod: PodIdentity, config: ContainerConfig): ContainerCreateOptions {
  const { name, attempt, image, command, args, workingDir, env, tty, stdin, runAsUser, runAsGroup } = config;
  return {
    name: nameOf(name, pod, `${sandboxId.slice(0, 12)}_${attempt}`),
    Image: image,
    // An entry point that is given makes the engine forget the image's arguments, as Kubernetes wants it.
    ...(command.length > 0 && { Entrypoint: [...command] }),
    ...(args.length > 0 && { Cmd: [...args] }),
    ...(workingDir && { WorkingDir: workingDir }),
    ...((runAsUser !== undefined || runAsGroup !== undefined) && {
      User: [runAsUser ?? 0, runAsGroup].filter((id) => id !== undefined).join(':'),
    }),
    Env: env.map((variable) => `${variable.name}=${variable.value}`),
    Tty: tty,
    OpenStdin: stdin,
    Labels: containerLabels(planeId, sandboxId, pod, config),
    HostConfig: hostConfig(sandboxId, config),
  };
}

function hostConfig(
  sandboxId: string,
  { mounts, logLimit = DEFAULT_LOG_LIMIT, cpuLimitMillis, cpuRequestMillis, memoryLimitBytes }: ContainerConfig,
): HostConfig {
  const namespace = `container:${sandboxId}`;
  return {
    NetworkMode: namespace,
    IpcMode: namespace,
    RestartPolicy: NO_RESTART,
    Mounts: mounts.map(({ hostPath, containerPath, readOnly }) => ({
      Type: 'bind' as const,
      Source: hostPath,
      Target: containerPath,
      ReadOnly: readOnly,
    })),
    LogConfig: { Type: 'json-file', Config: { 'max-size': String(Math.ceil(logLimit / 2)), 'max-file': '2' } },
    ...(cpuLimitMillis !== undefined && { NanoCpus: cpuLimitMillis * 1_000_000 }),
    ...(cpuRequestMillis !== undefined && { CpuShares: Math.max(2, Math.floor((cpuRequestMillis * 1024) / 1000)) }),
    // Without swap, as Kubernetes has it.
    ...(memoryLimitBytes !== undefined && { Memory: memoryLimitBytes, MemorySwap: memoryLimitBytes }),
  };
}

/** A name for people; labels say the same to programs. */
function nameOf(container: string, { namespace, name }: PodIdentity, suffix: string): string {
  return ['kubelib', container, name, namespace, suffix].join('_').replaceAll(/[^A-Za-z0-9_.-]/g, '-');
}
