import { pino } from 'pino';
import type { DestinationStream, Logger as Pino } from 'pino';
import type { Environment } from './environment.js';
import type { LogFields, Logger } from './logger.js';

/** What {@link pinoLogger} takes. */
export interface PinoLoggerOptions {
  /** The least level that is written. Default `info`. */
  readonly level?: 'debug' | 'info' | 'warn' | 'error' | 'silent' | undefined;
  /** Where lines go, one JSON object each. Default: standard error, synchronously, so that nothing is lost when the process dies. */
  readonly destination?: { write(line: string): unknown } | undefined;
  /** Whose clock stamps the lines. Default: the machine's. */
  readonly environment?: Pick<Environment, 'now'> | undefined;
}

/** A {@link Logger} that writes lines of JSON with pino. */
export function pinoLogger({ level = 'info', destination, environment }: PinoLoggerOptions = {}): Logger {
  const options = {
    level,
    base: null,
    serializers: { error: pino.stdSerializers.err },
    ...(environment ? { timestamp: () => `,"time":${environment.now()}` } : {}),
  };
  return adapt(pino(options, (destination as DestinationStream | undefined) ?? pino.destination({ dest: 2, sync: true })));
}

function adapt(line: Pino): Logger {
  return {
    debug: (message, fields) => line.debug(fields ?? {}, message),
    info: (message, fields) => line.info(fields ?? {}, message),
    warn: (message, fields) => line.warn(fields ?? {}, message),
    error: (message, fields) => line.error(fields ?? {}, message),
    child: (fields: LogFields) => adapt(line.child(fields)),
  };
}
