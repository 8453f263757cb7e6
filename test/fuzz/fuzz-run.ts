import { setTimeout as pause } from 'node:timers/promises';
import type { Corpus } from './corpus.js';
import { loadCorpus } from './corpus.js';
import { Findings } from './finding.js';
import type { Finding } from './finding.js';
import { FuzzClient } from './fuzz-client.js';
import type { Exchange } from './http-exchange.js';
import { FuzzedPlane } from './plane/fuzzed-plane.js';
import type { MemoryReading, Pause } from './plane/messages.js';
import { Random, seedOf } from './random.js';
import type { Scenario } from './scene.js';
import { Scene } from './scene.js';
import { scenarios as allScenarios } from './scenarios/all.js';
import { Sweep } from './sweep.js';

/** What {@link fuzz} takes. */
export interface FuzzOptions {
  /** Decides about every request. */
  readonly seed: number;
  /** Until no more scenes begin. */
  readonly milliseconds: number;
  /** Play these scenes and no others, one after the other. Default: all from 0 on, until the time is over. */
  readonly scenes?: readonly number[] | undefined;
  /** Scenes at once. Default 6. */
  readonly lanes?: number | undefined;
  /** Milliseconds after which all is deleted and memory measured. Default 60,000. */
  readonly round?: number | undefined;
  /** A fault on purpose. */
  readonly fault?: string | undefined;
  /** See {@link PlaneOptions.profile}. */
  readonly profile?: boolean | undefined;
  /** Called with a line for people every ten seconds. */
  readonly progress?: ((line: string) => void) | undefined;
}

/** What came out. */
export interface FuzzResult {
  readonly findings: Findings;
  readonly scenes: number;
  readonly requests: number;
  /** How often each code was answered. */
  readonly codes: ReadonlyMap<number, number>;
  /** Milliseconds of the longest pause of the event loop. */
  readonly longestPause: number;
  /** After each round. */
  readonly memory: readonly MemoryReading[];
}

const NAMESPACES = ['fuzz-0', 'fuzz-1', 'fuzz-2'];
const ROUND = 60_000;
/** Bytes by which memory may grow between the first rounds and the last ones: what is compiled, cached and bounded differs so much. */
const MOST_GROWTH = 48 * 1024 * 1024;
const MOST_FINDINGS = 40;

/** Plays scenes against a control plane until the time is over. */
export async function fuzz(options: FuzzOptions): Promise<FuzzResult> {
  const run = new FuzzRun(options);
  await run.play();
  return run.result;
}

class FuzzRun {
  readonly #options: FuzzOptions;
  readonly #corpus: Corpus = loadCorpus();
  readonly #findings = new Findings();
  readonly #codes = new Map<number, number>();
  readonly #memory: MemoryReading[] = [];
  readonly #deadline: number;
  readonly #scenes: number[] | undefined;
  #next = 0;
  #played = 0;
  #requests = 0;
  #longestPause = 0;
  #plane!: FuzzedPlane;
  #client!: FuzzClient;

  constructor(options: FuzzOptions) {
    this.#options = options;
    this.#scenes = options.scenes && [...options.scenes];
    this.#deadline = performance.now() + options.milliseconds;
  }

  get result(): FuzzResult {
    return {
      findings: this.#findings,
      scenes: this.#played,
      requests: this.#requests,
      codes: this.#codes,
      longestPause: this.#longestPause,
      memory: this.#memory,
    };
  }

  async play(): Promise<void> {
    const begin = performance.now();
    const ticker = setInterval(() => this.#options.progress?.(this.#line(performance.now() - begin)), 10_000);
    try {
      while (!this.#isOver()) await this.#withPlane();
    } finally {
      clearInterval(ticker);
    }
    if (this.#growth() > MOST_GROWTH)
      this.#report({ what: 'memory grows', details: this.#memory.map(printMemory).join('\n'), exchanges: [] });
  }

  #line(elapsed: number): string {
    const { heap = 0 } = this.#memory.at(-1) ?? {};
    return `${Math.round(elapsed / 1000)} s: ${this.#played} scenes, ${this.#requests} requests, ${this.#findings.size} findings, longest pause ${Math.round(this.#longestPause)} ms, heap after the last round ${Math.round(heap / 2 ** 20)} MB`;
  }

  #isOver(): boolean {
    return performance.now() >= this.#deadline || this.#scenes?.length === 0 || this.#findings.size >= MOST_FINDINGS;
  }

  /** Rounds with one plane, until the time is over or the plane is gone. */
  async #withPlane(): Promise<void> {
    this.#plane = await FuzzedPlane.start(this.#listener(), this.#options);
    this.#client = new FuzzClient(this.#plane.address);
    try {
      const sweep = await Sweep.start(this.#client);
      while (!this.#isOver() && !this.#plane.ended) await this.#round(sweep);
    } finally {
      this.#client.close();
      await this.#plane.stop();
    }
  }

  async #round(sweep: Sweep): Promise<void> {
    const end = Math.min(this.#deadline, performance.now() + (this.#options.round ?? ROUND));
    for (const namespace of NAMESPACES) await this.#createNamespace(namespace);
    const lane = async () => {
      while (performance.now() < end && !this.#isOver() && !this.#plane.ended)
        await this.#scene(this.#scenes ? this.#scenes.shift()! : this.#next++);
    };
    await Promise.all(Array.from({ length: this.#scenes ? 1 : (this.#options.lanes ?? 6) }, lane));
    const left = this.#plane.ended ? [] : await sweep.run();
    if (left.length > 0 && !this.#plane.ended)
      this.#report({
        what: `what was accepted cannot be deleted: ${left[0]!.split(' ')[0]}`,
        details: left.slice(0, 50).join('\n'),
        exchanges: this.#client.between(0, Infinity).slice(-10),
      });
    const reading = await this.#plane.measure();
    if (!reading) return;
    this.#memory.push(reading);
    this.#longestPause = Math.max(this.#longestPause, reading.longestPause);
  }

  async #createNamespace(name: string): Promise<void> {
    const body = Buffer.from(JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }));
    for (let tries = 0; tries < 100 && !this.#plane.ended; tries++) {
      const { code } = await this.#client.send(-1, {
        method: 'POST',
        path: '/api/v1/namespaces',
        headers: { 'content-type': 'application/json' },
        body,
      });
      const terminating =
        code === 409 &&
        (await this.#client.send(-1, { method: 'GET', path: `/api/v1/namespaces/${name}`, headers: {} })).body.includes('"Terminating"');
      if (!terminating) return;
      await pause(100);
    }
  }

  async #scene(index: number): Promise<void> {
    const random = new Random(seedOf(this.#options.seed, index));
    const scenario = pickScenario(random);
    const report = (finding: Finding) => this.#report({ ...finding, what: `${scenario.name}: ${finding.what}` });
    const scene = new Scene({
      index,
      random,
      corpus: this.#corpus,
      client: this.#client,
      namespace: random.pick(NAMESPACES),
      report,
      answered: (exchange) => this.#count(exchange),
      isGone: () => this.#isGone(),
    });
    await scenario.run(scene);
    this.#played += 1;
  }

  #count({ code = 0 }: Exchange): void {
    this.#requests += 1;
    this.#codes.set(code, (this.#codes.get(code) ?? 0) + 1);
  }

  /** Whether a missing answer is explained by the end of the process, which may be told a moment later. */
  async #isGone(): Promise<boolean> {
    for (let tries = 0; tries < 20 && !this.#plane.ended; tries++) await pause(50);
    return this.#plane.ended !== undefined;
  }

  #report(finding: Finding): void {
    this.#findings.add(finding);
  }

  #listener() {
    const latest = () => this.#client.between(performance.timeOrigin + performance.now() - 1000, Infinity).slice(-30);
    return {
      pause: (stretch: Pause) => {
        this.#longestPause = Math.max(this.#longestPause, stretch.to - stretch.from);
        const exchanges = this.#client.between(stretch.from, stretch.to);
        this.#report({
          what: `the event loop stood still: ${stretch.doing.at(-1)?.replace(/^\d+ ms /, '') ?? likeliest(exchanges, stretch)}`,
          details: `${Math.round(stretch.to - stretch.from)} ms, of which ${Math.round(stretch.processor)} ms of processor time, ${Math.round(stretch.collecting)} ms of it garbage collection\n${stretch.doing.join('\n')}`,
          exchanges,
        });
      },
      logged: (message: string, fields: string) =>
        this.#report({
          what: `an error was logged: ${message} ${/Error: [^\n]*/.exec(fields)?.[0] ?? ''}`,
          details: fields,
          exchanges: latest(),
        }),
      prototypes: (changes: readonly string[]) =>
        this.#report({ what: `prototypes were changed: ${changes.join(', ')}`, details: '', exchanges: latest() }),
      ended: (why: string, output: string) =>
        this.#report({
          what: `${why}: ${/^\w*Error: .*/m.exec(output)?.[0] ?? ''}`,
          details: output.slice(-3000),
          exchanges: this.#client
            .between(performance.timeOrigin + performance.now() - 25_000, Infinity)
            .filter(({ done }) => done === undefined || done > performance.timeOrigin + performance.now() - 1000),
        }),
    };
  }

  /** Bytes between the most of the first third of the rounds (two at least), in which caches fill, and the least of the last third. */
  #growth(): number {
    const sizes = this.#memory.map(({ heap, external }) => heap + external);
    const third = Math.floor(sizes.length / 3);
    return third === 0 ? 0 : Math.min(...sizes.slice(-third)) - Math.max(...sizes.slice(0, Math.max(2, third)));
  }
}

function pickScenario(random: Random): Scenario {
  return random.weighted(allScenarios.map((scenario) => [scenario.weight, scenario] as const));
}

/** The write that was answered first after a pause names it, by its method and kind of path alone. */
function likeliest(exchanges: readonly Exchange[], { to }: Pause): string {
  const after = exchanges.filter(({ done = Infinity }) => done >= to - 5).sort((a, b) => (a.done ?? Infinity) - (b.done ?? Infinity));
  const { request } = after.find(({ request: { body } }) => body !== undefined) ?? after[0] ?? {};
  return request
    ? `${request.method} ${request.path
        .replace(/\?.*/, '')
        .replace(/\/[^/]*$/, '')
        .replace(/s\d+[a-z][a-z0-9]{3}/g, '*')}`
    : 'nothing was in flight';
}

export function printMemory({ heap, external }: MemoryReading): string {
  return `heap ${(heap / 2 ** 20).toFixed(1)} MB, external ${(external / 2 ** 20).toFixed(1)} MB`;
}
