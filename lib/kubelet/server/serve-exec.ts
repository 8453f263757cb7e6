import type { WebSocket } from 'ws';
import type { Status } from '../../api/status-error.js';
import { CHANNEL, decodeChannel, decodeResize, encodeChannel, encodeExitStatus } from '../../api/wire/channels.js';
import type { ExecSession } from '../../api/wire/pod-streams.js';
import { statusOf } from '../streams/runtime-failure.js';
import { bytesIn, send } from './socket-flow.js';

/** Carries a session over a WebSocket; resolves when it is over. A client that goes ends the session. */
export async function serveExec(socket: WebSocket, session: ExecSession): Promise<void> {
  socket.on('message', (message) => void receive(socket, session, bytesIn(message)));
  socket.on('close', () => session.kill());
  await send(socket, encodeChannel(CHANNEL.status, JSON.stringify(await outcome(socket, session))));
  socket.close(1000);
}

async function outcome(socket: WebSocket, session: ExecSession): Promise<Partial<Status>> {
  try {
    await Promise.all([pump(socket, CHANNEL.stdout, session.stdout), pump(socket, CHANNEL.stderr, session.stderr)]);
    return encodeExitStatus(await session.done);
  } catch (error) {
    return statusOf(error).toStatus();
  }
}

async function pump(socket: WebSocket, channel: number, output: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const chunk of output) await send(socket, encodeChannel(channel, chunk));
}

async function receive(socket: WebSocket, session: ExecSession, message: Buffer): Promise<void> {
  const { channel, data } = decodeChannel(message) ?? {};
  if (channel === CHANNEL.stdin) {
    socket.pause(); // until the process takes more
    await session.writeStdin(data!).catch(() => undefined); // it has ended: its status says so
    socket.resume();
  } else if (channel === CHANNEL.close && data![0] === CHANNEL.stdin) session.endStdin();
  else if (channel === CHANNEL.resize) {
    const size = decodeResize(data!);
    if (size) session.resize(size.columns, size.rows);
  }
}
