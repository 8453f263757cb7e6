import { resolve } from 'node:path';
import { colors } from './colors.js';
import { systemEnvironment } from '../base/system-environment.js';
import { pinoLogger } from '../base/pino-logger.js';
import { RemoteNode } from '../control-plane/remote-node.js';
import { StartError } from '../control-plane/start-error.js';
import type { ListenAddress, LogLevel } from './option-values.js';
import { untilSignal } from './until-signal.js';
import { UsageError } from './usage-error.js';

/** The options of `kubelib node`. */
export interface NodeFlags {
  readonly name: string;
  readonly kubeconfig: string;
  readonly dataDir?: string;
  readonly runtime: 'process' | 'docker' | 'simulated';
  readonly listen: ListenAddress;
  readonly logLevel: LogLevel;
}

/** Runs one node of a control plane that is up, until a signal. */
export async function runNode(flags: NodeFlags): Promise<void> {
  const say = (text: string) => process.stdout.write(`${text}\n`);
  let node: RemoteNode;
  try {
    node = await RemoteNode.start({
      name: flags.name,
      kubeconfig: flags.kubeconfig,
      directory: resolve(flags.dataDir ?? `.kubelib-${flags.name}`),
      runtime: flags.runtime,
      listen: flags.listen,
      environment: systemEnvironment,
      logger: pinoLogger({ level: flags.logLevel }),
    });
  } catch (error) {
    if (error instanceof StartError) throw new UsageError(error.message);
    throw error;
  }
  const finished = untilSignal(async () => {
    say('\nstopping pods …');
    await node.stop();
    say('stopped.');
  });
  say(`${colors.green('●')} node ${flags.name} of ${node.server} (${flags.runtime} runtime); Ctrl-C stops it`);
  await finished;
}
