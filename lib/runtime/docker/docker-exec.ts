import { readFileSync } from 'node:fs';
import type { Duplex } from 'node:stream';
import type Dockerode from 'dockerode';
import type { ExecSession, PodExecOptions } from '../../api/wire/pod-streams.js';
import type { Environment } from '../../base/environment.js';
import type { Logger } from '../../base/logger.js';
import type { DockerEngine } from './docker-engine.js';
import { dockerSession } from './docker-session.js';

const KILLED = 137;
/** Longest time between the end of a container's output and its own. */
const END_MILLISECONDS = 5000;

/** What execs and attaches share. */
export interface DockerAccess {
  readonly engine: DockerEngine;
  readonly environment: Environment;
  readonly logger: Logger;
}

/** Runs a command in a container. */
export async function execInContainer(access: DockerAccess, containerId: string, options: PodExecOptions): Promise<ExecSession> {
  const { engine, logger } = access;
  const { command, stdin, stdout, stderr, tty } = options;
  const exec = await engine.ask((docker) =>
    docker
      .getContainer(containerId)
      .exec({ Cmd: [...command], AttachStdin: stdin, AttachStdout: stdout, AttachStderr: stderr && !tty, Tty: tty }),
  );
  const connection = await engine.ask(() => exec.start({ hijack: true, stdin: true, Tty: tty }));
  if (!stdin) connection.end();
  const kill = async () => {
    await killExec(exec, containerId);
    connection.destroy();
  };
  return dockerSession({
    connection,
    terminal: tty,
    wanted: { stdout, stderr },
    exitStatus: async () => ({ exitCode: (await engine.ask(() => exec.inspect())).ExitCode ?? KILLED }),
    resize: (columns, rows) =>
      void exec.resize({ w: columns, h: rows }).catch((error: unknown) => logger.debug('cannot resize a terminal', { error })),
    end: () => void kill().catch((error: unknown) => logger.warn('cannot end an exec', { container: containerId, error })),
  });
}

/** Shows what a container prints from now on, and lets it read, if it was made to. */
export async function attachToContainer(
  access: DockerAccess,
  containerId: string,
  tty: boolean,
  options: Omit<PodExecOptions, 'command'>,
): Promise<ExecSession> {
  const { engine, environment, logger } = access;
  const { stdin, stdout, stderr } = options;
  const container = await engine.ask((docker) => Promise.resolve(docker.getContainer(containerId)));
  const connection = (await engine.ask(() => container.attach({ stream: true, hijack: true, stdin, stdout, stderr }))) as Duplex;
  return dockerSession({
    connection,
    terminal: tty,
    wanted: { stdout, stderr },
    // The output may end a moment before the container.
    exitStatus: async (killed) => {
      if (!killed) await Promise.race([engine.askUnless([404], () => container.wait()), environment.sleep(END_MILLISECONDS)]);
      return { exitCode: (await engine.askUnless([404], () => container.inspect()))?.State.ExitCode ?? KILLED };
    },
    resize: (columns, rows) =>
      void container.resize({ w: columns, h: rows }).catch((error: unknown) => logger.debug('cannot resize a terminal', { error })),
    end: () => connection.destroy(),
  });
}

/**
 * The engine cannot end an exec. Its process is one of this machine, if the engine runs here: then the container's id is in its control group.
 */
async function killExec(exec: Dockerode.Exec, containerId: string): Promise<void> {
  const { Running, Pid } = await exec.inspect();
  if (Running && Pid > 0 && isOf(Pid, containerId)) process.kill(Pid, 'SIGKILL');
}

function isOf(pid: number, containerId: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/cgroup`, 'utf8').includes(containerId);
  } catch {
    return false; // Not a process of this machine, or not one any more.
  }
}
