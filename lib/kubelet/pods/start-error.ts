/** Reasons of containers that could not be started, as Kubernetes shows them. */
export type StartErrorReason =
  | 'ErrImagePull'
  | 'ImagePullBackOff'
  | 'ErrImageNeverPull'
  | 'ImageInspectError'
  | 'CreateContainerConfigError'
  | 'CreateContainerError'
  | 'RunContainerError'
  | 'PostStartHookError';

/** A container could not be started; `reason` and message stand in its status until it can. Always worth another try, later. */
export class StartError extends Error {
  override readonly name = 'StartError';

  constructor(
    readonly reason: StartErrorReason,
    message: string,
    options: { readonly cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
  }
}
