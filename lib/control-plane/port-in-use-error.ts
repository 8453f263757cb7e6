/** The address that the API server should listen on belongs to another process. */
export class PortInUseError extends Error {
  override readonly name = 'PortInUseError';
}
