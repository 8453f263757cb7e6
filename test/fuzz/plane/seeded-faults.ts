import type { IncomingMessage } from 'node:http';
import { subscribe } from 'node:diagnostics_channel';

/** Faults on purpose, by which the harness is proved: each shows once some of the requests have come. */
const FAULTS: Readonly<Record<string, () => void>> = {
  pause: () => {
    const end = performance.now() + 300;
    while (performance.now() < end);
  },
  hang: () => {
    for (;;);
  },
  crash: () => void Promise.reject(new Error('a fault on purpose')),
  exit: () => process.exit(3),
  pollution: () => void Object.assign(Object.prototype, { polluted: true }),
  leak: () => void leaked.push(Array.from({ length: 20_000 }, () => Math.random())),
};
const leaked: unknown[] = [];

export const FAULT_NAMES = Object.keys(FAULTS);

/** Seeds a fault of {@link FAULT_NAMES}; without a name, none. */
export function seedFault(name: string | undefined): void {
  if (!name) return;
  const fault = FAULTS[name];
  if (!fault) throw new Error(`no fault ${name}; there are ${FAULT_NAMES.join(', ')}`);
  let requests = 0;
  subscribe('http.server.request.start', (message) => {
    const { request } = message as { request: IncomingMessage };
    if (request.method === 'POST' && ++requests % 20 === 0) setImmediate(fault);
  });
}
