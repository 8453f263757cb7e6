import type { Profiler } from 'node:inspector';
import { Session } from 'node:inspector/promises';

const SAMPLING = 2000; // microseconds
const MOST_LINES = 12;

/** Knows what the process has been doing lately. Costs a fifth of a second each time that it is asked, or forgets. */
export class Profile {
  readonly #session = new Session();
  readonly #taken: () => void;
  #turn: Promise<unknown> = Promise.resolve();

  /** `taken`: called when that time has passed. */
  constructor(taken: () => void) {
    this.#taken = taken;
  }

  async start(): Promise<void> {
    this.#session.connect();
    await this.#session.post('Profiler.enable');
    await this.#session.post('Profiler.setSamplingInterval', { interval: SAMPLING });
    await this.#session.post('Profiler.start');
  }

  /** Forgets what was until now, so that it does not grow. */
  forget(): void {
    this.#turn = this.#turn.then(() => this.#take());
  }

  /** The functions that were on the stack most of the time in the last stretch of so many milliseconds, the outermost first. */
  during(milliseconds: number): Promise<readonly string[]> {
    const to = Number(process.hrtime.bigint() / 1000n);
    const found = this.#turn.then(async () => busiest(await this.#take(), to - milliseconds * 1000, to));
    this.#turn = found;
    return found;
  }

  async #take(): Promise<Profiler.Profile> {
    const { profile } = await this.#session.post('Profiler.stop');
    await this.#session.post('Profiler.start');
    this.#taken();
    return profile;
  }
}

/** Times are microseconds of the monotonic clock. */
function busiest({ nodes, samples = [], timeDeltas = [], startTime }: Profiler.Profile, from: number, to: number): string[] {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const parents = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)));
  const times = new Map<number, number>();
  let now = startTime;
  for (const [index, sample] of samples.entries()) {
    const delta = timeDeltas[index] ?? 0;
    now += delta;
    if (now < from || now > to) continue;
    for (let id: number | undefined = sample; id !== undefined; id = parents.get(id)) times.set(id, (times.get(id) ?? 0) + delta);
  }
  const most = [...times].filter(([id, time]) => time > (to - from) / 4 && isOurs(byId.get(id))).slice(-200);
  return most
    .sort(([a, timeOfA], [b, timeOfB]) => timeOfB - timeOfA || a - b)
    .slice(0, MOST_LINES)
    .map(([id, time]) => `${Math.round(time / 1000)} ms ${nameOf(byId.get(id)!)}`);
}

const isOurs = (node: Profiler.ProfileNode | undefined) => node !== undefined && /\/(lib|node_modules)\//.test(node.callFrame.url);

function nameOf({ callFrame: { functionName, url, lineNumber } }: Profiler.ProfileNode): string {
  return `${functionName || '(anonymous)'} ${url.replace(/^.*\/(?=(?:lib|node_modules)\/)/, '')}:${lineNumber + 1}`;
}
