import type { Pod, Probe } from 'kubernetes-types/core/v1.js';
import type { Environment, Timer } from '../../base/environment.js';
import type { PodEvents } from '../pod-events.js';
import type { Prober, ProbeTarget } from './prober.js';

/** What a probe is for. */
export type ProbeType = 'Startup' | 'Liveness' | 'Readiness';

/** What a {@link ProbeLoop} takes. */
export interface ProbeLoopOptions {
  readonly type: ProbeType;
  readonly spec: Probe;
  readonly pod: Pod;
  readonly target: ProbeTarget;
  readonly prober: Prober;
  readonly environment: Environment;
  readonly events: PodEvents;
  /** Told of each verdict that the thresholds allow, also when it is the same as before. */
  readonly onVerdict: (passed: boolean) => void;
}

/** Probes one running container periodically. A verdict comes after as many equal results in a row as the threshold says. */
export class ProbeLoop {
  readonly #options: ProbeLoopOptions;
  readonly #abort = new AbortController();
  #timer: Timer | undefined;
  #last: boolean | undefined;
  #run = 0;

  constructor(options: ProbeLoopOptions) {
    this.#options = options;
  }

  /** Probes for the first time after so many milliseconds. Does nothing when started or stopped already. */
  start(delay: number): void {
    if (!this.#timer && !this.#abort.signal.aborted) this.#schedule(delay);
  }

  /** No more probes, and no verdict of one under way. */
  stop(): void {
    this.#abort.abort();
    this.#timer?.cancel();
  }

  #schedule(delay: number): void {
    this.#timer = this.#options.environment.timer(Math.max(0, delay), () => void this.#probe(), { unref: true });
  }

  async #probe(): Promise<void> {
    const { environment, prober, spec, target } = this.#options;
    const began = environment.monotonic();
    const { outcome, output } = await prober.probe(spec, target, 1000 * (spec.timeoutSeconds ?? 1), this.#abort.signal);
    if (this.#abort.signal.aborted) return;
    if (outcome !== 'success') this.#tell(outcome, output);
    if (outcome !== 'error') this.#count(outcome === 'success');
    if (!this.#abort.signal.aborted) this.#schedule(began + 1000 * (spec.periodSeconds ?? 10) - environment.monotonic());
  }

  #count(passed: boolean): void {
    const { spec, onVerdict } = this.#options;
    this.#run = this.#last === passed ? this.#run + 1 : 1;
    this.#last = passed;
    if (this.#run >= (passed ? (spec.successThreshold ?? 1) : (spec.failureThreshold ?? 3))) onVerdict(passed);
  }

  #tell(outcome: 'failure' | 'error', output: string): void {
    const { events, pod, type } = this.#options;
    const how = outcome === 'failure' ? `failed: ${output}` : `errored and resulted in unknown state: ${output}`;
    events.event(pod, 'Warning', 'Unhealthy', `${type} probe ${how}`);
  }
}
