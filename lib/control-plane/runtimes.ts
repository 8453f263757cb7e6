import { join } from 'node:path';
import { ProcessRuntime } from '../runtime/process/process-runtime.js';
import { SimulatedRuntime } from '../runtime/simulated/simulated-runtime.js';
import type { ControlPlaneOptions } from './options.js';
import type { RuntimeFactory } from './node.js';
import { StartError } from './start-error.js';

/** The factory of a runtime that is given by name, or the one given. */
export function runtimeFactory(runtime: NonNullable<ControlPlaneOptions['runtime']>): RuntimeFactory {
  if (typeof runtime === 'function') return runtime;
  return { process: processRuntime, simulated: simulatedRuntime, docker: dockerRuntime }[runtime];
}

const processRuntime: RuntimeFactory = ({ directory, podRange, environment, logger }) =>
  new ProcessRuntime({ directory: join(directory, 'runtime'), podRange, environment, logger });

const simulatedRuntime: RuntimeFactory = ({ environment, index }) =>
  new SimulatedRuntime({ environment, podRange: `10.${200 + (index >> 8)}.${index & 255}.0/24` });

/** Loaded only here: dockerode is an optional peer, and heavy. */
const dockerRuntime: RuntimeFactory = async ({ name, planeId, environment, logger }) => {
  const { BUSYBOX_IMAGE, DockerRuntime, ensureBusyboxImage } = await import('../runtime/docker/index.js');
  const runtime = new DockerRuntime({ planeId: `${planeId}-${name}`, sandboxImage: BUSYBOX_IMAGE, environment, logger });
  try {
    await ensureBusyboxImage();
  } catch (error) {
    throw new StartError(error instanceof Error ? error.message : String(error));
  }
  return runtime;
};
