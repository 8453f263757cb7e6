import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import type { PooledEndpoint } from './endpoint-pool.js';

/** Datagrams kept until the socket is connected, which takes a turn of the loop. */
const WAITING = 64;
/** Bytes that may wait in the system's way; datagrams beyond it are dropped, as on any network. */
const QUEUE_BYTES = 1024 * 1024;

/** What happens in a {@link UdpSession}. */
export interface UdpSessionEvents {
  /** The endpoint answered. */
  readonly onAnswer: (data: Buffer) => void;
  /** A datagram could not be kept. */
  readonly onDrop: () => void;
  /** The endpoint cannot be reached, such as when nothing listens there. */
  readonly onError: () => void;
}

/** The socket type for an address. */
export function socketTypeOf(address: string): 'udp4' | 'udp6' {
  return isIPv6(address) ? 'udp6' : 'udp4';
}

/** Sends unless too much waits already. Gives whether it did. */
export function sendBounded(socket: Socket, data: Buffer, send: () => void): boolean {
  if (socket.getSendQueueSize() + data.length > QUEUE_BYTES) return false;
  send();
  return true;
}

/** One client of a UDP portal: a socket of its own, connected to its endpoint, so that only that one answers and its refusals are heard. */
export class UdpSession {
  readonly #socket: Socket;
  readonly #events: UdpSessionEvents;
  #waiting: Buffer[] | undefined = [];
  /** When the last datagram passed, in monotonic milliseconds. */
  lastUsed = 0;

  constructor(
    readonly client: RemoteInfo,
    readonly endpoint: PooledEndpoint,
    events: UdpSessionEvents,
  ) {
    this.#events = events;
    this.#socket = createSocket(socketTypeOf(endpoint.address));
    this.#socket.on('error', events.onError).on('message', events.onAnswer);
    this.#socket.once('connect', () => this.#connected()).connect(endpoint.port, endpoint.address);
  }

  /** To the endpoint. */
  send(data: Buffer): void {
    if (this.#waiting === undefined) this.#send(data);
    else if (this.#waiting.length < WAITING) this.#waiting.push(data);
    else this.#events.onDrop();
  }

  close(): void {
    this.#waiting = [];
    this.#socket.off('message', this.#events.onAnswer).close();
  }

  #connected(): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = undefined;
    for (const data of waiting) this.#send(data);
  }

  #send(data: Buffer): void {
    if (!sendBounded(this.#socket, data, () => this.#socket.send(data))) this.#events.onDrop();
  }
}
