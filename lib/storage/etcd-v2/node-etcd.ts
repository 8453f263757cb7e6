// What the adapter uses of node-etcd, which comes without types.
import type { EventEmitter } from 'node:events';
import type { Agent } from 'node:http';

/** What a client takes; the rest is passed on to the request library. */
export interface ClientOptions {
  readonly agent?: Agent;
  readonly auth?: { readonly user: string; readonly pass: string };
  /** Encodes bodies by node:querystring, which is many times quicker than the default. */
  readonly useQuerystring?: boolean;
}

/** Everything but `maxRetries` goes into the query. */
export type RequestOptions = Readonly<Record<string, string | number | boolean>>;

/** What a request fails with. */
export interface RequestError extends Error {
  /** etcd's own code, where etcd has answered. */
  readonly errorCode?: number;
  /** etcd's answer. */
  readonly error?: { readonly message: string; readonly cause?: string; readonly index: number };
  /** What each server failed with, where none has answered. */
  readonly errors?: readonly {
    readonly httperror?: (Error & { readonly syscall?: string }) | null;
    readonly httpstatus?: number;
    readonly httpbody?: unknown;
  }[];
}

/** Called once, with an error or etcd's answer as it was parsed. */
export type Callback = (error: RequestError | null, body: unknown, headers?: Readonly<Record<string, string | undefined>>) => void;

/** A request under way. After `abort()` its callback is not called any more. */
export interface Token {
  /** The request itself: emits `response` and `data`. */
  readonly req: EventEmitter;
  abort(): void;
}

/** A client of one server or several. Paths are those of URLs. */
export interface NodeEtcd {
  get(path: string, options: RequestOptions, callback: Callback): Token;
  set(path: string, value: string, options: RequestOptions, callback: Callback): Token;
  mkdir(path: string, options: RequestOptions, callback: Callback): Token;
  del(path: string, options: RequestOptions, callback: Callback): Token;
}

/** The class. */
export type NodeEtcdClass = new (hosts: readonly string[], options?: ClientOptions) => NodeEtcd;
