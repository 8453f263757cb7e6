/** Where a component says what it does. Messages are constant text; what varies goes into `fields`. */
export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** A logger that adds `fields` to every line, such as `{ component: 'scheduler' }`. */
  child(fields: LogFields): Logger;
}

/** Values of one line. An `error` field is printed with its stack and cause. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Drops everything. The default of components that are used alone. */
export const silentLogger: Logger = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  child: () => silentLogger,
};
