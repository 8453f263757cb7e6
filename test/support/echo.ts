import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

/** A server on a port of its own that ends with the test. */
export interface TestServer {
  readonly port: number;
  /** Open TCP connections. */
  readonly sockets: ReadonlySet<Socket>;
  close(): Promise<void>;
}

/** A TCP server on `host`; `serve` handles each connection. */
export async function tcpServer(host: string, serve: (socket: Socket) => void, port = 0): Promise<TestServer> {
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket)).on('error', () => socket.destroy());
    serve(socket);
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, host, resolve));
  return {
    port: (server.address() as AddressInfo).port,
    sockets,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        sockets.forEach((socket) => socket.destroy());
      }),
  };
}

/** A UDP server on `host` that answers each datagram with `name:` and the datagram. */
export async function udpEcho(host: string, name: string): Promise<{ readonly port: number; close(): Promise<void> }> {
  const socket = createSocket('udp4');
  socket.on('message', (data, from) => socket.send(`${name}:${data.toString()}`, from.port, from.address));
  await new Promise<void>((resolve) => socket.bind(0, host, resolve));
  return { port: socket.address().port, close: () => new Promise((resolve) => socket.close(() => resolve())) };
}
