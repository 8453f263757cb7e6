import { promisify } from 'node:util';
import { createGzip, gzip } from 'node:zlib';
import type { OutgoingHttpHeaders } from 'node:http';
import { stringify } from 'yaml';
import type { Body } from '../../api/encode.js';
import { whole } from '../../api/encode.js';
import { formRange } from '../negotiation/accept.js';
import type { BodyReply } from '../reply.js';
import type { RequestQuery } from '../request-query.js';
import type { Exchange } from './exchange.js';
import { peek, piecesOf } from './pieces.js';

const compress = promisify(gzip);

/** Bodies over this many bytes are compressed for clients that take it. */
const WORTH_COMPRESSING = 131_072;
/** Of compression: the fastest, as Kubernetes' is. */
const LEVEL = 1;
const EMPTY = Buffer.alloc(0);
const NEWLINE = Buffer.from('\n');

/** Sends a whole answer in the dress that the client asks for: indented, as YAML, compressed. */
export async function sendBody(exchange: Exchange, query: RequestQuery, reply: BodyReply, headers: OutgoingHttpHeaders): Promise<void> {
  const dressed = reply.form === 'json' ? dress(exchange, query, reply) : { body: reply.body, headers: {} };
  const all: OutgoingHttpHeaders = { ...headers, ...reply.headers, ...dressed.headers };
  const compressible = reply.form === 'json' || reply.compressible === true;
  const pieces = peek(piecesOf(dressed.body));
  const { several, first = EMPTY } = pieces;
  if (!compressible || (!several && first.length <= WORTH_COMPRESSING) || !takesGzip(exchange))
    return several ? exchange.stream(reply.code, withLength(all, dressed.body), pieces.all) : exchange.send(reply.code, all, first);
  const vary = [all.vary, 'Accept-Encoding'].flat().filter(Boolean).join(', ');
  const zipped: OutgoingHttpHeaders = { ...all, 'content-encoding': 'gzip', vary };
  if (several) return exchange.stream(reply.code, zipped, compressed(pieces.all));
  return exchange.send(reply.code, zipped, await compress(first, { level: LEVEL }));
}

/** A length that is known spares the client, and the connection, the framing of chunks. */
function withLength(headers: OutgoingHttpHeaders, { bytes }: Body): OutgoingHttpHeaders {
  return bytes === undefined ? headers : { ...headers, 'content-length': bytes };
}

async function* compressed(pieces: Iterable<Buffer>): AsyncGenerator<Buffer> {
  const zip = createGzip({ level: LEVEL });
  const fed = (async () => {
    for (const piece of pieces) {
      await new Promise((resolve) => zip.write(piece, resolve));
      if (zip.destroyed) return; // the client has gone
    }
    zip.end();
  })();
  for await (const chunk of zip) yield chunk as Buffer;
  await fed;
}

function dress(exchange: Exchange, query: RequestQuery, reply: BodyReply): { body: Body; headers: OutgoingHttpHeaders } {
  const range = formRange(exchange.headers.accept);
  if (range?.type === 'application/yaml' && reply.code !== 406) {
    return { body: [Buffer.from(stringify(parsed(reply)))], headers: { 'content-type': 'application/yaml' } };
  }
  if (reply.indented || wantsIndent(exchange, query, range?.parameters['pretty'])) {
    return { body: [Buffer.from(JSON.stringify(parsed(reply), undefined, 2))], headers: {} };
  }
  return { body: withNewline(reply.body), headers: {} };
}

function withNewline(body: Body): Body {
  return {
    bytes: body.bytes === undefined ? undefined : body.bytes + NEWLINE.length,
    *[Symbol.iterator]() {
      yield* body;
      yield NEWLINE;
    },
  };
}

const parsed = ({ body }: BodyReply): unknown => JSON.parse(whole([...body]).toString());

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
