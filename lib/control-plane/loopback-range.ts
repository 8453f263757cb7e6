import { readFile } from 'node:fs/promises';
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

/**
 * Claims a free range, or the one with `octet`. Throws when that one, or all, are taken. A range in which somebody listens is not
 * free: the pods of a plane that was killed run on, and their plane wants its range back.
 */
export async function claimLoopbackRange(environment: Environment, octet?: number): Promise<LoopbackRange> {
  if (octet !== undefined) {
    const server = await claim(octet);
    if (!server)
      throw new Error(`the address range 127.${octet}.0.0/16 of this cluster is in use by another control plane on this machine`);
    return rangeOf(octet, server);
  }
  const inUse = await octetsInUse();
  const count = LAST - FIRST + 1;
  const start = Math.floor(environment.random() * count);
  for (let i = 0; i < count; i++) {
    const candidate = FIRST + ((start + i) % count);
    const server = inUse.has(candidate) ? undefined : await claim(candidate);
    if (server) return rangeOf(candidate, server);
  }
  throw new Error('no address range in 127.64.0.0–127.223.255.255 is free: too many control planes on this machine');
}

/** Second octets of the addresses in 127/8 that have listening TCP or bound UDP sockets. Known on Linux alone, as is 127/8 as a whole. */
async function octetsInUse(): Promise<ReadonlySet<number>> {
  const octets = new Set<number>();
  for (const path of ['/proc/net/tcp', '/proc/net/udp']) {
    for (const [, octet = ''] of (await tableOf(path)).matchAll(SOCKET)) octets.add(Number.parseInt(octet, 16));
  }
  return octets;
}

/** A line of /proc/net/tcp or udp: the local address is hexadecimal with its bytes reversed, the state 0A (listening) or 07 (UDP's only one). */
const SOCKET = /^ *\d+: [0-9A-F]{4}([0-9A-F]{2})7F:[0-9A-F]{4} [0-9A-F]{8}:[0-9A-F]{4} 0[A7] /gm;

async function tableOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'latin1');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ''; // not Linux
    throw error;
  }
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
