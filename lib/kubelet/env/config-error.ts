/** A container cannot be configured as its spec says; the message tells the user why. Retried when what it names changes. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}
