import type { Lifecycle } from './lifecycle.js';

/** Starts one after the other. When one fails, those before it are stopped again and its error is thrown. */
export async function startAll(components: Iterable<Lifecycle>): Promise<void> {
  const started: Lifecycle[] = [];
  for (const component of components) {
    try {
      await component.start();
    } catch (error) {
      await stopAll(started);
      throw error;
    }
    started.push(component);
  }
}

/** Stops one after the other, the last one first. All are stopped, even when some fail; their errors are thrown at the end, together. */
export async function stopAll(components: Iterable<Lifecycle>): Promise<void> {
  const errors: unknown[] = [];
  for (const component of [...components].reverse()) {
    try {
      await component.stop();
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length === 1) throw errors[0];
  if (errors.length > 1) throw new AggregateError(errors, `${errors.length} components failed to stop`);
}
