import { promisify } from 'node:util';
import { createGzip, gzip } from 'node:zlib';
import type { OutgoingHttpHeaders } from 'node:http';
import { Breather } from '../../base/breather.js';
import type { Environment } from '../../base/environment.js';
import type { Body, Bytes } from '../../api/encode.js';
import { lengthOf } from '../../api/encode.js';
import { formRange } from '../negotiation/accept.js';
import type { BodyReply } from '../reply.js';
import type { RequestQuery } from '../request-query.js';
import type { Exchange } from './exchange.js';
import type { Form } from './forms/rewritten.js';
import { rewritten } from './forms/rewritten.js';
import { packed } from './packed.js';
import { peek, piecesOf } from './pieces.js';

const compress = promisify(gzip);

/** Bodies over this many bytes are compressed for clients that take it. */
const WORTH_COMPRESSING = 131_072;
/** Of compression: the fastest, as Kubernetes' is. */
const LEVEL = 1;
const EMPTY = Buffer.alloc(0);
const NEWLINE = Buffer.from('\n');

/** What {@link sendBody} takes. */
export interface Answer {
  readonly exchange: Exchange;
  readonly query: RequestQuery;
  readonly reply: BodyReply;
  /** Belong to the answer from now on; those of the reply come on top of them. */
  readonly headers: OutgoingHttpHeaders;
  readonly environment: Environment;
}

/** Sends a whole answer in the dress that the client asks for: indented, as YAML, compressed. */
export async function sendBody({ exchange, query, reply, headers, environment }: Answer): Promise<void> {
  const all = Object.assign(headers, reply.headers);
  const form = formOf(exchange, query, reply);
  if (form === 'yaml') all['content-type'] = 'application/yaml';
  const body = form ? reply.body : reply.form === 'json' ? withNewline(reply.body) : reply.body;
  const small = smallBody(body);
  if (small) return exchange.send(reply.code, all, form ? Buffer.concat([...rewritten([small], form)]) : small);
  const compressible = reply.form === 'json' || reply.compressible === true;
  const { several, first = EMPTY, all: pieces } = peek(piecesOf(body));
  const packs = compressible && (several || first.length > WORTH_COMPRESSING) && takesGzip(exchange);
  if (packs) {
    all['vary'] = [all.vary, 'Accept-Encoding'].flat().filter(Boolean).join(', ');
    all['content-encoding'] = 'gzip';
  }
  if (form) {
    const steps = inSteps(rewritten(pieces, form), new Breather(environment));
    return exchange.stream(reply.code, all, packs ? compressed(steps) : steps);
  }
  if (packs)
    return several
      ? exchange.stream(reply.code, all, compressed(pieces))
      : exchange.send(reply.code, all, await compress(first, { level: LEVEL }));
  if (!several) return exchange.send(reply.code, all, first);
  // A length that is known spares the client, and the connection, the framing of chunks.
  if (body.bytes !== undefined) all['content-length'] = body.bytes;
  return exchange.stream(reply.code, all, pieces);
}

async function* inSteps(pieces: Iterable<Buffer>, breather: Breather): AsyncGenerator<Buffer> {
  for (const piece of pieces) {
    await breather.breathe();
    if (piece.length > 0) yield piece;
  }
}

/** The bytes of a body that is too short for anything to be made of it: most are. */
function smallBody(body: Body): Buffer | undefined {
  if (!isArray(body)) return undefined;
  const length = lengthOf(body);
  return length <= WORTH_COMPRESSING ? packed(body, length) : undefined;
}

const isArray = (body: Body): body is readonly Bytes[] => Array.isArray(body);

async function* compressed(pieces: Iterable<Buffer> | AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const zip = createGzip({ level: LEVEL });
  const fed = (async () => {
    for await (const piece of pieces) {
      await new Promise((resolve) => zip.write(piece, resolve));
      if (zip.destroyed) return; // the client has gone
    }
    zip.end();
  })();
  for await (const chunk of zip) yield chunk as Buffer;
  await fed;
}

/** Undefined: as it is. */
function formOf(exchange: Exchange, query: RequestQuery, reply: BodyReply): Form | undefined {
  if (reply.form !== 'json') return undefined;
  const range = formRange(exchange.headers.accept);
  if (range?.type === 'application/yaml' && reply.code !== 406) return 'yaml';
  return reply.indented || wantsIndent(exchange, query, range?.parameters['pretty']) ? 'indented' : undefined;
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
