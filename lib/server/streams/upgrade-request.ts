import type { IncomingMessage } from 'node:http';
import { badRequest, methodNotAllowed, StatusError } from '../../api/status-error.js';
import { CHANNEL_PROTOCOLS } from '../../api/wire/channels.js';
import type { PodExecOptions } from '../../api/wire/pod-streams.js';
import type { RequestQuery } from '../request-query.js';

/** The protocols that the client offers in a header, which may come in several lines. */
function offered(request: IncomingMessage, name: string): string[] {
  const values = request.rawHeaders.filter((_, index) => index % 2 === 1 && request.rawHeaders[index - 1]?.toLowerCase() === name);
  return values.flatMap((value) => value.split(',')).map((one) => one.trim());
}

/** The pod's stream that a path asks for. Throws 404 for paths without one. */
export function streamName(subresource: string): 'exec' | 'attach' | 'portforward' {
  if (subresource === 'exec' || subresource === 'attach' || subresource === 'portforward') return subresource;
  throw new StatusError('NotFound', 'the server could not find the requested resource', { details: {} });
}

/** The options of exec and attach. Throws 400 when nothing would be connected. */
export function execOptions(query: RequestQuery, stream: 'exec' | 'attach'): PodExecOptions {
  const options = {
    container: query.text('container') || undefined,
    command: query.all('command'),
    stdin: query.flag('stdin'),
    stdout: query.flag('stdout'),
    stderr: query.flag('stderr'),
    tty: query.flag('tty'),
  };
  if (!options.stdin && !options.stdout && !options.stderr) throw badRequest('you must specify at least 1 of stdin, stdout, stderr');
  if (stream === 'exec' && options.command.length === 0) throw badRequest('you must specify at least one command for the container');
  return options;
}

/** The ports in the query of a port-forward. Throws 400. */
export function forwardedPorts(query: RequestQuery): number[] {
  const ports = query
    .all('ports')
    .flatMap((one) => one.split(','))
    .map(Number);
  if (ports.length === 0 || ports.length > 100 || ports.some((port) => !Number.isInteger(port) || port < 1 || port > 65_535))
    throw badRequest('query parameter "ports" is required and must name ports between 1 and 65535');
  return ports;
}

/** SPDY's bytes inside a WebSocket. `ws` takes no such name, as `/` may not stand in it. */
export const TUNNEL = 'SPDY/3.1+portforward.k8s.io';
const SPDY_PROTOCOLS = ['v5.channel.k8s.io', 'v4.channel.k8s.io', 'portforward.k8s.io'];

/** How client and server will talk. */
export type Agreement =
  { readonly kind: 'channels' } | { readonly kind: 'tunnel' } | { readonly kind: 'spdy'; readonly protocol: string | undefined };

/** The best protocol that the client offers. Throws 400 when none is known, 405 for methods that do not upgrade. */
export function agree(request: IncomingMessage): Agreement {
  if (request.method !== 'GET' && request.method !== 'POST') throw methodNotAllowed();
  const upgrade = (request.headers.upgrade ?? '').toLowerCase();
  const found = upgrade === 'websocket' ? agreeOnWebSocket(request) : upgrade === 'spdy/3.1' ? agreeOnSpdy(request) : undefined;
  if (!found) throw badRequest('unable to upgrade: none of the offered protocols is known');
  return found;
}

function agreeOnWebSocket(request: IncomingMessage): Agreement | undefined {
  const names = offered(request, 'sec-websocket-protocol');
  if (names.includes(TUNNEL)) return { kind: 'tunnel' };
  return names.some((one) => (CHANNEL_PROTOCOLS as readonly string[]).includes(one)) ? { kind: 'channels' } : undefined;
}

function agreeOnSpdy(request: IncomingMessage): Agreement | undefined {
  const names = offered(request, 'x-stream-protocol-version');
  const protocol = SPDY_PROTOCOLS.find((one) => names.includes(one));
  return names.length > 0 && protocol === undefined ? undefined : { kind: 'spdy', protocol };
}
