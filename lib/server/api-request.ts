import type { IncomingHttpHeaders } from 'node:http';
import type { Environment } from '../base/environment.js';
import type { Logger } from '../base/logger.js';
import type { Registries, UserInfo } from '../registry/registry.js';
import type { Authenticator } from './authentication.js';
import type { Authorizer } from './authorization.js';
import type { HealthCheck } from './health.js';
import type { ServerLimits } from './http/limits.js';
import type { PodConnector } from './pod-connector.js';
import type { Reply } from './reply.js';
import type { RequestInfo } from './request-info.js';
import type { RequestQuery } from './request-query.js';

/** A request that was let in: its caller is known and may do what it asks. */
export interface ApiRequest {
  readonly method: string;
  readonly info: RequestInfo;
  readonly query: RequestQuery;
  readonly headers: IncomingHttpHeaders;
  readonly user: UserInfo;
  /** Aborts when the client has gone or the time for the request is over. */
  readonly signal: AbortSignal;
  /** The address that the client dialled, `host:port`. */
  readonly localAddress: string;
  /** Throws 413 when it is too large. */
  body(): Promise<Buffer>;
  /** To be called between the steps of work that may be long; see `Breather`. */
  breathe(): Promise<void>;
  /** Adds a `Warning` header to the answer. */
  warn(text: string): void;
}

/** Answers requests. Throws StatusError. */
export type Handler = (request: ApiRequest) => Reply | Promise<Reply>;

/** What handlers work with. */
export interface ServerContext {
  readonly registries: Registries;
  readonly environment: Environment;
  readonly logger: Logger;
  readonly limits: ServerLimits;
  readonly podConnector: PodConnector | undefined;
  readonly authenticator: Authenticator;
  readonly authorizer: Authorizer;
  /** The parts of the control plane, and how to find out how they are. */
  readonly components: Readonly<Record<string, HealthCheck>>;
}
