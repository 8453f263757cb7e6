import { once } from 'node:events';
import type { Socket } from 'node:net';
import { connect } from 'node:net';
import { RuntimeError } from './runtime-error.js';

/** A TCP connection, once it stands. Throws Failed when it is refused. */
export async function connected(host: string, port: number): Promise<Socket> {
  const socket = connect({ host, port, allowHalfOpen: true });
  try {
    await once(socket, 'connect');
    return socket;
  } catch (error) {
    socket.destroy();
    throw new RuntimeError('Failed', `cannot connect to port ${port} of the pod: ${(error as Error).message}`, { cause: error });
  }
}
