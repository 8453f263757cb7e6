import type { Environment } from './environment.js';

/** {@link Environment.sleep} for loops that end when their signal aborts: true after the time, false once the signal has aborted. */
export function pause(environment: Pick<Environment, 'sleep'>, milliseconds: number, signal: AbortSignal): Promise<boolean> {
  return environment.sleep(milliseconds, signal).then(
    () => true,
    (reason: unknown) => {
      if (signal.aborted) return false;
      throw reason; // nothing else ends a sleep
    },
  );
}
