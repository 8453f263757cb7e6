import { type ChannelCredentials, credentials } from '@grpc/grpc-js';
import type { EtcdTlsOptions } from '../etcd-options.js';

/** Where a member listens, and how it is spoken to. */
export interface Endpoint {
  /** As it was given: what messages show. */
  readonly name: string;
  /** As grpc-js wants it. */
  readonly target: string;
  readonly credentials: ChannelCredentials;
  readonly serverName: string | undefined;
}

/** Reads `host:port`, `http://…` and `https://…`; throws a TypeError that says what is wrong. */
export function endpointOf(name: string, tls?: EtcdTlsOptions): Endpoint {
  const url = URL.canParse(name) && name.includes('://') ? new URL(name) : urlOf(name);
  if (url === undefined || (url.protocol !== 'http:' && url.protocol !== 'https:') || (url.pathname !== '/' && url.pathname !== '')) {
    throw new TypeError(`${JSON.stringify(name)} is no endpoint of etcd: give host:port, http://host:port or https://host:port`);
  }
  const secure = tls !== undefined || url.protocol === 'https:';
  return {
    name,
    target: `dns:${url.hostname}:${url.port || '2379'}`,
    credentials: secure ? secured(tls ?? {}) : credentials.createInsecure(),
    serverName: tls?.serverName,
  };
}

function urlOf(hostAndPort: string): URL | undefined {
  const text = `http://${hostAndPort}`;
  return URL.canParse(text) ? new URL(text) : undefined;
}

function secured({ ca, cert, key }: EtcdTlsOptions): ChannelCredentials {
  if ((cert === undefined) !== (key === undefined)) throw new TypeError('tls.cert and tls.key of etcd go together');
  return credentials.createSsl(pem(ca), pem(key), pem(cert));
}

function pem(value: string | Uint8Array | undefined): Buffer | null {
  return value === undefined ? null : Buffer.from(value as Uint8Array);
}
