/**
 * Something that runs between {@link Lifecycle.start} and {@link Lifecycle.stop}.
 *
 * Constructors start nothing: no timer, socket, process or file handle exists before `start()`.
 */
export interface Lifecycle {
  /** Begins work; resolves when the component can be used. Calling it again returns the same promise. Rejects when it cannot run; it then holds nothing. */
  start(): Promise<void>;
  /** Ends work; resolves when no timer, socket, process or file handle of it is left. Safe to call twice, before `start()`, and after a failed `start()`. */
  stop(): Promise<void>;
}
