import type { Probe } from 'kubernetes-types/core/v1.js';
import type { Environment } from '../../base/environment.js';
import type { ContainerRuntime } from '../../runtime/container-runtime.js';
import { execProbe } from './exec-probe.js';
import { grpcProbe } from './grpc-probe.js';
import { httpProbe } from './http-probe.js';
import type { ProbeResult } from './probe-result.js';
import { failure, probeError } from './probe-result.js';
import type { Prober, ProbeTarget } from './prober.js';
import { tcpProbe } from './tcp-probe.js';
import { TimeoutError, withTimeout } from '../with-timeout.js';

/** Probes real containers: over the network from this process, and by commands in them. */
export class ContainerProber implements Prober {
  readonly #runtime: ContainerRuntime;
  readonly #environment: Environment;

  constructor(runtime: ContainerRuntime, environment: Environment) {
    this.#runtime = runtime;
    this.#environment = environment;
  }

  async probe(probe: Probe, target: ProbeTarget, timeout: number, signal: AbortSignal): Promise<ProbeResult> {
    try {
      return await withTimeout(this.#environment, { milliseconds: timeout, signal }, (both) => this.#run(probe, target, both));
    } catch (error) {
      if (error instanceof TimeoutError) return failure(timeoutText(probe, timeout));
      return probeError(error instanceof Error ? error.message : String(error));
    }
  }

  #run(probe: Probe, target: ProbeTarget, signal: AbortSignal): Promise<ProbeResult> {
    if (probe.exec) return execProbe(probe.exec, this.#runtime, target.containerId, signal);
    if (probe.httpGet) return httpProbe(probe.httpGet, target, signal);
    if (probe.tcpSocket) return tcpProbe(probe.tcpSocket, target, signal);
    if (probe.grpc) return grpcProbe(probe.grpc, target.podIP, signal);
    return Promise.resolve(probeError('missing probe handler'));
  }
}

function timeoutText(probe: Probe, timeout: number): string {
  if (probe.exec) return `command timed out: "${(probe.exec.command ?? []).join(' ')}" timed out after ${timeout / 1000}s`;
  return probe.httpGet
    ? 'context deadline exceeded (Client.Timeout exceeded while awaiting headers)'
    : `timed out after ${timeout / 1000}s`;
}
