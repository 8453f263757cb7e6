/** The process that is fuzzed: a control plane in memory, and what watches over it. Its parent talks to it by messages. */
import { randomUUID } from 'node:crypto';
import { subscribe } from 'node:diagnostics_channel';
import { setTimeout as pause } from 'node:timers/promises';
import { parse } from 'yaml';
import { ControlPlane } from '../../../lib/control-plane/control-plane.js';
import { MemoryStorage } from '../../../lib/storage/memory/memory-storage.js';
import { Collections } from './collections.js';
import type { Stretch } from './loop-watch.js';
import { LoopWatch } from './loop-watch.js';
import type { MemoryReading, PlaneAddress, PlaneCommand, PlaneMessage } from './messages.js';
import { Profile } from './profile.js';
import { watchPrototypes } from './prototypes.js';
import { ReportingLogger } from './reporting-logger.js';
import { seedFault } from './seeded-faults.js';

const LONGEST_PAUSE = 200;
const TICK = 10;
const HEARTBEAT = 250;

const tell = (message: PlaneMessage): void => void process.send?.(message);
const token = randomUUID();
const plane = await ControlPlane.start({
  // Little history, so that what it holds is not taken for a leak.
  storage: new MemoryStorage({ history: { count: 2000, bytes: 4 * 1024 * 1024 } }),
  nodes: 0,
  tokens: { [token]: { name: 'fuzz', groups: ['system:masters'] } },
  logger: new ReportingLogger((message, fields) => tell({ type: 'logged', message, fields })),
});
const prototypeChanges = watchPrototypes();
const loop = new LoopWatch(LONGEST_PAUSE);
const collections = new Collections();
collections.start();
const profile = process.env['KUBELIB_FUZZ_PROFILE'] ? new Profile(() => loop.forget()) : undefined;
await profile?.start();
const tick = () => {
  const stretch = loop.tick();
  if (stretch) void tellPause(stretch);
};
subscribe('http.server.request.start', tick);
const timers = [
  setInterval(tick, TICK),
  setInterval(() => tell({ type: 'alive' }), HEARTBEAT),
  setInterval(tellPrototypes, 1000),
  setInterval(() => profile?.forget(), 5000),
];

async function tellPause(stretch: Stretch): Promise<void> {
  const doing = (await profile?.during(stretch.to - stretch.from)) ?? [];
  await pause(50); // what was collected is told a moment later
  tell({ type: 'pause', pause: { ...stretch, collecting: collections.within(stretch.from, stretch.to), doing } });
}

process.on('message', ({ type }: PlaneCommand) => void (type === 'measure' ? measure() : stop()));
process.on('disconnect', () => process.exit(0)); // nobody is left to tell
seedFault(process.env['KUBELIB_FUZZ_FAULT']);
tell({ type: 'ready', address: addressOf(plane) });

function addressOf({ url, kubeconfig }: ControlPlane): PlaneAddress {
  const config = parse(kubeconfig) as { clusters: [{ cluster: { 'certificate-authority-data': string } }] };
  return { url, ca: Buffer.from(config.clusters[0].cluster['certificate-authority-data'], 'base64').toString(), token };
}

function tellPrototypes(): void {
  const changes = prototypeChanges();
  if (changes.length > 0) tell({ type: 'prototypes', changes });
}

function measure(): void {
  tellPrototypes();
  tell({ type: 'memory', reading: collected() });
  loop.reset();
}

function collected(): MemoryReading {
  globalThis.gc?.();
  globalThis.gc?.();
  const { heapUsed: heap, external } = process.memoryUsage();
  return { heap, external, longestPause: loop.longest };
}

async function stop(): Promise<void> {
  timers.forEach((timer) => clearInterval(timer));
  await plane.stop();
  tell({ type: 'stopped' });
  process.disconnect();
}
