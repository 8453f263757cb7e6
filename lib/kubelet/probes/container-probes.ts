import type { Container, Pod, Probe } from 'kubernetes-types/core/v1.js';
import type { Environment } from '../../base/environment.js';
import type { PodEvents } from '../pod-events.js';
import type { ProbeType } from './probe-loop.js';
import { ProbeLoop } from './probe-loop.js';
import type { Prober } from './prober.js';

/** A running container that may have probes. */
export interface ProbedContainer {
  readonly container: Container;
  readonly containerId: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly podIP: string;
  /** What a predecessor of this kubelet had found; unset: the container is new. */
  readonly adopted?: { readonly ready: boolean; readonly started: boolean } | undefined;
}

/** What {@link ContainerProbes} takes. */
export interface ContainerProbesOptions extends ProbedContainer {
  readonly pod: Pod;
  readonly prober: Prober;
  readonly environment: Environment;
  readonly events: PodEvents;
  /** Told when an answer below has changed. */
  readonly onChange: () => void;
}

/** Why a container has to be restarted. */
export interface Ailment {
  readonly message: string;
  /** Seconds it has to end by itself; unset: the pod's own. */
  readonly gracePeriod: number | undefined;
}

/**
 * The probes of one running container, from its start to its end. The others begin when the startup probe has passed;
 * that one then is over.
 */
export class ContainerProbes {
  readonly #options: ContainerProbesOptions;
  readonly #loops = new Map<ProbeType, ProbeLoop>();
  #started: boolean;
  #ready: boolean;
  #ailment: Ailment | undefined;

  constructor(options: ContainerProbesOptions) {
    const { container, adopted } = options;
    this.#options = options;
    this.#started = !container.startupProbe || adopted?.started === true;
    this.#ready = !container.readinessProbe || adopted?.ready === true;
  }

  /** Whether a container has anything to probe. */
  static needed({ startupProbe, livenessProbe, readinessProbe }: Container): boolean {
    return Boolean(startupProbe ?? livenessProbe ?? readinessProbe);
  }

  get started(): boolean {
    return this.#started;
  }

  get ready(): boolean {
    return this.#ready;
  }

  get ailment(): Ailment | undefined {
    return this.#ailment;
  }

  start(): void {
    const { startupProbe } = this.#options.container;
    if (this.#started) this.#startOthers();
    else this.#loop('Startup', startupProbe!, (passed) => this.#onStartup(passed));
  }

  /** The pod is being deleted: only readiness counts still. */
  quiet(): void {
    this.#end('Startup');
    this.#end('Liveness');
    this.#ailment = undefined;
  }

  stop(): void {
    for (const loop of this.#loops.values()) loop.stop();
  }

  #onStartup(passed: boolean): void {
    this.#end('Startup');
    if (!passed) return this.#fail('startup', this.#options.container.startupProbe!);
    this.#started = true;
    this.#startOthers();
    this.#options.onChange();
  }

  #startOthers(): void {
    const { livenessProbe, readinessProbe } = this.#options.container;
    if (livenessProbe) {
      this.#loop('Liveness', livenessProbe, (passed) => {
        if (passed) return;
        this.#end('Liveness');
        this.#fail('liveness', livenessProbe);
      });
    }
    if (readinessProbe) {
      this.#loop('Readiness', readinessProbe, (passed) => {
        if (passed === this.#ready) return;
        this.#ready = passed;
        this.#options.onChange();
      });
    }
  }

  #fail(kind: string, { terminationGracePeriodSeconds }: Probe): void {
    const message = `Container ${this.#options.container.name} failed ${kind} probe, will be restarted`;
    this.#ailment = {
      message,
      gracePeriod: terminationGracePeriodSeconds === undefined ? undefined : Number(terminationGracePeriodSeconds),
    };
    this.#options.onChange();
  }

  #loop(type: ProbeType, spec: Probe, onVerdict: (passed: boolean) => void): void {
    const { pod, prober, environment, events, container, containerId, podIP } = this.#options;
    const loop = new ProbeLoop({ type, spec, pod, prober, environment, events, onVerdict, target: { container, containerId, podIP } });
    this.#loops.set(type, loop);
    loop.start(this.#firstDelay(spec));
  }

  /** Adopted containers are probed at random points of the period, so that a restarted kubelet does not probe all at once. */
  #firstDelay({ initialDelaySeconds = 0, periodSeconds = 10 }: Probe): number {
    const { environment, startedAt, adopted } = this.#options;
    const left = startedAt + 1000 * initialDelaySeconds - environment.now();
    return adopted ? Math.max(left, 1000 * periodSeconds * environment.random()) : left;
  }

  #end(type: ProbeType): void {
    this.#loops.get(type)?.stop();
    this.#loops.delete(type);
  }
}
