import { FuzzClient, NoAnswer } from './fuzz-client.js';
import type { FuzzRequest } from './http-exchange.js';
import { describe } from './http-exchange.js';
import { FuzzedPlane } from './plane/fuzzed-plane.js';

/** Sends requests one by one to a plane of its own, prints what becomes of each, and resolves with how many went wrong. */
export async function replay(requests: readonly FuzzRequest[], print: (line: string) => void): Promise<number> {
  const events: string[] = [];
  const plane = await FuzzedPlane.start({
    pause: ({ from, to, processor, collecting }) =>
      events.push(
        `a pause of ${Math.round(to - from)} ms, ${Math.round(processor)} ms of processor time, ${Math.round(collecting)} ms of it garbage collection`,
      ),
    logged: (message, fields) => events.push(`logged: ${message} ${fields}`),
    prototypes: (changes) => events.push(`prototypes were changed: ${changes.join(', ')}`),
    ended: (why, output) => events.push(`${why}\n${output}`),
  });
  const client = new FuzzClient(plane.address);
  let wrong = 0;
  try {
    for (const request of [...namespaces(), ...requests]) {
      const code = await client.send(0, request).then(
        (answer) => answer.code,
        (error: Error) => (error instanceof NoAnswer ? void events.push(error.message) : Promise.reject(error)),
      );
      if (!plane.ended) events.push(`longest pause ${Math.round((await plane.measure())?.longestPause ?? 0)} ms`);
      print(`${describe({ request, code })} ${events.join('; ')}`);
      wrong += events.length > 1 || code === 500 ? 1 : 0;
      events.length = 0;
      if (plane.ended) break;
    }
  } finally {
    client.close();
    await plane.stop();
  }
  return wrong;
}

/** Those that scenes are played in. */
function namespaces(): readonly FuzzRequest[] {
  return ['fuzz-0', 'fuzz-1', 'fuzz-2'].map((name) => ({
    method: 'POST',
    path: '/api/v1/namespaces',
    headers: { 'content-type': 'application/json' },
    body: Buffer.from(JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })),
  }));
}
