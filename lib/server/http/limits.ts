/** What one server takes on at most. Every limit answers by itself: nobody can make the process hold more than this. */
export interface ServerLimits {
  /** Bytes of a request's body; more is 413. Default 3 MiB. */
  readonly bodyBytes: number;
  /** Bytes of a request's head; more is 431. Default 64 KiB. */
  readonly headerBytes: number;
  /** Header fields; more is 431. Default 64. */
  readonly headerFields: number;
  /** Milliseconds until the head must be in, else the connection is closed. Default 10,000. */
  readonly headersTimeout: number;
  /** Milliseconds until a request is answered (watches and streams excepted), else 504. Default 60,000. */
  readonly requestTimeout: number;
  /** Milliseconds until an idle connection is closed. Default 90,000. */
  readonly idleTimeout: number;
  /** Reads at once; more is 429. Watches and streams do not count. Default 400. */
  readonly readsInFlight: number;
  /** Writes at once; more is 429. Default 200. */
  readonly writesInFlight: number;
  /** Bytes that wait for a slow watcher; more ends its watch, which it will resume. Default 1 MiB. */
  readonly watchBuffer: number;
}

/** The limits of a Kubernetes API server, the tighter ones of a loopback server where the two differ. */
export const DEFAULT_LIMITS: ServerLimits = {
  bodyBytes: 3 * 1024 * 1024,
  headerBytes: 64 * 1024,
  headerFields: 64,
  headersTimeout: 10_000,
  requestTimeout: 60_000,
  idleTimeout: 90_000,
  readsInFlight: 400,
  writesInFlight: 200,
  watchBuffer: 1024 * 1024,
};
