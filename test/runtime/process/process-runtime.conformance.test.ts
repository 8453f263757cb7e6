import { join } from 'node:path';
import { systemEnvironment } from '../../../lib/base/system-environment.js';
import { ProcessRuntime } from '../../../lib/runtime/process/process-runtime.js';
import type { Program } from '../../../lib/testing/container-runtime-conformance.js';
import { containerRuntimeConformance, shellCommand } from '../../../lib/testing/container-runtime-conformance.js';

const ECHO = 'require("net").createServer((s) => s.pipe(s)).listen(Number(process.argv[1]), process.env.POD_IP)';

function commandOf(program: Program): readonly string[] {
  return program.kind === 'echo' ? ['node', '-e', ECHO, `${program.port}`] : shellCommand(program);
}

containerRuntimeConformance('ProcessRuntime', {
  open: (directory) =>
    new ProcessRuntime({ directory: join(directory, 'runtime'), podRange: '127.90.1.0/24', environment: systemEnvironment }),
  program: (program) => ({ image: 'none', command: commandOf(program), args: [] }),
  execCommand: commandOf,
  skip: { 'read-only mounts': 'a mount is a link', images: 'it has none' },
});
