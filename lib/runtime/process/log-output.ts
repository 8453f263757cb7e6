import type { PodLogOptions } from '../../api/wire/pod-streams.js';
import { limitBytes, sinceOf } from '../log-lines.js';
import type { LogFile, LogStream } from './log-file.js';
import type { LogRecord } from './log-reader.js';
import { readRecords } from './log-reader.js';

/** What {@link logOutput} needs besides the caller's options. */
export interface LogOutputOptions extends PodLogOptions {
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Whether the container has ended, and its output with it. */
  readonly ended: () => boolean;
  readonly signal?: AbortSignal | undefined;
}

/** A log as `kubectl logs` shows it. */
export function logOutput(log: LogFile, options: LogOutputOptions): AsyncGenerator<Uint8Array> {
  return limitBytes(textOf(log, options), options.limitBytes);
}

async function* textOf(log: LogFile, options: LogOutputOptions): AsyncGenerator<Uint8Array> {
  const { tailLines, follow = false, ended, signal, timestamps = false } = options;
  const since = sinceOf(options, options.now);
  // Timestamps all have one format, so that their order is that of their texts.
  const earliest = since === undefined ? '' : new Date(since).toISOString();
  const midLine = new Set<LogStream>();
  const format = (record: LogRecord): readonly Buffer[] => {
    const begins = !midLine.has(record.stream);
    if (record.partial) midLine.add(record.stream);
    else midLine.delete(record.stream);
    const head = timestamps && begins ? [Buffer.from(`${record.timestamp} `)] : [];
    return [...head, record.text, ...(record.partial ? [] : [LINE_END])];
  };
  for await (const records of readRecords(log, { tail: tailLines, ended: follow ? ended : undefined, signal })) {
    const wanted = records.filter(({ timestamp }) => timestamp >= earliest);
    if (wanted.length > 0) yield Buffer.concat(wanted.flatMap(format));
  }
}

const LINE_END = Buffer.from('\n');
