import type { ResourceDefinition } from '../../api/resource-definition.js';
import { badRequest, StatusError } from '../../api/status-error.js';
import type { PodLogOptions } from '../../api/wire/pod-streams.js';
import type { Handler, ServerContext } from '../api-request.js';
import type { Exchange } from '../http/exchange.js';
import type { RequestQuery } from '../request-query.js';
import type { Reply } from '../reply.js';
import { checkContainer, connectorOf, podIn } from './pod-target.js';

/** Streams a container's log as plain text. Errors that are known before the first byte are a Status. */
export function podLogHandler(definition: ResourceDefinition, context: ServerContext): Handler {
  return async (request): Promise<Reply> => {
    const options = logOptions(request.query);
    const pod = await podIn(request.info, definition, context);
    checkContainer(pod, options.container);
    if (!pod.spec?.nodeName) return { code: 204, body: [], form: 'raw', headers: {} };
    const gone = new AbortController();
    const chunks = (await connectorOf(context).logs(pod, options, gone.signal))[Symbol.asyncIterator]();
    return { code: 200, headers: HEADERS, run: (exchange) => pipe(chunks, exchange, gone, context) };
  };
}

const HEADERS = { 'content-type': 'text/plain' };

async function pipe(
  chunks: AsyncIterator<Uint8Array>,
  exchange: Exchange,
  gone: AbortController,
  { logger }: ServerContext,
): Promise<void> {
  const stop = () => gone.abort(new Error('the client has gone'));
  if (exchange.gone.aborted) stop();
  exchange.gone.addEventListener('abort', stop, { once: true });
  try {
    for (let next = await chunks.next(); !next.done && !exchange.gone.aborted; next = await chunks.next()) {
      if (!exchange.write(Buffer.from(next.value))) await exchange.drained();
    }
    exchange.end();
  } catch (error) {
    if (!exchange.gone.aborted) logger.warn('a log stream broke off', { error });
    // The head said 200; a cut connection is the only way left to say that something is missing.
    exchange.destroy();
  } finally {
    await chunks.return?.();
  }
}

function logOptions(query: RequestQuery): PodLogOptions {
  const options: PodLogOptions = {
    container: query.text('container') || undefined,
    follow: query.flag('follow'),
    previous: query.flag('previous'),
    timestamps: query.flag('timestamps'),
    sinceSeconds: query.integer('sinceSeconds'),
    sinceTime: query.text('sinceTime') || undefined,
    tailLines: query.integer('tailLines'),
    limitBytes: query.integer('limitBytes'),
  };
  const negative = (['tailLines', 'limitBytes', 'sinceSeconds'] as const).find(
    (name) => (options[name] ?? 1) < (name === 'tailLines' ? 0 : 1),
  );
  if (negative)
    throw new StatusError(
      'Invalid',
      `PodLogOptions "" is invalid: ${negative}: Invalid value: ${options[negative]}: must be greater than 0`,
    );
  if (options.sinceTime !== undefined && Number.isNaN(Date.parse(options.sinceTime)))
    throw badRequest(`parsing time ${JSON.stringify(options.sinceTime)}: cannot parse`);
  return options;
}
