import type { Environment } from '../../base/environment.js';
import type { Logger } from '../../base/logger.js';

/** Certificates for {@link EtcdStorageOptions.tls}, all PEM. */
export interface EtcdTlsOptions {
  /** Authorities to trust. Default: those of the system. */
  readonly ca?: string | Uint8Array | undefined;
  /** Our own certificate, where etcd wants one (`--client-cert-auth`). Needs `key`. */
  readonly cert?: string | Uint8Array | undefined;
  /** The key of `cert`. */
  readonly key?: string | Uint8Array | undefined;
  /** The name to look for in the servers' certificates. Default: the host of the endpoint. */
  readonly serverName?: string | undefined;
}

/** How a member that has fallen silent is found out. */
export interface EtcdKeepaliveOptions {
  /** Milliseconds without a word of a member, while it owes an answer or serves a watch, after which it is asked for a sign of life. Default 1,000. */
  readonly every?: number | undefined;
  /** Milliseconds that it may take for the sign, and for a connection to it. Default 2,000. Then whatever it owes is given up, and another member is asked. */
  readonly timeout?: number | undefined;
}

/** Options of {@link EtcdStorage}. */
export interface EtcdStorageOptions {
  /**
   * Members of one cluster, as `host:port`, `http://host:port` or `https://host:port`. One of them serves; when it fails, the
   * next takes its place. Default `['127.0.0.1:2379']`.
   */
  readonly endpoints?: readonly string[] | undefined;
  /** Default: TLS with the system's authorities for `https://` endpoints, none for others. When given, all endpoints use it. */
  readonly tls?: EtcdTlsOptions | undefined;
  /** For a cluster with authentication. Needs `password`. Default: none. */
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  /**
   * Milliseconds that a call may take. Then a read fails with `Unavailable` and a commit with `Unknown`. Default 5,000. A member that is silent is found
   * out sooner, by `keepalive`.
   */
  readonly requestTimeout?: number | undefined;
  readonly keepalive?: EtcdKeepaliveOptions | undefined;
  /** Bytes of requests that may be under way; more is refused as `Unavailable`. Default 64 MiB. */
  readonly maxPendingBytes?: number | undefined;
  /**
   * A key that is asked for the sake of the answer's revision; it need not exist, but with authentication its reading must be
   * permitted. Default `/registry/`.
   */
  readonly probeKey?: string | undefined;
  /** Default: the real one. */
  readonly environment?: Environment | undefined;
  /** Default: silent. */
  readonly logger?: Logger | undefined;
}
