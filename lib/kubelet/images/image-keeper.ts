import type { Container, Pod } from 'kubernetes-types/core/v1.js';
import type { Environment } from '../../base/environment.js';
import type { ContainerRuntime } from '../../runtime/container-runtime.js';
import { goDuration } from '../pods/crash-backoff.js';
import { StartError } from '../pods/start-error.js';
import { unlessAborted } from '../with-timeout.js';
import type { PodEvents } from '../pod-events.js';

/** What {@link ImageKeeper} takes. */
export interface ImageKeeperOptions {
  readonly runtime: ContainerRuntime;
  readonly environment: Environment;
  readonly events: PodEvents;
  /** Whether containers are given by image at all, see `RuntimeInfo.images`. */
  readonly images: boolean;
}

/** Sees to it that a container's image is there. */
export class ImageKeeper {
  readonly #options: ImageKeeperOptions;

  constructor(options: ImageKeeperOptions) {
    this.#options = options;
  }

  /** Whether containers are given by image. */
  get used(): boolean {
    return this.#options.images;
  }

  /** Pulls the image where the pull policy says so. Throws {@link StartError}. */
  async ensure(pod: Pod, container: Container, signal: AbortSignal): Promise<void> {
    if (!this.#options.images) return;
    const image = container.image ?? '';
    const policy = container.imagePullPolicy ?? (/:latest$|^[^:@]*$/.test(image) ? 'Always' : 'IfNotPresent');
    const present = policy === 'Always' ? false : await this.#isPresent(image);
    if (present) this.#tell(pod, 'Normal', 'Pulled', `Container image "${image}" already present on machine`);
    else if (policy === 'Never') this.#refuse(pod, image);
    else await this.#pull(pod, image, signal);
  }

  async #isPresent(image: string): Promise<boolean> {
    try {
      return (await this.#options.runtime.imageId(image)) !== undefined;
    } catch (error) {
      throw new StartError('ImageInspectError', `Failed to inspect image "${image}": ${textOf(error)}`, { cause: error });
    }
  }

  #refuse(pod: Pod, image: string): never {
    const message = `Container image "${image}" is not present with pull policy of Never`;
    this.#tell(pod, 'Warning', 'ErrImageNeverPull', message);
    throw new StartError('ErrImageNeverPull', message);
  }

  async #pull(pod: Pod, image: string, signal: AbortSignal): Promise<void> {
    const { runtime, environment } = this.#options;
    this.#tell(pod, 'Normal', 'Pulling', `Pulling image "${image}"`);
    const began = environment.monotonic();
    try {
      await unlessAborted(signal, runtime.pullImage(image, signal));
    } catch (error) {
      if (signal.aborted) throw error;
      this.#tell(pod, 'Warning', 'Failed', `Failed to pull image "${image}": ${textOf(error)}`);
      throw new StartError('ErrImagePull', textOf(error), { cause: error });
    }
    const took = goDuration(Math.round(environment.monotonic() - began));
    this.#tell(pod, 'Normal', 'Pulled', `Successfully pulled image "${image}" in ${took}`);
  }

  #tell(pod: Pod, type: 'Normal' | 'Warning', reason: string, message: string): void {
    this.#options.events.event(pod, type, reason, message);
  }
}

const textOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
