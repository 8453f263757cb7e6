import type { Pod } from 'kubernetes-types/core/v1.js';
import type { RuntimeContainer } from '../../runtime/container-runtime.js';
import type { ContainerFacts } from './container-facts.js';
import type { CrashDelay } from './crash-backoff.js';
import { goDuration } from './crash-backoff.js';
import type { PodContainer } from './pod-spec.js';
import { containersOf, describePod, restarts, specHashOf } from './pod-spec.js';

/** Why a container does not run yet, in the words of its status. */
export interface Waiting {
  readonly reason: string;
  readonly message: string;
}

/** What a plan is made from. All times in milliseconds. */
export interface PlanInput {
  readonly pod: Pod;
  facts(name: string): ContainerFacts;
  /** Whether something is being done to the container already. */
  busy(name: string): boolean;
  /** Why a running container has to be killed; undefined: it is well. */
  ailment(container: PodContainer, record: RuntimeContainer): string | undefined;
  /** Whether a running container has passed its startup probe. */
  started(name: string, record: RuntimeContainer): boolean;
  /** The back-off before a restart of a container that ended. */
  crashDelay(name: string, finishedAt: number): CrashDelay | undefined;
  /** How long a container that could not be started has to wait still; 0: not at all. */
  retryDelay(name: string): number;
}

/** A container to be started. */
export interface Start {
  readonly container: PodContainer;
  readonly facts: ContainerFacts;
}

/** A container to be killed, and what users are told. */
export interface Kill {
  readonly container: PodContainer;
  readonly record: RuntimeContainer;
  readonly message: string;
}

/** What has to be done so that a pod's containers are as its spec says. */
export interface Plan {
  /** `Succeeded`, `Failed`: nothing will be started any more; sidecars that still run are to be stopped. */
  readonly outcome: 'Active' | 'Succeeded' | 'Failed';
  readonly kills: readonly Kill[];
  /** In the order in which they are to be started. */
  readonly starts: readonly Start[];
  /** Containers that wait for the end of their crash back-off. */
  readonly waiting: ReadonlyMap<string, Waiting>;
  /** When to look again, even when nothing happens. */
  readonly wakeAfter: number | undefined;
}

/** Compares a pod's spec with what is known of its containers. Pure: the same input gives the same plan. */
export function planOf(input: PlanInput): Plan {
  return new Planner(input).plan();
}

class Planner {
  readonly #input: PlanInput;
  readonly #containers: readonly PodContainer[];
  readonly #kills: Kill[] = [];
  readonly #starts: Start[] = [];
  readonly #waiting = new Map<string, Waiting>();
  #wakeAfter: number | undefined;

  constructor(input: PlanInput) {
    this.#input = input;
    this.#containers = containersOf(input.pod);
  }

  plan(): Plan {
    const regular = this.#of('regular');
    const outcome = this.#outcomeOf(regular);
    if (outcome !== 'Active') return { outcome, kills: [], starts: [], waiting: new Map(), wakeAfter: undefined };
    const initialized = regular.some(({ spec }) => this.#hasRun(spec.name)) ? this.#keepSidecars() : this.#initialize();
    if (initialized) for (const container of [...regular, ...this.#of('ephemeral')]) this.#keep(container);
    return { outcome, kills: this.#kills, starts: this.#starts, waiting: this.#waiting, wakeAfter: this.#wakeAfter };
  }

  #outcomeOf(regular: readonly PodContainer[]): Plan['outcome'] {
    if (this.#of('init').some((init) => this.#hasFailed(init))) return 'Failed';
    if (regular.length === 0 || regular.some((container) => !this.#hasEnded(container))) return 'Active';
    return regular.every(({ spec }) => this.#input.facts(spec.name).exitCode === 0) ? 'Succeeded' : 'Failed';
  }

  #hasFailed(container: PodContainer): boolean {
    const { state, exitCode } = this.#input.facts(container.spec.name);
    return state === 'exited' && exitCode !== 0 && !restarts(this.#input.pod, container, exitCode!);
  }

  #hasEnded(container: PodContainer): boolean {
    const { state, exitCode } = this.#input.facts(container.spec.name);
    return state === 'exited' && !restarts(this.#input.pod, container, exitCode!);
  }

  #hasRun(name: string): boolean {
    const { record } = this.#input.facts(name);
    return record !== undefined && record.state !== 'created';
  }

  #of(kind: PodContainer['kind']): PodContainer[] {
    return this.#containers.filter((container) => container.kind === kind);
  }

  #keepSidecars(): boolean {
    for (const sidecar of this.#of('sidecar')) this.#keep(sidecar);
    return true;
  }

  /** One init container at a time, in their order; true once all are through. */
  #initialize(): boolean {
    for (const container of this.#containers) {
      if (container.kind !== 'init' && container.kind !== 'sidecar') continue;
      const { state, record, exitCode } = this.#input.facts(container.spec.name);
      if (container.kind === 'init' && record && state === 'exited' && exitCode === 0) continue;
      this.#keep(container);
      if (container.kind === 'init' || state !== 'running' || !this.#input.started(container.spec.name, record!)) return false;
    }
    return true;
  }

  #keep(container: PodContainer): void {
    const { name } = container.spec;
    if (this.#input.busy(name)) return;
    const facts = this.#input.facts(name);
    if (facts.state === 'running') this.#check(container, facts.record!);
    else if (facts.state === 'exited' && facts.record === undefined && container.kind === 'init' && facts.exitCode === 0)
      this.#start({ container, facts });
    else if (facts.state === 'exited') this.#restart(container, facts);
    else this.#start({ container, facts });
  }

  #check(container: PodContainer, record: RuntimeContainer): void {
    const message = this.#input.ailment(container, record) ?? changed(container, record);
    if (message !== undefined) this.#kills.push({ container, record, message });
  }

  #restart(container: PodContainer, facts: ContainerFacts): void {
    if (!restarts(this.#input.pod, container, facts.exitCode!)) return;
    const { name } = container.spec;
    const wait = facts.finishedAt === undefined ? undefined : this.#input.crashDelay(name, facts.finishedAt);
    if (!wait) return this.#start({ container, facts });
    const message = `back-off ${goDuration(wait.delay)} restarting failed container=${name} pod=${describePod(this.#input.pod)}`;
    this.#waiting.set(name, { reason: 'CrashLoopBackOff', message });
    this.#wake(wait.left);
  }

  #start(start: Start): void {
    const delay = this.#input.retryDelay(start.container.spec.name);
    if (delay > 0) this.#wake(delay);
    else this.#starts.push(start);
  }

  #wake(after: number): void {
    this.#wakeAfter = Math.min(after, this.#wakeAfter ?? Infinity);
  }
}

function changed({ kind, spec }: PodContainer, record: RuntimeContainer): string | undefined {
  if (kind === 'ephemeral' || record.specHash === specHashOf(spec)) return undefined;
  return `Container ${spec.name} definition changed, will be restarted`;
}
