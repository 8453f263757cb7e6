import { createServer } from 'node:net';
import type { Server } from 'node:net';
import type { Environment } from '../base/environment.js';

/** First and last second octet that planes may take: 127.64.0.0 to 127.223.255.255. */
const FIRST = 64;
const LAST = 223;
const SENTINEL_PORT = 59_127;

/**
 * A part of 127/8 that belongs to one control plane on this machine, so that several can run side by side.
 *
 * Every 127/8 address is local on Linux, without privileges. A listening socket on the last address is the claim: the
 * kernel drops it however the process ends.
 */
export interface LoopbackRange {
  /** The second octet. */
  readonly octet: number;
  /** Where Services get their addresses: the upper half. */
  readonly serviceRange: string;
  /** Where the pods of node number `index` (from 0) get theirs: one /24 of the lower half. */
  podRange(index: number): string;
  /** Where the API server can be reached besides its own address: Endpoints may not name 127.0.0.0/24. */
  readonly serverAddress: string;
  release(): Promise<void>;
}

/** Claims a free range, or the one with `octet`. Throws when that one, or all, are taken. */
export async function claimLoopbackRange(environment: Environment, octet?: number): Promise<LoopbackRange> {
  if (octet !== undefined) {
    const server = await claim(octet);
    if (!server)
      throw new Error(`the address range 127.${octet}.0.0/16 of this cluster is in use by another control plane on this machine`);
    return rangeOf(octet, server);
  }
  const count = LAST - FIRST + 1;
  const start = Math.floor(environment.random() * count);
  for (let i = 0; i < count; i++) {
    const candidate = FIRST + ((start + i) % count);
    const server = await claim(candidate);
    if (server) return rangeOf(candidate, server);
  }
  throw new Error('no address range in 127.64.0.0–127.223.255.255 is free: too many control planes on this machine');
}

function claim(octet: number): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', (error: NodeJS.ErrnoException) => (error.code === 'EADDRINUSE' ? resolve(undefined) : reject(error)));
    server.listen({ host: `127.${octet}.255.254`, port: SENTINEL_PORT, exclusive: true }, () => resolve(server.unref()));
  });
}

function rangeOf(octet: number, server: Server): LoopbackRange {
  return {
    octet,
    serverAddress: `127.${octet}.0.1`,
    serviceRange: `127.${octet}.128.0/18`,
    podRange(index) {
      if (index < 0 || index > 126) throw new Error(`node number ${index}: at most 127 nodes with addresses of their own fit one machine`);
      return `127.${octet}.${index + 1}.0/24`;
    },
    release: () => new Promise((resolve) => (server.listening ? server.close(() => resolve()) : resolve())),
  };
}
