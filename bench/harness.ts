import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';

/** One measured figure. */
export interface Figure {
  readonly name: string;
  readonly unit: string;
  /** Runs it once and gives the figure. */
  readonly run: () => Promise<number>;
  /** Runs; default 5. */
  readonly runs?: number;
}

/** What a bench file exports: figures that share their setup. */
export interface Bench {
  readonly name: string;
  readonly figures: () => Promise<{ readonly figures: readonly Figure[]; readonly close?: () => Promise<void> }>;
}

interface Row {
  readonly bench: string;
  readonly name: string;
  readonly unit: string;
  readonly median: number;
  readonly runs: readonly number[];
}

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

/** Runs benches, prints a table of medians and writes `bench/results/<time>.json`. */
export async function runBenches(benches: readonly Bench[]): Promise<void> {
  const rows: Row[] = [];
  for (const bench of benches) {
    const { figures, close } = await bench.figures();
    for (const figure of figures) {
      const runs: number[] = [];
      for (let i = 0; i < (figure.runs ?? 5); i++) runs.push(await figure.run());
      const row = { bench: bench.name, name: figure.name, unit: figure.unit, median: median(runs), runs };
      rows.push(row);
      console.log(
        `${bench.name.padEnd(12)} ${figure.name.padEnd(58)} ${format(row.median).padStart(12)} ${figure.unit.padEnd(8)} [${runs.map(format).join(' ')}]`,
      );
    }
    await close?.();
  }
  const machine = { cpu: cpus()[0]?.model, cores: cpus().length, memory: totalmem(), node: process.version };
  mkdirSync('bench/results', { recursive: true });
  const file = `bench/results/${new Date().toISOString().replaceAll(':', '-')}.json`;
  writeFileSync(file, `${JSON.stringify({ machine, command: 'npm run bench', rows }, undefined, 2)}\n`);
  console.log(`\nmedians; ${machine.cores} × ${machine.cpu}, node ${machine.node}; written to ${file}`);
}

const format = (value: number) => (value >= 100 ? Math.round(value).toLocaleString('en') : value.toPrecision(3));

/** How often a second `work` gets done, `inFlight` at a time. */
export async function perSecond(count: number, inFlight: number, work: (index: number) => Promise<unknown>): Promise<number> {
  let next = 0;
  const begin = performance.now();
  const lane = async () => {
    for (let i = next++; i < count; i = next++) await work(i);
  };
  await Promise.all(Array.from({ length: inFlight }, lane));
  return (count * 1000) / (performance.now() - begin);
}

/** Milliseconds that `work` takes. */
export async function milliseconds(work: () => Promise<unknown>): Promise<number> {
  const begin = performance.now();
  await work();
  return performance.now() - begin;
}
