import { InvalidArgumentError } from 'commander';
import { parseDuration } from '../base/duration.js';

/** Log levels, from quiet to chatty. */
export const LOG_LEVELS = ['silent', 'error', 'warn', 'info', 'debug'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** A host and port to listen on. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

/** `host:port`, `:port` or `[::1]:port`. */
export function listenAddress(text: string): ListenAddress {
  const match = /^(?:\[([^\]]+)\]|([^:]*)):(\d+)$/.exec(text);
  const port = Number(match?.[3]);
  if (!match || port > 65_535) throw new InvalidArgumentError('It must be host:port, such as 127.0.0.1:6443.');
  return { host: match[1] ?? (match[2] || '127.0.0.1'), port };
}

/** A whole number from `min` to `max`. */
export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < min || value > max)
      throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`);
    return value;
  };
}

/** A duration such as `40s` or `1m30s`, in milliseconds. */
export function durationValue(text: string): number {
  try {
    return parseDuration(text);
  } catch {
    throw new InvalidArgumentError('It must be a duration, such as 500ms, 40s or 1m30s.');
  }
}
