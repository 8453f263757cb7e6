/** The control plane cannot run here as asked; the message is one line for the user. */
export class StartError extends Error {
  override readonly name = 'StartError';
}
