import type { Environment } from '../../base/environment.js';
import type { DockerEngine } from './docker-engine.js';

/** What {@link stopDockerContainer} is told. */
export interface DockerStopOptions {
  readonly containerId: string;
  /** Milliseconds; the engine's own stop knows whole seconds only. */
  readonly gracePeriod: number;
  /** Signal that asks the container to end. */
  readonly askWith: string;
  readonly environment: Environment;
  /** Ends the waiting, not the container. */
  readonly signal: AbortSignal;
}

/** Asks, waits, kills. Resolves when the container has ended, or is gone. */
export async function stopDockerContainer(engine: DockerEngine, options: DockerStopOptions): Promise<void> {
  const { containerId, gracePeriod, askWith, environment, signal } = options;
  const kill = (name: string) => engine.askUnless([404, 409], (docker) => docker.getContainer(containerId).kill({ signal: name }));
  const wait = engine.askUnless([404], (docker) =>
    docker.getContainer(containerId).wait({ condition: 'not-running', abortSignal: signal }),
  );
  // Not lost when a kill throws first: that one is the error to tell.
  wait.catch(() => undefined);
  if (gracePeriod > 0) {
    await kill(askWith);
    const patience = new AbortController();
    const tooLong = environment.sleep(gracePeriod, patience.signal).then(
      () => true,
      () => false,
    );
    const over = await Promise.race([wait.then(() => false), tooLong]).finally(() => patience.abort());
    if (!over) return;
  }
  await kill('SIGKILL');
  await wait;
}
