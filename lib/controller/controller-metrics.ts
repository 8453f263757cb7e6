import type { Outcome } from './outcome.js';

/** Upper bounds in seconds, as those of Kubernetes' workqueue and controller-runtime. */
export const BUCKETS: readonly number[] = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** Counts of values by upper bounds. */
export class Histogram {
  /** How many values were at most the bound of the same place in {@link BUCKETS}, and above the one before. The last: above all. */
  readonly counts: number[] = new Array<number>(BUCKETS.length + 1).fill(0);
  sum = 0;
  count = 0;

  add(seconds: number): void {
    let at = 0;
    while (at < BUCKETS.length && seconds > BUCKETS[at]!) at += 1;
    this.counts[at] = this.counts[at]! + 1;
    this.sum += seconds;
    this.count += 1;
  }
}

/** What a controller has done since its start. */
export class ControllerMetrics {
  /** Reconciles by what came of them. */
  readonly results = new Map<Outcome['result'], number>();
  /** Seconds that reconciles took. */
  readonly ran = new Histogram();
  /** Seconds that keys waited for a worker. */
  readonly waited = new Histogram();
  wakes = 0;
  echoes = 0;

  add({ result, ran, waited, wakes, echoes }: Outcome): void {
    this.results.set(result, (this.results.get(result) ?? 0) + 1);
    this.ran.add(ran / 1000);
    this.waited.add(waited / 1000);
    this.wakes += wakes;
    this.echoes += echoes;
  }
}
