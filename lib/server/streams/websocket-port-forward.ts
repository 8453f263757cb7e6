import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { decodeChannel, encodeChannel } from '../../api/wire/channels.js';
import { ByteQueue } from './byte-queue.js';

/** Bytes that wait for a container which does not read; more, and the socket is no longer read. */
const SENT_AHEAD = 256 * 1024;

/** Opens a connection to a port of the pod. */
export type Dial = (port: number) => Promise<Duplex>;

/**
 * Port-forward over channels (`v4.channel.k8s.io`): port number i of the request uses channel 2i for data and 2i + 1 for
 * errors; both begin with a message that names the port.
 */
export function forwardOverChannels(socket: WebSocket, ports: readonly number[], dial: Dial): void {
  const queues = ports.map((port, index) => openPort(socket, port, { data: 2 * index, error: 2 * index + 1 }, dial));
  socket.on('message', (message: Buffer) => {
    const { channel, data } = decodeChannel(message) ?? { channel: 1, data: message };
    if (channel % 2 === 0) queues[channel / 2]?.push(data);
  });
  socket.on('close', () => queues.forEach((queue) => queue.end()));
  socket.on('error', () => socket.terminate());
}

function openPort(socket: WebSocket, port: number, channels: { data: number; error: number }, dial: Dial): ByteQueue {
  const queue = new ByteQueue({ limit: SENT_AHEAD, full: () => socket.pause(), roomy: () => socket.resume() });
  const name = Buffer.from([port & 0xff, port >> 8]);
  for (const channel of [channels.data, channels.error]) socket.send(encodeChannel(channel, name));
  dial(port)
    .then((connection) => connect(socket, connection, queue, channels))
    .catch((error: unknown) => {
      socket.send(encodeChannel(channels.error, error instanceof Error ? error.message : String(error)));
      socket.close(1000);
    });
  return queue;
}

async function connect(socket: WebSocket, connection: Duplex, queue: ByteQueue, channels: { data: number }): Promise<void> {
  const leave = () => connection.destroy();
  socket.once('close', leave);
  if (socket.readyState !== socket.OPEN) leave();
  const inwards = (async () => {
    for await (const chunk of queue) if (!connection.write(chunk)) await drained(connection);
    connection.end();
  })();
  for await (const chunk of connection as AsyncIterable<Buffer>) {
    await new Promise<void>((resolve) => socket.send(encodeChannel(channels.data, chunk), () => resolve()));
  }
  socket.close(1000);
  await inwards;
}

/** Resolves when a stream takes more, or never will. */
export function drained(stream: Duplex): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      for (const event of ['drain', 'close', 'error']) stream.off(event, done);
      resolve();
    };
    for (const event of ['drain', 'close', 'error']) stream.on(event, done);
    if (stream.destroyed) done();
  });
}
