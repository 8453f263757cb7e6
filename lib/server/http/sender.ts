import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { OutgoingHttpHeaders } from 'node:http';
import { stringify } from 'yaml';
import { mediaRanges } from '../negotiation/accept.js';
import type { BodyReply } from '../reply.js';
import type { RequestQuery } from '../request-query.js';
import type { Exchange } from './exchange.js';

const compress = promisify(gzip);

/** Bodies over this many bytes are compressed for clients that take it. */
const WORTH_COMPRESSING = 131_072;
const NEWLINE = Buffer.from('\n');

/** Sends a whole answer in the dress that the client asks for: indented, as YAML, compressed. */
export async function sendBody(exchange: Exchange, query: RequestQuery, reply: BodyReply, headers: OutgoingHttpHeaders): Promise<void> {
  const dressed = reply.form === 'json' ? dress(exchange, query, reply) : { body: reply.body, headers: {} };
  const all: OutgoingHttpHeaders = { ...headers, ...reply.headers, ...dressed.headers };
  const length = dressed.body.reduce((sum, chunk) => sum + chunk.length, 0);
  const compressible = reply.form === 'json' || reply.compressible === true;
  if (!compressible || length <= WORTH_COMPRESSING || !takesGzip(exchange)) return exchange.send(reply.code, all, dressed.body);
  const body = await compress(Buffer.concat(dressed.body, length), { level: 1 });
  return exchange.send(
    reply.code,
    { ...all, 'content-encoding': 'gzip', vary: [all.vary, 'Accept-Encoding'].flat().filter(Boolean).join(', ') },
    [body],
  );
}

function dress(exchange: Exchange, query: RequestQuery, reply: BodyReply): { body: readonly Buffer[]; headers: OutgoingHttpHeaders } {
  const range = mediaRanges(exchange.headers.accept)[0];
  if (range?.type === 'application/yaml' && reply.code !== 406) {
    return { body: [Buffer.from(stringify(parsed(reply)))], headers: { 'content-type': 'application/yaml' } };
  }
  if (reply.indented || wantsIndent(exchange, query, range?.parameters['pretty'])) {
    return { body: [Buffer.from(JSON.stringify(parsed(reply), undefined, 2))], headers: {} };
  }
  return { body: [...reply.body, NEWLINE], headers: {} };
}

const parsed = ({ body }: BodyReply): unknown => JSON.parse(Buffer.concat(body).toString());

function wantsIndent(exchange: Exchange, query: RequestQuery, accepted: string | undefined): boolean {
  const asked = query.text('pretty');
  if (asked) return asked === 'true' || asked === '1';
  if (accepted !== undefined) return accepted === '1' || accepted === 'true';
  return /^(curl|Wget|Mozilla\/5\.0)/.test(exchange.headers['user-agent'] ?? '');
}

function takesGzip({ headers }: Exchange): boolean {
  const accepted = headers['accept-encoding'];
  return (Array.isArray(accepted) ? accepted.join(',') : (accepted ?? '')).split(',').some((one) => one.trim() === 'gzip');
}
