import { spawnEnvironment } from './container-environment.js';
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import type { ProcessTable } from './process-table.js';
import { sendSignal } from './process-table.js';

/** The files in a container's `io` directory, each with one writer. */
export const IO = {
  /** What the container printed and kubelib has not yet taken into the log. */
  stdout: 'stdout',
  stderr: 'stderr',
  /** The line of `/proc/<pid>/stat` of the container's first process, written by itself just before it becomes the program. */
  identity: 'identity',
  /** The exit code and a line end, once it has ended. */
  exit: 'exit',
} as const;

/**
 * The parent of a container's first process: a shell that outlives kubelib.
 *
 * It puts the program into a session of its own, carries its two pipes into files with `cat`, kills what the program leaves behind in
 * its group, and writes down the exit code. Real pipes, not files, are the program's outputs, so that a script may open /dev/stderr anew.
 * Why a shell and not a Node process: docs/decisions/0002-process-runtime.md.
 *
 * Its variables begin with `kl_`, as a variable that the container has would change in the container as well.
 * Descriptors: 3 exit code, 4 and 7 identity (written, read), 5 and 6 the files of stdout and stderr, 8 and 9 the pipes to them.
 */
const SCRIPT = `
kl_setsid=$1 kl_cat=$2; shift 2
{ {
"$kl_setsid" /bin/sh -c '
  read -r kl_stat < /proc/$$/stat; echo "$kl_stat" >&4
  exec "$@" >&8 2>&9 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&-
' sh "$@" 9>&1
kl_code=$?
read -r kl_pid kl_rest <&7 && kill -KILL "-$kl_pid"
echo "$kl_code" >&3
} | "$kl_cat" >&6
} 8>&1 | "$kl_cat" >&5
`;

/** Programs of the host that wrappers use, as absolute paths: the PATH of a container need not have them. */
export interface WrapperTools {
  readonly setsid: string;
  readonly cat: string;
  readonly env: string;
}

/** What a wrapper is started with. */
export interface WrapperOptions {
  readonly tools: WrapperTools;
  /** An existing directory; its files are described in {@link IO}. */
  readonly io: string;
  /** Program (an absolute path) and arguments. */
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly workingDirectory: string;
  readonly user?: number | undefined;
  readonly group?: number | undefined;
}

/** Starts a wrapper in a session of its own: neither a signal to kubelib's group nor kubelib's end reaches it. */
export function spawnWrapper({ tools, io, command, environment, workingDirectory, user, group }: WrapperOptions): ChildProcess {
  const files: number[] = [];
  const open = (name: string, flags: string) => {
    const file = openSync(join(io, name), flags, 0o600);
    files.push(file);
    return file;
  };
  try {
    const written = [open(IO.exit, 'w'), open(IO.identity, 'w'), open(IO.stdout, 'a'), open(IO.stderr, 'a')];
    return spawn('/bin/sh', ['-c', SCRIPT, 'sh', tools.setsid, tools.cat, ...withOddNames(tools.env, command, environment)], {
      cwd: workingDirectory,
      env: spawnEnvironment(environment),
      detached: true,
      stdio: ['ignore', 'ignore', 'ignore', ...written, open(IO.identity, 'r')],
      ...(user !== undefined && { uid: user }),
      ...(group !== undefined && { gid: group }),
    });
  } finally {
    for (const file of files) closeSync(file);
  }
}

/**
 * A command that runs another one with pipes for its outputs, and ends as it does. What Node calls pipes are sockets, which a program cannot open
 * anew as /dev/stderr.
 */
export function pipedCommand(
  { cat, env }: WrapperTools,
  command: readonly string[],
  environment: Readonly<Record<string, string>>,
): readonly string[] {
  return ['/bin/sh', '-c', PIPED, 'sh', cat, ...withOddNames(env, command, environment)];
}

/** Descriptors: 3 the exit code, 7 the pipe of stderr (what the shell itself says of a killed command goes nowhere), 8 and 9 the sockets. The pipes of the command end before the `cat`s, and those before the shell. */
const PIPED = `
kl_cat=$1; shift
exec 8>&1 9>&2
kl_code=$(
  { { { (exec "$@" 2>&7 3>&- 7>&- 8>&- 9>&-); echo "$?" >&3; } 2>/dev/null | "$kl_cat" >&8; } 7>&1 | "$kl_cat" >&9; } 3>&1
)
exit "$kl_code"
`;

/** Shells drop variables whose names they could not set, such as `my.name`; `env` brings them back. */
export function withOddNames(env: string, command: readonly string[], environment: Readonly<Record<string, string>>): readonly string[] {
  const odd = Object.entries(environment).filter(([name]) => !/^[A-Za-z_][A-Za-z0-9_]*$/.test(name));
  return odd.length === 0 ? command : [env, ...odd.map(([name, value]) => `${name}=${value}`), ...command];
}

/**
 * Runs `work` while a wrapper and its `cat`s stand still, so that nothing is appended to their files meanwhile; the program at most
 * waits on a full pipe. False, with `work` not done, when they did not come to a halt.
 */
export function whilePaused(wrapper: number, table: ProcessTable, work: () => void): boolean {
  if (!sendSignal(-wrapper, 'SIGSTOP')) return false;
  try {
    const stopped = () => table.session(wrapper).every(({ state }) => state === 'T');
    for (let tries = 0; tries < 20; tries++) {
      if (!stopped()) continue;
      work();
      return true;
    }
    return false;
  } finally {
    sendSignal(-wrapper, 'SIGCONT');
  }
}
