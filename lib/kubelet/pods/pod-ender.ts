import type { Pod } from 'kubernetes-types/core/v1.js';
import type { RuntimeContainer } from '../../runtime/container-runtime.js';
import type { ActualPod } from './actual-pod.js';
import { liveContainers } from './actual-pod.js';
import { ContainerKiller } from './container-killer.js';
import type { PodContext } from './pod-context.js';
import { containerOf, containersOf } from './pod-spec.js';

/** Milliseconds that sidecars have at least once the other containers have ended. */
const LEAST_FOR_SIDECARS = 500;

/** Ends containers of one pod, and what is left of it in the runtime. */
export class PodEnder {
  readonly #context: PodContext;
  readonly #killer: ContainerKiller;
  /** Monotonic; when all have to be dead. */
  #deadline = Infinity;

  constructor(context: PodContext, uid: string) {
    this.#context = context;
    this.#killer = new ContainerKiller(context, uid);
  }

  isKilling(containerId: string): boolean {
    return this.#killer.isKilling(containerId);
  }

  /** Kills one container that is to run again. Milliseconds. */
  killOne(pod: Pod, actual: ActualPod, record: RuntimeContainer, how: { readonly message: string; readonly gracePeriod: number }): void {
    this.#kill(pod, actual, record, how);
  }

  /**
   * Has all containers ended within so many milliseconds of the first call, sidecars after the others and the last one first.
   * Later calls can only shorten the time. True once nothing runs.
   */
  endAll(pod: Pod | undefined, actual: ActualPod, gracePeriod: number): boolean {
    const live = liveContainers(actual);
    const now = this.#context.environment.monotonic();
    if (live.length === 0) return true;
    this.#deadline = Math.min(this.#deadline, now + gracePeriod);
    const main = live.filter(({ name }) => !pod || containerOf(pod, name)?.kind !== 'sidecar');
    const left = Math.max(this.#deadline - now, main.length > 0 ? 0 : LEAST_FOR_SIDECARS);
    for (const record of main.length > 0 ? main : lastOf(pod!, live)) {
      this.#kill(pod, actual, record, { message: `Stopping container ${record.name}`, gracePeriod: left });
    }
    return false;
  }

  /** Removes all sandboxes with what they hold. */
  async removeAll({ sandbox, stale }: ActualPod): Promise<void> {
    for (const { sandboxId } of sandbox ? [...stale, sandbox] : stale) await this.#context.runtime.removeSandbox(sandboxId);
  }

  /** Ends hooks; the runtime goes on with what it was asked to kill. */
  stop(): void {
    this.#killer.stop();
  }

  #kill(
    pod: Pod | undefined,
    actual: ActualPod,
    record: RuntimeContainer,
    how: { readonly message: string; readonly gracePeriod: number },
  ): void {
    const container = pod && containerOf(pod, record.name)?.spec;
    this.#killer.kill({ pod, container, record, podIP: podIPOf(pod, actual, this.#context.hostIPs), ...how });
  }
}

/** The address that a pod's containers are reached at; empty when there is none. */
export function podIPOf(pod: Pod | undefined, { sandbox }: ActualPod, hostIPs: readonly string[]): string {
  return (pod?.spec?.hostNetwork ? hostIPs[0] : sandbox?.ips[0]) ?? '';
}

function lastOf(pod: Pod, live: readonly RuntimeContainer[]): readonly RuntimeContainer[] {
  const order = containersOf(pod).map(({ spec }) => spec.name);
  return [...live].sort((a, b) => order.indexOf(a.name) - order.indexOf(b.name)).slice(-1);
}
