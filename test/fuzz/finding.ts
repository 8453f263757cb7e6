import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Exchange } from './http-exchange.js';
import { describe, printRequest } from './http-exchange.js';

/** Something that must not happen, and what was going on when it did. */
export interface Finding {
  /** One line that is the same for the same fault, so that it is reported once. */
  readonly what: string;
  readonly details: string;
  /** The requests that may have caused it, the likeliest last. */
  readonly exchanges: readonly Exchange[];
}

/** Keeps one finding of each sort, and counts the others. */
export class Findings {
  readonly #kept = new Map<string, { readonly finding: Finding; times: number }>();

  add(finding: Finding): void {
    const sort = finding.what.replace(/[0-9a-f]{8}-[0-9a-f-]{27}|\d+/g, 'N');
    const known = this.#kept.get(sort);
    if (known) known.times += 1;
    else this.#kept.set(sort, { finding, times: 1 });
  }

  get size(): number {
    return this.#kept.size;
  }

  get all(): readonly { readonly finding: Finding; readonly times: number }[] {
    return [...this.#kept.values()];
  }
}

/** Writes the requests to a file that `--replay` takes. */
export function saveFindings(path: string, seed: number, findings: Findings): void {
  const kept = findings.all.map(({ finding: { what, details, exchanges }, times }) => ({
    what,
    times,
    details,
    seed,
    scenes: [...new Set(exchanges.map(({ scene }) => scene))],
    requests: exchanges.map(({ request }) => printRequest(request)),
  }));
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${JSON.stringify(kept, undefined, 2)}\n`);
}

/** For people: what, details and the requests, cut to a screen. */
export function printFinding({ what, details, exchanges }: Finding, times: number): string {
  const lines = exchanges.slice(-10).map((exchange) => `    ${describe(exchange)}  [scene ${exchange.scene}]`);
  return [
    `- ${what}${times > 1 ? ` (${times} times)` : ''}`,
    ...details
      .split('\n')
      .slice(0, 30)
      .map((line) => `    ${line}`),
    ...lines,
  ].join('\n');
}
