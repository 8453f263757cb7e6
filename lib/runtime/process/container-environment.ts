import { dirname } from 'node:path';
import type { ContainerConfig } from '../container-runtime.js';

/** What the surroundings of a container add to its own variables. */
export interface Surroundings {
  readonly root: string;
  readonly hostname: string;
  readonly podIp: string;
  /** Search path for programs of containers that set none. */
  readonly path: string;
}

/**
 * All variables of a container's processes. Nothing else of the host's environment reaches them.
 *
 * PATH always ends with the directory of the running `node`, so that a container can say `node` wherever kubelib runs.
 */
export function containerEnvironment({ env }: ContainerConfig, { root, hostname, podIp, path }: Surroundings): Record<string, string> {
  const variables: Record<string, string> = { PATH: path, HOME: root, HOSTNAME: hostname, POD_IP: podIp, KUBELIB_ROOT: root };
  for (const { name, value } of env) variables[name] = value;
  variables.PATH = withNode(variables.PATH!);
  return variables;
}

function withNode(path: string): string {
  const node = dirname(process.execPath);
  return path.split(':').includes(node) ? path : `${path}:${node}`;
}

/**
 * The variables as `spawn` takes them. Node hands NODE_V8_COVERAGE on to children that do not mention it; mentioning it as undefined keeps
 * a host that is being measured out of its containers.
 */
export function spawnEnvironment(variables: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  return { NODE_V8_COVERAGE: undefined, ...variables };
}
