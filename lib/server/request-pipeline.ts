import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';
import type { Environment } from '../base/environment.js';
import { Breather } from '../base/breather.js';
import type { Logger } from '../base/logger.js';
import { StatusError } from '../api/status-error.js';
import type { UserInfo } from '../registry/registry.js';
import type { ApiRequest, Handler } from './api-request.js';
import type { Authenticator } from './authentication.js';
import { ANONYMOUS, identify } from './authentication.js';
import type { AccessRequest, Authorizer, Decision } from './authorization.js';
import { forbiddenAccess } from './authorization.js';
import type { Exchange } from './http/exchange.js';
import { FlowControl, tooManyRequests } from './http/flow-control.js';
import type { ServerLimits } from './http/limits.js';
import { sendBody } from './http/sender.js';
import { actingUser, impersonates } from './impersonation.js';
import type { Reply } from './reply.js';
import { errorReply, pageNotFound, text } from './reply.js';
import type { RequestInfo } from './request-info.js';
import { requestInfo } from './request-info.js';
import { RequestQuery } from './request-query.js';
import type { Deadline } from './request-deadline.js';
import { noDeadline, RequestDeadlines } from './request-deadline.js';
import { internalError } from './internal-error.js';

/** What a pipeline is made of. */
export interface PipelineOptions {
  readonly environment: Environment;
  readonly logger: Logger;
  readonly limits: ServerLimits;
  readonly authenticator: Authenticator;
  readonly authorizer: Authorizer;
  /** Answers whoever was let in. */
  readonly handle: Handler;
}

/** One exchange on its way. */
interface Call {
  readonly exchange: Exchange;
  /** Of the answer. */
  readonly headers: OutgoingHttpHeaders;
  readonly path: string;
  readonly query: RequestQuery;
  user: UserInfo;
  /** Gives its seat back, if it has taken one. */
  leave: (() => void) | undefined;
}

const tooManyFields: Reply = text(431, 'Request Header Fields Too Large');
const NO_QUERY = new RequestQuery('');
const STREAMS = new Set(['log', 'exec', 'attach', 'portforward', 'proxy']);

/**
 * The way of every request: who is it → as whom does it act → is there room → may it → what is the answer. Nothing behind
 * the authorizer is reached by anybody it did not let in.
 */
export class RequestPipeline {
  readonly #options: PipelineOptions;
  readonly #flow: FlowControl;
  readonly #flowIds: OutgoingHttpHeaders;
  readonly #deadlines: RequestDeadlines;

  constructor(options: PipelineOptions) {
    this.#options = options;
    this.#flow = new FlowControl(options.limits);
    const { environment, limits } = options;
    this.#deadlines = new RequestDeadlines(environment, limits.requestTimeout);
    this.#flowIds = { 'x-kubernetes-pf-flowschema-uid': environment.uuid(), 'x-kubernetes-pf-prioritylevel-uid': environment.uuid() };
  }

  /** Resolves when no request is worked on, watches and streams aside. */
  idle(): Promise<void> {
    return this.#flow.idle();
  }

  /** Leaves no timer. Requests that are worked on then go on, without a limit of time. */
  stop(): void {
    this.#deadlines.stop();
  }

  /** Answers one exchange. Never throws. */
  async run(exchange: Exchange): Promise<void> {
    const headers: OutgoingHttpHeaders = { 'audit-id': auditId(exchange, this.#options.environment), 'cache-control': 'no-cache, private' };
    const { url } = exchange;
    const mark = url.indexOf('?');
    const path = mark < 0 ? url : url.slice(0, mark);
    const query = mark < 0 ? NO_QUERY : new RequestQuery(url.slice(mark + 1));
    const call: Call = { exchange, headers, path, query, user: ANONYMOUS, leave: undefined };
    const reply = await this.#admit(call).catch((error: unknown) => this.#failure(error, exchange));
    try {
      await this.#send(call, reply);
      if (call.user === ANONYMOUS) exchange.retire();
    } catch (error) {
      this.#options.logger.error('an answer could not be sent', { error, url: exchange.url });
      exchange.destroy();
    } finally {
      call.leave?.();
    }
  }

  async #admit(call: Call): Promise<Reply> {
    const { exchange, headers, path, query } = call;
    if (exchange.fields > this.#options.limits.headerFields) return tooManyFields;
    // Most callers are known, and most decisions made, without waiting for anything: nothing is awaited then.
    const user = this.identify(exchange);
    call.user = user instanceof Promise ? await user : user;
    Object.assign(headers, this.#flowIds);
    const info = requestInfo(exchange.method, path, query);
    if (info && isLong(info)) return this.#answer(call, info);
    const leave = this.#flow.enter(info?.verb === 'get' || info?.verb === 'list');
    if (!leave) return tooManyRequests;
    call.leave = leave;
    return info ? this.#answer(call, info) : pageNotFound;
  }

  /** Who acts: the caller or whom it impersonates. Throws 400, 401, 403. */
  identify(exchange: Pick<Exchange, 'headers' | 'certificate'>): UserInfo | Promise<UserInfo> {
    const caller = identify(this.#options.authenticator, exchange);
    return impersonates(exchange.headers) ? this.#acting(caller, exchange.headers) : caller;
  }

  async #acting(caller: UserInfo | Promise<UserInfo>, headers: IncomingHttpHeaders): Promise<UserInfo> {
    return actingUser(await caller, headers, this.#options.authorizer);
  }

  /** Throws 403 unless the user may do this. */
  authorize(user: UserInfo, info: RequestInfo): void | Promise<void> {
    const { isResource, verb, path, group, version, resource, subresource, namespace, name } = info;
    const access: AccessRequest = { isResource, verb, path, group, version, resource, subresource, namespace, name, user };
    const decision = this.#options.authorizer.authorize(access);
    if (decision instanceof Promise) return decision.then((decided) => enforce(access, decided));
    enforce(access, decision);
  }

  async #answer({ exchange, headers, query, user }: Call, info: RequestInfo): Promise<Reply> {
    const waits = this.authorize(user, info);
    if (waits) await waits;
    const deadline = isLong(info) ? noDeadline(exchange) : this.#deadlines.start(exchange, query);
    const request = new ServedRequest(this.#options, exchange, headers, deadline, info, query, user);
    try {
      const reply = this.#options.handle(request);
      return reply instanceof Promise ? await deadline.race(reply) : reply;
    } finally {
      deadline.done();
    }
  }

  #failure(error: unknown, exchange: Exchange): Reply {
    if (StatusError.is(error)) return errorReply(error);
    if (!exchange.gone.aborted) this.#options.logger.error('a request failed', { error, method: exchange.method, url: exchange.url });
    return errorReply(internalError(error));
  }

  async #send({ exchange, headers, query }: Call, reply: Reply): Promise<void> {
    if (!('run' in reply)) return sendBody({ exchange, query, reply, headers, environment: this.#options.environment });
    exchange.open(reply.code, { ...headers, ...reply.headers });
    await reply.run(exchange);
  }
}

/** What handlers see of an exchange. Much of it is made when it is asked for: most requests are small and need little. */
class ServedRequest implements ApiRequest {
  readonly #options: Pick<PipelineOptions, 'environment' | 'limits'>;
  readonly #exchange: Exchange;
  readonly #answerHeaders: OutgoingHttpHeaders;
  readonly #deadline: Deadline;
  #breather: Breather | undefined;

  constructor(
    options: Pick<PipelineOptions, 'environment' | 'limits'>,
    exchange: Exchange,
    answerHeaders: OutgoingHttpHeaders,
    deadline: Deadline,
    readonly info: RequestInfo,
    readonly query: RequestQuery,
    readonly user: UserInfo,
  ) {
    this.#options = options;
    this.#exchange = exchange;
    this.#answerHeaders = answerHeaders;
    this.#deadline = deadline;
  }

  get method(): string {
    return this.#exchange.method;
  }

  get headers(): IncomingHttpHeaders {
    return this.#exchange.headers;
  }

  get localAddress(): string {
    return this.#exchange.localAddress;
  }

  get signal(): AbortSignal {
    return this.#deadline.signal;
  }

  body(): Promise<Buffer> {
    this.#breather ??= new Breather(this.#options.environment); // what is long is what is made of a body
    return this.#exchange.body(this.#options.limits.bodyBytes);
  }

  breathe(): Promise<void> {
    this.#breather ??= new Breather(this.#options.environment);
    return this.#breather.breathe();
  }

  warn(text: string): void {
    addWarning(this.#answerHeaders, text);
  }
}

function enforce(access: AccessRequest, { allowed, reason }: Decision): void {
  if (!allowed) throw forbiddenAccess(access, reason);
}

/** Watches and streams last as long as they like. */
function isLong({ verb, subresource }: RequestInfo): boolean {
  return verb === 'watch' || STREAMS.has(subresource);
}

function auditId({ headers }: Exchange, environment: Environment): string {
  const given = headers['audit-id'];
  return typeof given === 'string' && /^[\x21-\x7e]{1,64}$/.test(given) ? given : environment.uuid();
}

/** More warnings than this, or longer ones, are not worth a header. */
const MOST_WARNINGS = 50;
const LONGEST_WARNING = 1024;

function addWarning(headers: OutgoingHttpHeaders, warning: string): void {
  const list = (headers['Warning'] ??= []) as string[];
  if (list.length >= MOST_WARNINGS) return;
  // A header is one line of printable characters: anything else would end it, or the request.
  const printable = warning
    .slice(0, LONGEST_WARNING)
    .replace(/[^\x20-\x7e]/g, '?')
    .replace(/[\\"]/g, '\\$&');
  list.push(`299 - "${printable}"`);
}
