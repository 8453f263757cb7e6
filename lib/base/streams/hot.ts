import type { Observer, Operator } from 'rxjs';
import { Observable, Subscriber, Subscription } from 'rxjs';

/** Told of what a subscriber threw. */
export type ReportError = (error: unknown) => void;

/**
 * One writer, many subscribers, no replay: a Subject whose subscribers cannot disturb one another or the writer.
 *
 * - A subscriber that throws, or that gets an error it has no handler for, is reported; it stays subscribed if it threw.
 *   (A Subject would raise it as an uncaught exception, which ends the process.) This holds through `pipe`, too.
 * - Values emitted from within a subscriber come after the present one for everybody, so all see the same order.
 * - Who subscribes during an emission gets the values after it.
 */
export class Hot<T> {
  readonly observable: Observable<T>;
  readonly #subscribers = new Set<Subscriber<T>>();
  readonly #pending: T[] = [];
  /** The subscribers as an array, made again after one came or went. */
  #current: readonly Subscriber<T>[] | undefined;
  #emitting = false;
  #completed = false;

  constructor(report: ReportError) {
    this.observable = new GuardedObservable<T>(report, (subscriber) => this.#add(subscriber));
  }

  /** Whether anybody listens; when not, an expensive value need not be made. */
  get observed(): boolean {
    return this.#subscribers.size > 0;
  }

  emit(value: T): void {
    if (this.#subscribers.size === 0 && !this.#emitting) return;
    this.#pending.push(value);
    if (this.#emitting) return;
    this.#emitting = true;
    // The pending list only holds what subscribers emit while they are called; it is empty again when this returns.
    try {
      for (let at = 0; at < this.#pending.length; at++) this.#deliver(this.#pending[at]!);
    } finally {
      this.#pending.length = 0;
      this.#emitting = false;
    }
  }

  /** Completes all subscribers; those to come complete at once. */
  complete(): void {
    this.#completed = true;
    for (const subscriber of [...this.#subscribers]) subscriber.complete();
  }

  #add(subscriber: Subscriber<T>): Subscription | void {
    if (this.#completed) return subscriber.complete();
    this.#subscribers.add(subscriber);
    this.#current = undefined;
    return new Subscription(() => {
      this.#subscribers.delete(subscriber);
      this.#current = undefined;
    });
  }

  #deliver(value: T): void {
    this.#current ??= [...this.#subscribers];
    for (const subscriber of this.#current) subscriber.next(value);
  }
}

/** An Observable whose subscribers' own faults go to `report`; what is piped from it is one as well. */
class GuardedObservable<T> extends Observable<T> {
  readonly #report: ReportError;

  constructor(report: ReportError, subscribe?: (subscriber: Subscriber<T>) => Subscription | void) {
    super(subscribe);
    this.#report = report;
  }

  /** @internal How RxJS makes the result of an operator. */
  override lift<R>(operator?: Operator<T, R>): Observable<R> {
    const lifted = new GuardedObservable<R>(this.#report);
    // `source` and `operator` are how RxJS 7 links a lifted observable to what it was made from.
    lifted.source = this as Observable<unknown> as Observable<R>;
    lifted.operator = operator as Operator<unknown, R> | undefined;
    return lifted;
  }

  override subscribe(
    observerOrNext?: Partial<Observer<T>> | ((value: T) => void) | null,
    error?: ((error: unknown) => void) | null,
    complete?: (() => void) | null,
  ): Subscription {
    if (observerOrNext instanceof Subscriber) return super.subscribe(observerOrNext as Subscriber<T>);
    const own: Partial<Observer<T>> =
      typeof observerOrNext === 'function' || !observerOrNext
        ? { ...optional('next', observerOrNext), ...optional('error', error), ...optional('complete', complete) }
        : observerOrNext;
    return super.subscribe({
      next: (value) => this.#guard(() => own.next?.(value)),
      error: (cause: unknown) => this.#guard(() => (own.error ? own.error(cause) : this.#report(cause))),
      complete: () => this.#guard(() => own.complete?.()),
    });
  }

  #guard(call: () => void): void {
    try {
      call();
    } catch (error) {
      this.#report(error);
    }
  }
}

const optional = <K extends string, V>(key: K, value: V | null | undefined) => (value ? ({ [key]: value } as Record<K, V>) : {});
