import type { Container, Probe } from 'kubernetes-types/core/v1.js';
import type { ProbeResult } from './probe-result.js';

/** What is probed. */
export interface ProbeTarget {
  readonly container: Container;
  readonly containerId: string;
  /** Address that HTTP, TCP and gRPC probes go to when they name no host. */
  readonly podIP: string;
}

/** Carries out single probes. `ContainerProber` is the real one; simulations may answer by themselves. */
export interface Prober {
  /** Never rejects; gives a failure after `timeout` milliseconds, and an error once the signal aborts. */
  probe(probe: Probe, target: ProbeTarget, timeout: number, signal: AbortSignal): Promise<ProbeResult>;
}
