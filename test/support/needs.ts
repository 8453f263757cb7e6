import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Something that a test needs of the machine and that not every machine has. */
export interface Need {
  /** As in `dockerd`. */
  readonly what: string;
  /** As in `docker.io`. */
  readonly install: string;
  /** Whether it is here. Default: whether PATH has a program of that name. */
  readonly here?: boolean;
}

/**
 * Runs a suite when the machine has what it needs, and otherwise shows `skipped: dockerd (install docker.io)`; with `CI=true` that is a failure.
 *
 * ```ts
 * needs({ what: 'dockerd', install: 'docker.io' }, () => {
 *   describe('…', () => { … });
 * });
 * ```
 */
export function needs({ what, install, here = onPath(what) }: Need, suite: () => void): void {
  if (here) return suite();
  const title = `skipped: ${what} (install ${install})`;
  if (process.env.CI !== 'true') it.skip(title);
  else {
    it(title, () => {
      throw new Error(`${what} is missing: with CI=true nothing may be skipped`);
    });
  }
}

/** Whether PATH has a program of that name. */
export function onPath(program: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((directory) => isExecutable(join(directory, program)));
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
