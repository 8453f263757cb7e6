import { Observable } from 'rxjs';
import type { Environment } from '../../lib/base/environment.js';
import type { Catalog } from '../../lib/api/catalog.js';
import type { Registries } from '../../lib/registry/registry.js';

/** How {@link ObservedRegistries} differ from the real ones. */
export interface ObservedOptions {
  readonly environment: Environment;
  /** Milliseconds by which watches are late, of all kinds or by plural. Default 0: in step. */
  readonly lag?: number | ((plural: string) => number) | undefined;
  /** What a watch has to tell within `lag` comes at once, as it does over a network. Default false: each event is late by itself. */
  readonly batched?: boolean | undefined;
}

const WRITES = new Set<PropertyKey>(['create', 'update', 'modify', 'patch', 'apply', 'delete', 'deleteMany']);

/** Real registries, seen through a network: their watches are late, and writes are counted. */
export class ObservedRegistries implements Registries {
  /** Calls that write, such as `pods create` and `nodes/status update`. */
  readonly writes: string[] = [];
  readonly registry: Registries['registry'];
  readonly #real: Registries;
  readonly #options: ObservedOptions;

  constructor(real: Registries, options: ObservedOptions) {
    this.#real = real;
    this.#options = options;
    const registry = (definition: { readonly plural: string }) => this.#observed(real.registry(definition as never), definition.plural);
    this.registry = registry as unknown as Registries['registry']; // one function for both overloads
  }

  get catalog(): Catalog {
    return this.#real.catalog;
  }

  #observed<T extends object>(target: T, name: string): T {
    return new Proxy(target, {
      get: (_, property) => {
        const value: unknown = Reflect.get(target, property, target);
        if (typeof value !== 'function') return value;
        return (...args: unknown[]): unknown => {
          if (WRITES.has(property)) this.writes.push(`${name} ${String(property)}`);
          const answer: unknown = Reflect.apply(value, target, args);
          if (property === 'subresource') return this.#observed(answer as object, `${name}/${String(args[0])}`);
          const lag = this.#lagOf(name);
          return property === 'watch' && lag ? this.#late(answer as Observable<unknown>, lag) : answer;
        };
      },
    });
  }

  #lagOf(plural: string): number {
    const { lag = 0 } = this.#options;
    return typeof lag === 'number' ? lag : lag(plural);
  }

  #late<T>(source: Observable<T>, lag: number): Observable<T> {
    const { environment, batched = false } = this.#options;
    return new Observable((subscriber) => {
      let pending: T[] = [];
      const flush = () => {
        const events = pending;
        pending = [];
        for (const event of events) subscriber.next(event);
      };
      const inner = source.subscribe({
        next: (event) => {
          if (!batched) environment.timer(lag, () => subscriber.next(event));
          else if (pending.push(event) === 1) environment.timer(lag, flush);
        },
        error: (error) => subscriber.error(error),
        complete: () => subscriber.complete(),
      });
      return () => inner.unsubscribe();
    });
  }
}
