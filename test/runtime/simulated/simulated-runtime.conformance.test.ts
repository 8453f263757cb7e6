import { PassThrough } from 'node:stream';
import { systemEnvironment } from '../../../lib/base/system-environment.js';
import { SimulatedRuntime } from '../../../lib/runtime/simulated/simulated-runtime.js';
import type { SimulatedBehaviour, SimulatedExecIo } from '../../../lib/runtime/simulated/simulation.js';
import type { Program } from '../../../lib/testing/container-runtime-conformance.js';
import { containerRuntimeConformance } from '../../../lib/testing/container-runtime-conformance.js';

const MEMORY = 1_000_000;
const READY = [{ text: 'ready\n' }];

function behaviourOf(program: Program): SimulatedBehaviour {
  switch (program.kind) {
    case 'exit':
      return {
        ...{ runFor: program.after ?? 1, exitCode: program.code, memoryBytes: MEMORY },
        output: [{ text: program.stdout ?? '' }, { text: program.stderr ?? '', stream: 'stderr' }],
      };
    case 'count':
      return {
        runFor: program.to * program.every,
        output: Array.from({ length: program.to }, (_, i) => ({ after: i * program.every, text: `${i + 1}\n` })),
      };
    case 'stubborn':
      return { output: READY, stopsIn: Infinity, memoryBytes: MEMORY };
    default:
      return { output: READY, stopExitCode: 7, memoryBytes: MEMORY };
  }
}

async function execute(program: Program, { stdin, stdout, stderr, signal }: SimulatedExecIo): Promise<number> {
  switch (program.kind) {
    case 'exit':
      stdout.write(program.stdout ?? '');
      stderr.write(program.stderr ?? '');
      return program.code;
    case 'copy':
      for await (const chunk of stdin) stdout.write(chunk);
      return 0;
    default:
      return new Promise((resolve) => signal.addEventListener('abort', () => resolve(137)));
  }
}

const programOf = (text: string | undefined) => JSON.parse(text ?? '') as Program;
let machine: SimulatedRuntime | undefined;

containerRuntimeConformance('SimulatedRuntime', {
  open: () =>
    (machine ??= new SimulatedRuntime({
      environment: systemEnvironment,
      onStart: ({ config }) => behaviourOf(programOf(config.args[0])),
      onExec: (_, command, io) => execute(programOf(command[0]), io),
      onConnect: (_, port) => (port === 8123 ? new PassThrough() : undefined),
    })),
  program: (program) => ({ image: 'simulated', command: [], args: [JSON.stringify(program)] }),
  execCommand: (program) => [JSON.stringify(program)],
  cleanup: () => void (machine = undefined),
  skip: {
    environment: 'there is no process to read it',
    mounts: 'there are no files',
    'read-only mounts': 'there are no files',
    'missing programs': 'there are no programs',
    images: 'all are there without the hook onPull',
  },
});
