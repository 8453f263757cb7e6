import { PerformanceObserver } from 'node:perf_hooks';

/** Remembers when garbage was collected: the latest thousand times. */
export class Collections {
  readonly #stretches: { readonly from: number; readonly to: number }[] = [];
  readonly #observer = new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries()) this.#keep(performance.timeOrigin + startTime, duration);
  });

  start(): void {
    this.#observer.observe({ entryTypes: ['gc'] });
  }

  /** Milliseconds of it in a stretch of time; known a moment after. */
  within(from: number, to: number): number {
    return this.#stretches.reduce((sum, one) => sum + Math.max(0, Math.min(to, one.to) - Math.max(from, one.from)), 0);
  }

  #keep(from: number, duration: number): void {
    this.#stretches.push({ from, to: from + duration });
    if (this.#stretches.length > 1000) this.#stretches.shift();
  }
}
