import type { Pod } from 'kubernetes-types/core/v1.js';
import type { Environment } from '../../base/environment.js';
import type { PodEvents } from '../pod-events.js';
import type { Ailment, ProbedContainer } from './container-probes.js';
import { ContainerProbes } from './container-probes.js';
import type { Prober } from './prober.js';

/** What {@link PodProbes} takes. */
export interface PodProbesOptions {
  readonly prober: Prober;
  readonly environment: Environment;
  readonly events: PodEvents;
  readonly onChange: () => void;
}

/** The probes of one pod's running containers, by container id. */
export class PodProbes {
  readonly #options: PodProbesOptions;
  readonly #running = new Map<string, ContainerProbes>();

  constructor(options: PodProbesOptions) {
    this.#options = options;
  }

  /** Says which containers run now: probes of others end, those of new ones begin. */
  observe(pod: Pod, containers: readonly ProbedContainer[]): void {
    const ids = new Set(containers.map(({ containerId }) => containerId));
    for (const [id, probes] of this.#running) {
      if (ids.has(id)) continue;
      probes.stop();
      this.#running.delete(id);
    }
    for (const container of containers) {
      if (this.#running.has(container.containerId) || !ContainerProbes.needed(container.container)) continue;
      const probes = new ContainerProbes({ ...this.#options, ...container, pod });
      this.#running.set(container.containerId, probes);
      probes.start();
    }
  }

  /** Containers without probes are started as soon as they run. */
  started(containerId: string): boolean {
    return this.#running.get(containerId)?.started ?? true;
  }

  ready(containerId: string): boolean {
    return this.#running.get(containerId)?.ready ?? true;
  }

  ailment(containerId: string): Ailment | undefined {
    return this.#running.get(containerId)?.ailment;
  }

  /** The pod is being deleted. */
  quiet(): void {
    for (const probes of this.#running.values()) probes.quiet();
  }

  stop(): void {
    for (const probes of this.#running.values()) probes.stop();
    this.#running.clear();
  }
}
