import type { Readable } from 'node:stream';
import { RuntimeError } from '../runtime-error.js';
import type { DockerEngine } from './docker-engine.js';
import { jsonLines } from './json-lines.js';

/** Pulls an image. Throws ImagePull when the registry or the engine refuses. */
export async function pullImage(engine: DockerEngine, image: string, signal?: AbortSignal): Promise<void> {
  try {
    const progress = (await engine.ask((docker) => docker.pull(image, { abortSignal: signal }))) as Readable;
    for await (const line of jsonLines(progress)) {
      const { error } = line as { readonly error?: string };
      if (error !== undefined) throw new Error(error);
    }
  } catch (error) {
    if (RuntimeError.is(error, 'Unavailable') || RuntimeError.is(error, 'Invalid')) throw error;
    const message = error instanceof Error ? error.message : String(error);
    throw new RuntimeError('ImagePull', `image "${image}" cannot be pulled: ${message}`, { cause: error });
  }
}
