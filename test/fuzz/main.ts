import { readFileSync } from 'node:fs';
import { Command, InvalidArgumentError } from 'commander';
import { printFinding, saveFindings } from './finding.js';
import type { FuzzResult } from './fuzz-run.js';
import { fuzz, printMemory } from './fuzz-run.js';
import { parseRequest } from './http-exchange.js';
import { FAULT_NAMES } from './plane/seeded-faults.js';
import { replay } from './replay.js';

interface Flags {
  readonly minutes: number;
  readonly seed: number;
  readonly scenes?: readonly number[];
  readonly lanes: number;
  readonly output: string;
  readonly replay?: string;
  readonly fault?: string;
  readonly profile: boolean;
}

const number = (text: string): number => {
  const value = Number(text);
  if (text === '' || !Number.isFinite(value) || value < 0) throw new InvalidArgumentError('It must be a number, 0 or more.');
  return value;
};

const program = new Command('npm run fuzz --')
  .description(
    'Sends requests that hardly anybody would send to a control plane in a process of its own, and looks for what must not happen.',
  )
  .option('--minutes <number>', 'how long', number, 1)
  .option('--seed <number>', 'decides about every request; a run prints it', number, Math.floor(Math.random() * 2 ** 31))
  .option('--scenes <numbers>', 'play these scenes alone, such as 12,34', (text) => text.split(',').map(number))
  .option('--lanes <number>', 'scenes at once', number, 6)
  .option('--output <file>', 'where requests that caused something are written', 'fuzz-findings.json')
  .option('--replay <file>', 'send the requests of such a file again, one by one')
  .option('--profile', 'tell what the process was doing in a pause; slows it down', false)
  .option('--fault <name>', `make a fault on purpose, to see it found: ${FAULT_NAMES.join(', ')}`)
  .addHelpText('after', '\nExit code: 0 when nothing was found, 1 when something was, 2 for a mistake in the options.')
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));

const flags = program.parse().opts<Flags>();
process.exitCode = flags.replay === undefined ? await run(flags) : await again(flags.replay);

async function run({ minutes, seed, scenes, lanes, output, fault, profile }: Flags): Promise<number> {
  console.log(`fuzz: seed ${seed}, ${minutes} minutes`);
  const result = await fuzz({
    seed,
    milliseconds: minutes * 60_000,
    scenes,
    lanes,
    fault,
    profile,
    progress: (line) => console.log(`fuzz: ${line}`),
  });
  printResult(result);
  if (result.findings.size === 0) return 0;
  saveFindings(output, seed, result.findings);
  console.log(
    `fuzz: the requests are in ${output}; \`npm run fuzz -- --replay ${output}\` sends them again, \`npm run fuzz -- --seed ${seed} --scenes N\` plays one scene again`,
  );
  return 1;
}

function printResult({ findings, scenes, requests, codes, longestPause, memory }: FuzzResult): void {
  const answers = [...codes].sort(([a], [b]) => a - b).map(([code, times]) => `${code || 'none'} × ${times}`);
  console.log(`fuzz: ${scenes} scenes, ${requests} requests; answers: ${answers.join(', ')}`);
  console.log(
    `fuzz: longest pause of the event loop ${Math.round(longestPause)} ms; after the rounds: ${memory.map(printMemory).join('; ')}`,
  );
  for (const { finding, times } of findings.all) console.log(printFinding(finding, times));
  console.log(findings.size === 0 ? 'fuzz: nothing found' : `fuzz: ${findings.size} findings`);
}

async function again(file: string): Promise<number> {
  const kept = JSON.parse(readFileSync(file, 'utf8')) as { readonly what: string; readonly requests: readonly Record<string, unknown>[] }[];
  let wrong = 0;
  for (const { what, requests } of kept) {
    console.log(`- ${what}`);
    wrong += await replay(requests.map(parseRequest), (line) => console.log(`    ${line}`));
  }
  return wrong === 0 ? 0 : 1;
}
