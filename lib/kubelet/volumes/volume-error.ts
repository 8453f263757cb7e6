/** A volume cannot be set up; the message says why. Retried, and at once when what it names changes. */
export class VolumeError extends Error {
  override readonly name = 'VolumeError';

  constructor(
    message: string,
    /** Name of the volume in the pod; unset where only one is spoken of. */
    readonly volume?: string,
  ) {
    super(message);
  }
}
