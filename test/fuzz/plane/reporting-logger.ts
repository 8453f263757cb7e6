import { inspect } from 'node:util';
import type { LogFields, Logger } from '../../../lib/base/logger.js';

/** Passes on the lines of level `error` and drops the others. */
export class ReportingLogger implements Logger {
  readonly #report: (message: string, fields: string) => void;
  readonly #fields: LogFields;

  constructor(report: (message: string, fields: string) => void, fields: LogFields = {}) {
    this.#report = report;
    this.#fields = fields;
  }

  debug(): void {}

  info(): void {}

  warn(): void {}

  error(message: string, fields: LogFields = {}): void {
    this.#report(message, inspect({ ...this.#fields, ...fields }, { depth: 4, maxStringLength: 500, breakLength: 140 }));
  }

  child(fields: LogFields): Logger {
    return new ReportingLogger(this.#report, { ...this.#fields, ...fields });
  }
}
