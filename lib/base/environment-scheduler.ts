import type { SchedulerAction, SchedulerLike } from 'rxjs';
import { Subscription } from 'rxjs';
import type { Environment, Timer } from './environment.js';

type Clock = Pick<Environment, 'now' | 'timer'>;
type Work<S> = (this: SchedulerAction<S>, state?: S) => void;

/** An RxJS scheduler on the timers of an environment. A delay of 0 is the next macrotask. */
export function environmentScheduler(clock: Clock): SchedulerLike {
  return {
    now: () => clock.now(),
    schedule<S>(work: Work<S>, delay = 0, state?: S): Subscription {
      return new TimerAction(clock, work).schedule(state, delay);
    },
  };
}

/** One piece of work; scheduling it again replaces the pending run. */
class TimerAction<S> extends Subscription implements SchedulerAction<S> {
  readonly #clock: Clock;
  readonly #work: Work<S>;
  #timer: Timer | undefined;

  constructor(clock: Clock, work: Work<S>) {
    super(() => this.#timer?.cancel());
    this.#clock = clock;
    this.#work = work;
  }

  schedule(state?: S, delay = 0): Subscription {
    if (this.closed) return this;
    this.#timer?.cancel();
    this.#timer = this.#clock.timer(delay, () => this.#run(state));
    return this;
  }

  #run(state: S | undefined): void {
    this.#timer = undefined;
    try {
      this.#work.call(this, state);
    } catch (error) {
      this.unsubscribe();
      throw error;
    }
  }
}
