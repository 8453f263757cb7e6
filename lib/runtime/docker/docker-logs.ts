import type { Readable } from 'node:stream';
import type { PodLogOptions } from '../../api/wire/pod-streams.js';
import { limitBytes } from '../log-lines.js';
import type { DockerEngine } from './docker-engine.js';
import { framesOf } from './frames.js';

/** What {@link dockerLogs} needs besides the caller's options. */
export interface DockerLogsOptions extends PodLogOptions {
  readonly containerId: string;
  /** Whether the container has a terminal: its output is not framed then. */
  readonly terminal: boolean;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly signal: AbortSignal;
}

/** A container's log as the engine keeps it. Ends quietly when `signal` aborts. */
export function dockerLogs(engine: DockerEngine, options: DockerLogsOptions): AsyncGenerator<Uint8Array> {
  return limitBytes(readLogs(engine, options), options.limitBytes);
}

async function* readLogs(engine: DockerEngine, options: DockerLogsOptions): AsyncGenerator<Uint8Array> {
  const { containerId, terminal, follow = false, timestamps = false, tailLines, signal } = options;
  const since = sinceParameter(options);
  const query = {
    stdout: true,
    stderr: true,
    follow,
    timestamps,
    tail: tailLines === undefined ? 'all' : String(tailLines),
    ...(since && { since }),
  };
  let source: Readable | undefined;
  try {
    source = await engine.stream({ path: `/containers/${containerId}/logs`, options: query, signal });
    for await (const { data } of framesOf(source, terminal)) yield data;
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    source?.destroy();
  }
}

/** Seconds since 1970 with all the digits that were given: a text has more of them than a number of milliseconds. */
function sinceParameter({ sinceTime, sinceSeconds, now }: DockerLogsOptions): string | undefined {
  if (sinceTime === undefined) return sinceSeconds === undefined ? undefined : ((now - sinceSeconds * 1000) / 1000).toFixed(3);
  const [, digits = ''] = /\.(\d{1,9})/.exec(sinceTime) ?? [];
  return `${Math.floor(Date.parse(sinceTime) / 1000)}.${digits.padEnd(9, '0')}`;
}
