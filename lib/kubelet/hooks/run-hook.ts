import type { Container, LifecycleHandler } from 'kubernetes-types/core/v1.js';
import type { Environment } from '../../base/environment.js';
import type { ContainerRuntime } from '../../runtime/container-runtime.js';
import { runCommand } from '../probes/exec-probe.js';
import { httpGet } from '../probes/http-get.js';
import { urlOf } from '../probes/http-probe.js';

/** What a hook is run on. */
export interface HookTarget {
  readonly runtime: ContainerRuntime;
  readonly environment: Environment;
  readonly container: Container;
  readonly containerId: string;
  readonly podIP: string;
}

/** Runs a lifecycle hook to its end. Throws when it fails. */
export async function runHook(handler: LifecycleHandler, target: HookTarget, signal: AbortSignal): Promise<void> {
  if (handler.exec) await execHook(handler.exec.command ?? [], target, signal);
  else if (handler.httpGet)
    await httpGet({ url: urlOf(handler.httpGet, target), headers: handler.httpGet.httpHeaders, signal }).then(refuseFailure);
  else if (handler.sleep) await target.environment.sleep(1000 * Number(handler.sleep.seconds), signal);
  else throw new Error('hooks of this kind are not supported');
}

async function execHook(command: readonly string[], { runtime, containerId }: HookTarget, signal: AbortSignal): Promise<void> {
  const { exitCode, output } = await runCommand(runtime, containerId, command, signal);
  if (exitCode !== 0) throw new Error(`command '${command.join(' ')}' exited with ${exitCode}: ${output}`);
}

function refuseFailure({ status }: { readonly status: number }): void {
  if (status < 200 || status >= 400) throw new Error(`HTTP hook failed with statuscode: ${status}`);
}
