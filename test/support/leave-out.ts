import type { Suite } from 'mocha';

/** Skips one test of a shared suite for which there is no feature to name; its title then shows the reason. */
export function leaveOut(suite: Suite, title: string, reason: string): void {
  const found = testsOf(suite).filter((test) => test.title === title);
  if (found.length !== 1) throw new Error(`the suite has ${found.length} tests called ${title}`);
  for (const test of found) {
    test.title += ` (${reason})`;
    test.pending = true;
  }
}

function testsOf(suite: Suite): Suite['tests'] {
  return [...suite.tests, ...suite.suites.flatMap(testsOf)];
}
