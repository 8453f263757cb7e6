import type { Duplex } from 'node:stream';
import type { Pod } from 'kubernetes-types/core/v1.js';
import type { Stored } from '../api/object.js';
import type { ExecSession, PodExecOptions, PodLogOptions } from '../api/wire/pod-streams.js';

/**
 * How the API server reaches the kubelet that runs a pod: directly when it lives in this process, over HTTPS otherwise.
 * All methods throw StatusError.
 */
export interface PodConnector {
  logs(pod: Stored<Pod>, options: PodLogOptions, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>>;
  exec(pod: Stored<Pod>, options: PodExecOptions): Promise<ExecSession>;
  attach(pod: Stored<Pod>, options: Omit<PodExecOptions, 'command'>): Promise<ExecSession>;
  portForward(pod: Stored<Pod>, port: number): Promise<Duplex>;
}
