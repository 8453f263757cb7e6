import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { CHANNEL, decodeChannel, encodeChannel } from '../../api/wire/channels.js';
import { bytesIn, send } from './socket-flow.js';

/** Channels of the one connection that a WebSocket carries. */
export const PORT_FORWARD = { data: 0, error: 1 } as const;

/** Carries a connection over a WebSocket, after the port on both channels; resolves when it is over. */
export async function servePortForward(socket: WebSocket, connection: Duplex, port: number): Promise<void> {
  const header = Buffer.alloc(2);
  header.writeUInt16LE(port);
  socket.on('message', (message) => {
    const { channel, data } = decodeChannel(bytesIn(message)) ?? {};
    if (channel === CHANNEL.close && data![0] === PORT_FORWARD.data) connection.end();
    if (channel !== PORT_FORWARD.data || connection.write(data)) return;
    socket.pause();
    connection.once('drain', () => socket.resume());
  });
  connection.on('error', () => undefined); // told below, where the connection is read
  socket.on('close', () => connection.destroy());
  await send(socket, encodeChannel(PORT_FORWARD.data, header));
  await send(socket, encodeChannel(PORT_FORWARD.error, header));
  try {
    for await (const chunk of connection as AsyncIterable<Buffer>) await send(socket, encodeChannel(PORT_FORWARD.data, chunk));
  } catch (error) {
    await send(socket, encodeChannel(PORT_FORWARD.error, error instanceof Error ? error.message : String(error)));
  }
  socket.close(1000);
}
