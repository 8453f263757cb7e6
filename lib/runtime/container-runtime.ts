import type { Duplex } from 'node:stream';
import type { Observable } from 'rxjs';
import type { Lifecycle } from '../base/lifecycle.js';
import type { ExecSession, PodExecOptions, PodLogOptions } from '../api/wire/pod-streams.js';

/** Which pod a sandbox or container was made for; kept by the runtime so that a restarted kubelet finds it again. */
export interface PodIdentity {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

/** What a pod needs before its containers: a network identity and a place for them. */
export interface SandboxConfig {
  readonly pod: PodIdentity;
  readonly hostname: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly hostNetwork: boolean;
  /** Directory of the pod on the host, made by the kubelet; containers of runtimes without images run below it. */
  readonly directory: string;
}

/** A directory or file of the host that a container sees. */
export interface Mount {
  readonly hostPath: string;
  readonly containerPath: string;
  readonly readOnly: boolean;
}

export interface ContainerConfig {
  readonly name: string;
  /** 0 for the first start, one more for each restart. */
  readonly attempt: number;
  readonly image: string;
  /** Entry point; empty: the image's. */
  readonly command: readonly string[];
  readonly args: readonly string[];
  readonly workingDir?: string | undefined;
  readonly env: readonly { readonly name: string; readonly value: string }[];
  readonly mounts: readonly Mount[];
  readonly tty: boolean;
  readonly stdin: boolean;
  /** File that the runtime writes the container's output to, where it keeps logs in files. */
  readonly logPath: string;
  /** Bytes; the runtime cuts older output beyond it. Default 10 MiB. */
  readonly logLimit?: number | undefined;
  /** Numeric user and group, from the security context; absent: the runtime's own. */
  readonly runAsUser?: number | undefined;
  readonly runAsGroup?: number | undefined;
  /** CPU in millicores and memory in bytes; absent: unlimited. Runtimes that cannot enforce them document so. */
  readonly cpuLimitMillis?: number | undefined;
  readonly cpuRequestMillis?: number | undefined;
  readonly memoryLimitBytes?: number | undefined;
  /** Hash of the pod spec's container, so that a changed container is noticed. */
  readonly specHash: string;
}

export type ContainerState = 'created' | 'running' | 'exited';

/** A container as the runtime knows it. */
export interface RuntimeContainer {
  readonly id: string;
  readonly name: string;
  readonly attempt: number;
  readonly image: string;
  readonly imageId: string;
  readonly state: ContainerState;
  readonly specHash: string;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  readonly startedAt?: number | undefined;
  readonly finishedAt?: number | undefined;
  /** Set once exited. 128 + n after signal n; 137 when unknown after a kill. */
  readonly exitCode?: number | undefined;
  readonly signal?: number | undefined;
  readonly oomKilled?: boolean | undefined;
}

/** A sandbox and its containers, newest attempt of each name last. */
export interface RuntimePod {
  readonly sandboxId: string;
  readonly pod: PodIdentity;
  readonly labels: Readonly<Record<string, string>>;
  /** False: the sandbox died (its containers are dead with it) and must be made anew. */
  readonly ready: boolean;
  readonly ips: readonly string[];
  readonly createdAt: number;
  readonly containers: readonly RuntimeContainer[];
}

/** Something changed by itself or on request; readers look at {@link ContainerRuntime.pods} for the facts. */
export interface RuntimeEvent {
  readonly type: 'started' | 'exited' | 'removed' | 'sandboxDied';
  readonly pod: PodIdentity;
  readonly container?: string;
}

/** Usage of one container. */
export interface ContainerStats {
  /** Milliseconds since 1970. */
  readonly timestamp: number;
  /** CPU time used since its start, in nanoseconds. */
  readonly cpuNanoseconds: number;
  /** Bytes. */
  readonly memoryBytes: number;
}

/** What the runtime says of itself, for node status. */
export interface RuntimeInfo {
  /** As in `docker://20.10.24`. */
  readonly name: string;
  readonly version: string;
  /** Whether containers are given by image. False: `image` is ignored and `command` is required. */
  readonly images: boolean;
}

/**
 * Runs sandboxes and containers on one machine. Adapters pass `containerRuntimeConformance`.
 *
 * `start()` finds what a predecessor left running (adoption); `stop()` lets go of it **without** ending containers.
 * All methods throw {@link RuntimeError} alone.
 */
export interface ContainerRuntime extends Lifecycle {
  info(): Promise<RuntimeInfo>;
  /** Everything of ours that exists now, dead containers included. */
  pods(): Promise<readonly RuntimePod[]>;
  /** Hot: changes from now on. May miss some (engine restart); readers also look at `pods()` from time to time. */
  events(): Observable<RuntimeEvent>;
  /** Gives the sandbox's id. Idempotent by pod uid while the sandbox is ready. */
  createSandbox(config: SandboxConfig): Promise<string>;
  /** Kills what still runs in it and removes it. Fine when it is gone already. */
  removeSandbox(sandboxId: string): Promise<void>;
  /** Whether the image is here; its id. Runtimes without images always say yes. */
  imageId(image: string): Promise<string | undefined>;
  pullImage(image: string, signal?: AbortSignal): Promise<string>;
  /** Gives the container's id. */
  createContainer(sandboxId: string, config: ContainerConfig): Promise<string>;
  startContainer(containerId: string): Promise<void>;
  /** Asks it to end (SIGTERM), kills it after `gracePeriod` milliseconds; resolves when it has ended. */
  stopContainer(containerId: string, gracePeriod: number): Promise<void>;
  /** Removes a dead container and its log. Fine when it is gone already. */
  removeContainer(containerId: string): Promise<void>;
  /** Output in order; `follow` ends when the container ends. Honours tailLines, sinceSeconds, sinceTime, limitBytes, timestamps. */
  logs(containerId: string, options: PodLogOptions, signal?: AbortSignal): AsyncIterable<Uint8Array>;
  exec(containerId: string, options: PodExecOptions): Promise<ExecSession>;
  attach(containerId: string, options: Omit<PodExecOptions, 'command'>): Promise<ExecSession>;
  /** A connection to a port inside the sandbox's network. */
  portForward(sandboxId: string, port: number): Promise<Duplex>;
  stats(containerId: string): Promise<ContainerStats | undefined>;
}
