import { accessSync, constants, statSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import { RuntimeError } from '../runtime-error.js';

/** Where a program is looked for. */
export interface ProgramSearch {
  readonly root: string;
  readonly workingDirectory: string;
  /** Directories separated by colons. */
  readonly path: string;
}

/**
 * The file that a command names. A path is looked for below the working directory and the container's root, an absolute one then on
 * the host; a bare name below the root and then in PATH.
 * Throws `Invalid`, with a text for the user, when there is none or when it cannot be executed.
 */
export function findProgram(command: string, search: ProgramSearch): string {
  let refused: string | undefined;
  for (const candidate of candidates(command, search)) {
    if (!isFile(candidate)) continue;
    if (isExecutable(candidate)) return candidate;
    refused ??= candidate;
  }
  if (refused !== undefined) throw new RuntimeError('Invalid', `"${command}": permission denied (${refused} is not executable)`);
  throw new RuntimeError(
    'Invalid',
    command.includes('/')
      ? `"${command}": no such file, neither below the container's root ${search.root} nor on the host`
      : `"${command}": executable file not found in $PATH (the process runtime runs programs of the host)`,
  );
}

function candidates(command: string, { root, workingDirectory, path }: ProgramSearch): readonly string[] {
  if (isAbsolute(command)) return [join(root, command), command];
  if (command.includes('/')) return [resolve(workingDirectory, command), resolve(root, command)];
  return [join(root, command), ...path.split(':').map((directory) => resolve(root, directory, command))];
}

function isFile(path: string): boolean {
  return succeeds(() => statSync(path)) && statSync(path).isFile();
}

function isExecutable(path: string): boolean {
  return succeeds(() => accessSync(path, constants.X_OK));
}

function succeeds(check: () => unknown): boolean {
  try {
    check();
    return true;
  } catch {
    return false; // A file that cannot be looked at is, for a search, not there.
  }
}
