/**
 * What can go wrong in a container runtime.
 *
 * `NotFound`, `Exists`: no retry helps. `ImageMissing`: the image is not present (pull it). `ImagePull`: the pull failed; retry with back-off.
 * `Invalid`: the configuration cannot run here (the message tells the user why). `Unavailable`: the engine does not answer; retry.
 * `Unsupported`: this runtime cannot do it. `Failed`: the engine refused; the message says why.
 */
export type RuntimeErrorCode = 'NotFound' | 'Exists' | 'ImageMissing' | 'ImagePull' | 'Invalid' | 'Unavailable' | 'Unsupported' | 'Failed';

/** The only error a container runtime throws. */
export class RuntimeError extends Error {
  override readonly name = 'RuntimeError';

  constructor(
    readonly code: RuntimeErrorCode,
    message: string,
    options: { readonly cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
  }

  static is(error: unknown, code?: RuntimeErrorCode): error is RuntimeError {
    return error instanceof RuntimeError && (code === undefined || error.code === code);
  }
}
