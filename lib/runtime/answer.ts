import { RuntimeError } from './runtime-error.js';

/** Runs `work` so that nothing but a RuntimeError is thrown, and that as a rejection. */
export async function answer<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (RuntimeError.is(error)) throw error;
    throw new RuntimeError('Failed', error instanceof Error ? error.message : String(error), { cause: error });
  }
}
