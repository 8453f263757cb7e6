import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Lifecycle } from '../base/lifecycle.js';
import type { LoopbackRange } from './loopback-range.js';
import type { ResolvedOptions } from './options.js';
import { StartError } from './start-error.js';

const run = promisify(execFile);

/** Addresses for Services, and what it takes to make them local. */
export interface ServiceNetwork extends Lifecycle {
  readonly serviceRange: string;
}

/**
 * Pods that are host processes reach 127/8, so Services live in the plane's loopback range. Containers with a network namespace
 * of their own do not: for Docker the Services get a range of 10/8, which a route on `lo` makes local to this machine.
 */
export function serviceNetwork({ runtime, proxy, nodes }: ResolvedOptions, loopback: LoopbackRange): ServiceNetwork {
  const needed = runtime === 'docker' && (proxy ?? nodes > 0);
  return needed
    ? new RoutedRange(`10.${loopback.octet}.128.0/18`)
    : { serviceRange: loopback.serviceRange, start: () => Promise.resolve(), stop: () => Promise.resolve() };
}

class RoutedRange implements ServiceNetwork {
  #added = false;

  constructor(readonly serviceRange: string) {}

  async start(): Promise<void> {
    try {
      // `replace`: a plane that was killed has left its route behind.
      await run('ip', ['route', 'replace', 'local', this.serviceRange, 'dev', 'lo']);
      this.#added = true;
    } catch (error) {
      const why =
        (error as NodeJS.ErrnoException).code === 'ENOENT'
          ? 'the command "ip" is missing (install iproute2)'
          : `it takes root: ${(error as Error).message.split('\n').at(-1) || (error as Error).message}`;
      throw new StartError(`--runtime docker needs a local route for Service addresses, so that containers reach them; ${why}`);
    }
  }

  async stop(): Promise<void> {
    if (!this.#added) return;
    this.#added = false;
    await run('ip', ['route', 'del', 'local', this.serviceRange, 'dev', 'lo']);
  }
}
