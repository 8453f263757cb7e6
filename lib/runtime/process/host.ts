import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import type { Environment } from '../../base/environment.js';
import type { Logger } from '../../base/logger.js';
import type { RuntimeEvent } from '../container-runtime.js';
import { RuntimeError } from '../runtime-error.js';
import { bootId, ProcessTable } from './process-table.js';
import type { WrapperTools } from './wrapper.js';

/** What all containers of a runtime share: the machine, and the runtime's services. */
export interface Host {
  readonly environment: Environment;
  readonly logger: Logger;
  readonly table: ProcessTable;
  readonly tools: WrapperTools;
  /** The `script` of util-linux, for terminals; absent: execs with a terminal are unsupported. */
  readonly script?: string | undefined;
  /** Search path for programs of containers that set none. */
  readonly path: string;
  readonly bootId: string;
  readonly emit: (event: RuntimeEvent) => void;
}

/** Looks at the machine. Throws `Unsupported` when containers cannot run on it. */
export function inspectHost(options: Pick<Host, 'environment' | 'logger' | 'path' | 'emit'>): Host {
  if (process.platform !== 'linux')
    throw new RuntimeError('Unsupported', `the process runtime needs Linux, and this is ${process.platform}`);
  const tool = (name: string) => {
    const file = findTool(name, options.path);
    if (file === undefined)
      throw new RuntimeError('Unsupported', `the process runtime needs the program ${name} (install util-linux and coreutils)`);
    return file;
  };
  return {
    ...options,
    table: new ProcessTable(options.environment),
    tools: { setsid: tool('setsid'), cat: tool('cat'), env: tool('env') },
    script: findTool('script', options.path),
    bootId: bootId(),
  };
}

function findTool(name: string, path: string): string | undefined {
  return [...path.split(':'), '/usr/bin', '/bin'].map((directory) => join('/', directory, name)).find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false; // The one thing that was asked.
  }
}
