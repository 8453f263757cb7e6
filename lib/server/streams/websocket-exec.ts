import type { WebSocket } from 'ws';
import { CHANNEL, decodeChannel, decodeResize, encodeChannel, encodeExitStatus } from '../../api/wire/channels.js';
import type { ExitStatus, PodExecOptions } from '../../api/wire/pod-streams.js';
import { ByteQueue } from './byte-queue.js';
import type { ExecClient } from './exec-client.js';

/** Bytes typed ahead of a command that does not read; more, and the socket is no longer read. */
const TYPED_AHEAD = 256 * 1024;

/** An exec client that speaks `v5.channel.k8s.io` or `v4.channel.k8s.io`. Only channels that it asked for are used. */
export function webSocketExecClient(socket: WebSocket, options: Pick<PodExecOptions, 'stdin' | 'stdout' | 'stderr' | 'tty'>): ExecClient {
  const gone = new AbortController();
  const stdin = new ByteQueue({ limit: TYPED_AHEAD, full: () => socket.pause(), roomy: () => socket.resume() });
  let resized: (columns: number, rows: number) => void = () => {};

  socket.on('message', (message: Buffer) => {
    const { channel, data } = decodeChannel(message) ?? { channel: -1, data: message };
    if (channel === CHANNEL.stdin && options.stdin) stdin.push(data);
    else if (channel === CHANNEL.close && data[0] === CHANNEL.stdin) stdin.end();
    else if (channel === CHANNEL.resize) {
      const size = decodeResize(data);
      if (size) resized(size.columns, size.rows);
    }
  });
  socket.on('close', () => {
    stdin.end();
    gone.abort(new Error('the client has gone'));
  });
  socket.on('error', () => socket.terminate());
  if (!options.stdin) stdin.end();

  const send = (channel: number, data: Uint8Array | string) =>
    new Promise<void>((resolve) => socket.send(encodeChannel(channel, data), () => resolve()));

  return {
    stdin,
    gone: gone.signal,
    onResize: (listener) => void (resized = listener),
    stdout: async (chunk) => (options.stdout ? send(CHANNEL.stdout, chunk) : undefined),
    stderr: async (chunk) => (options.stderr && !options.tty ? send(CHANNEL.stderr, chunk) : undefined),
    async exit(status: ExitStatus) {
      await send(CHANNEL.status, JSON.stringify(encodeExitStatus(status)));
      socket.close(1000);
    },
  };
}
