import type { Duplex } from 'node:stream';
import { decodeResize, encodeExitStatus } from '../../../api/wire/channels.js';
import type { PodExecOptions } from '../../../api/wire/pod-streams.js';
import type { ExecClient } from '../exec-client.js';
import { drained } from '../websocket-port-forward.js';
import { SpdyConnection } from './connection.js';
import type { SpdyStream } from './connection.js';

type Wanted = Pick<PodExecOptions, 'stdin' | 'stdout' | 'stderr' | 'tty'>;

/**
 * An exec client that speaks SPDY/3.1: it opens one stream for each channel. `ready` is called once, when all that it asked
 * for are there.
 */
export function serveSpdyExec(pipe: Duplex, options: Wanted, ready: (client: ExecClient) => void): Promise<void> {
  const streams = new Map<string, SpdyStream>();
  const gone = new AbortController();
  const expected = [
    'error',
    ...(options.stdin ? ['stdin'] : []),
    ...(options.stdout ? ['stdout'] : []),
    ...(options.stderr && !options.tty ? ['stderr'] : []),
  ];
  let complete = false;
  const connection = new SpdyConnection(pipe, (stream) => {
    const type = stream.headers.get('streamtype') ?? '';
    streams.set(type, stream);
    if (type !== 'stdin' && type !== 'resize') stream.resume();
    if (complete || !expected.every((one) => streams.has(one))) return;
    complete = true;
    ready(clientOf(connection, streams, gone.signal));
  });
  return connection.run().finally(() => gone.abort(new Error('the client has gone')));
}

function clientOf(connection: SpdyConnection, streams: ReadonlyMap<string, SpdyStream>, gone: AbortSignal): ExecClient {
  const write = async (name: string, chunk: Uint8Array) => {
    const stream = streams.get(name);
    if (stream && !stream.destroyed && !stream.write(chunk)) await drained(stream);
  };
  return {
    gone,
    stdin: streams.get('stdin') ?? nothing(),
    onResize(listener) {
      streams.get('resize')?.on('data', (chunk: Buffer) => {
        const size = decodeResize(chunk);
        if (size) listener(size.columns, size.rows);
      });
    },
    stdout: (chunk) => write('stdout', chunk),
    stderr: (chunk) => write('stderr', chunk),
    async exit(status) {
      await write('error', Buffer.from(JSON.stringify(encodeExitStatus(status))));
      await Promise.all([...streams.values()].map(finished));
      await connection.goAway();
    },
  };
}

async function* nothing(): AsyncGenerator<Uint8Array> {}

function finished(stream: SpdyStream): Promise<void> {
  return new Promise((resolve) => {
    if (stream.destroyed) return resolve();
    stream.once('close', () => resolve());
    stream.end(() => resolve());
  });
}
