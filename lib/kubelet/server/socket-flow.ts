import type { WebSocket } from 'ws';

/** Bytes that a socket may hold back before its writer waits. */
const HIGH_WATER = 1024 * 1024;

/** Sends a message; resolves when the socket takes more. Resolves at once on a socket that is closed. */
export function send(socket: WebSocket, message: Uint8Array): Promise<void> {
  return new Promise((resolve) => {
    if (socket.readyState !== socket.OPEN) return resolve();
    socket.send(message, { binary: true }, () => resolve());
    if (socket.bufferedAmount < HIGH_WATER) resolve();
  });
}

/** The bytes of a message, in whichever form they came. */
export function bytesIn(message: Buffer | ArrayBuffer | readonly Buffer[]): Buffer {
  if (Buffer.isBuffer(message)) return message;
  return message instanceof ArrayBuffer ? Buffer.from(message) : Buffer.concat(message);
}
