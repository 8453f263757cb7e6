import { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { decodeChannel, encodeChannel, encodeClose } from '../../api/wire/channels.js';
import { PORT_FORWARD } from './serve-port-forward.js';
import { bytesIn, send } from './socket-flow.js';

/** A connection to a pod's port that runs behind a WebSocket. */
export function clientConnection(socket: WebSocket): Duplex {
  const headers = new Set<number>();
  const connection = new Duplex({
    // A connection whose far end is gone is over.
    allowHalfOpen: false,
    read: () => socket.resume(),
    write: (chunk: Buffer, _encoding, done) => void send(socket, encodeChannel(PORT_FORWARD.data, chunk)).then(() => done(), done),
    final: (done) => void send(socket, encodeClose(PORT_FORWARD.data)).then(() => done(), done),
    destroy: (error, done) => {
      socket.terminate();
      done(error);
    },
  });
  socket.on('message', (message) => {
    const { channel, data } = decodeChannel(bytesIn(message)) ?? {};
    if (channel === undefined) return;
    if (!headers.has(channel))
      headers.add(channel); // the first message of a channel is its port
    else if (channel === PORT_FORWARD.error) connection.destroy(new Error(data!.toString()));
    else if (!connection.push(data)) socket.pause(); // until somebody reads
  });
  socket.once('close', () => connection.push(null));
  return connection;
}
