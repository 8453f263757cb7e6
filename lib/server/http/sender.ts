import { promisify } from 'node:util';
import { createGzip, gzip } from 'node:zlib';
import type { OutgoingHttpHeaders } from 'node:http';
import { stringify } from 'yaml';
import type { Body, Bytes } from '../../api/encode.js';
import { lengthOf, whole } from '../../api/encode.js';
import { formRange } from '../negotiation/accept.js';
import type { BodyReply } from '../reply.js';
import type { RequestQuery } from '../request-query.js';
import type { Exchange } from './exchange.js';
import { packed } from './packed.js';
import { peek, piecesOf } from './pieces.js';

const compress = promisify(gzip);

/** Bodies over this many bytes are compressed for clients that take it. */
const WORTH_COMPRESSING = 131_072;
/** Of compression: the fastest, as Kubernetes' is. */
const LEVEL = 1;
const EMPTY = Buffer.alloc(0);
const NEWLINE = Buffer.from('\n');

/**
 * Sends a whole answer in the dress that the client asks for: indented, as YAML, compressed. `headers` belong to the answer from now
 * on; those of the reply come on top of them.
 */
export async function sendBody(exchange: Exchange, query: RequestQuery, reply: BodyReply, headers: OutgoingHttpHeaders): Promise<void> {
  const all = Object.assign(headers, reply.headers);
  const body = reply.form === 'json' ? dress(exchange, query, reply, all) : reply.body;
  const small = smallBody(body);
  if (small) return exchange.send(reply.code, all, small);
  const compressible = reply.form === 'json' || reply.compressible === true;
  const { several, first = EMPTY, all: pieces } = peek(piecesOf(body));
  if (!compressible || (!several && first.length <= WORTH_COMPRESSING) || !takesGzip(exchange)) {
    if (!several) return exchange.send(reply.code, all, first);
    // A length that is known spares the client, and the connection, the framing of chunks.
    if (body.bytes !== undefined) all['content-length'] = body.bytes;
    return exchange.stream(reply.code, all, pieces);
  }
  all['vary'] = [all.vary, 'Accept-Encoding'].flat().filter(Boolean).join(', ');
  all['content-encoding'] = 'gzip';
  if (several) return exchange.stream(reply.code, all, compressed(pieces));
  return exchange.send(reply.code, all, await compress(first, { level: LEVEL }));
}

/** The bytes of a body that is too short for anything to be made of it: most are. */
function smallBody(body: Body): Buffer | undefined {
  if (!isArray(body)) return undefined;
  const length = lengthOf(body);
  return length <= WORTH_COMPRESSING ? packed(body, length) : undefined;
}

const isArray = (body: Body): body is readonly Bytes[] => Array.isArray(body);

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

function dress(exchange: Exchange, query: RequestQuery, reply: BodyReply, headers: OutgoingHttpHeaders): Body {
  const range = formRange(exchange.headers.accept);
  if (range?.type === 'application/yaml' && reply.code !== 406) {
    headers['content-type'] = 'application/yaml';
    return [Buffer.from(stringify(parsed(reply)))];
  }
  if (reply.indented || wantsIndent(exchange, query, range?.parameters['pretty'])) {
    return [Buffer.from(JSON.stringify(parsed(reply), undefined, 2))];
  }
  return withNewline(reply.body);
}

function withNewline(body: Body): Body {
  if (isArray(body)) return [...body, NEWLINE];
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
