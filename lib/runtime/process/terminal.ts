import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { readlinkSync } from 'node:fs';
import type { Host } from './host.js';
import { readText } from './state-files.js';

/** The command that runs another one on a terminal of its own, with its exit code. Node has no terminals; util-linux has. */
export function terminalCommand(script: string, command: readonly string[]): readonly string[] {
  return [script, '--quiet', '--return', '--flush', '--command', `exec ${command.map(quoted).join(' ')}`, '/dev/null'];
}

/** Sets the size of the terminal that `script` made; nothing happens when the program has ended already. */
export function resizeTerminal(script: ChildProcess, columns: number, rows: number, host: Host): void {
  const terminal = terminalOf(script.pid);
  if (terminal === undefined) {
    // `script` has not made it yet, or is gone.
    if (script.exitCode === null && script.signalCode === null)
      host.environment.timer(20, () => resizeTerminal(script, columns, rows, host), { unref: true });
    return;
  }
  spawn('stty', ['-F', terminal, 'rows', String(rows), 'cols', String(columns)], { stdio: 'ignore' })
    .on('error', (error) => host.logger.debug('cannot resize a terminal', { error }))
    .unref();
}

/** The terminal of the first child of a process. */
function terminalOf(pid: number | undefined): string | undefined {
  const [child] = (readText(`/proc/${pid}/task/${pid}/children`) ?? '').split(' ');
  if (!child) return undefined;
  try {
    const file = readlinkSync(`/proc/${child}/fd/0`);
    return file.startsWith('/dev/pts/') ? file : undefined;
  } catch {
    return undefined; // It ended between the two looks.
  }
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
