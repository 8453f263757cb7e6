/** A request as it is sent; also as it is kept in a file, to be sent again. */
export interface FuzzRequest {
  readonly method: string;
  /** With its query, as it stands in the request line. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Buffer | undefined;
  /** A watch or another stream: read until so many milliseconds have passed. */
  readonly listen?: number | undefined;
  /** Bytes of the head and body as they are, instead of all the above. */
  readonly raw?: Buffer | undefined;
  /** The protocol that is agreed on for such bytes. Default: HTTP/1.1. */
  readonly protocol?: 'h2' | undefined;
}

/** What came back. */
export interface Answer {
  readonly code: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

/** A request with what became of it. Times are milliseconds since 1970. */
export interface Exchange {
  readonly scene: number;
  readonly request: FuzzRequest;
  readonly sent: number;
  /** Undefined: still in flight. */
  done: number | undefined;
  code: number | undefined;
}

/** The answer as JSON; undefined when it is none. */
export function jsonIn({ body }: Answer): unknown {
  try {
    return JSON.parse(body.toString()) as unknown;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** `POST /api/v1/pods 201 (12 bytes)`, on one line. */
export function describe({ request, code }: Pick<Exchange, 'request' | 'code'>): string {
  const { method, path, body, raw } = request;
  const what = raw ? `${raw.length} raw bytes` : `${method} ${path.length > 200 ? `${path.slice(0, 200)}…` : path}`;
  return `${what}${body ? ` (${body.length} bytes)` : ''} ${code ?? 'not answered'}`;
}

/** For {@link parseRequest}. */
export function printRequest({ body, raw, ...rest }: FuzzRequest): object {
  return { ...rest, ...(body ? textOrBytes('body', body) : {}), ...(raw ? textOrBytes('raw', raw) : {}) };
}

/** Readable where that loses nothing. */
function textOrBytes(name: string, bytes: Buffer): object {
  const text = bytes.toString();
  return Buffer.from(text).equals(bytes) ? { [name]: text } : { [`${name}Base64`]: bytes.toString('base64') };
}

export function parseRequest(kept: Record<string, unknown>): FuzzRequest {
  const bytes = (name: string) => {
    const { [name]: text, [`${name}Base64`]: base64 } = kept;
    return typeof base64 === 'string' ? Buffer.from(base64, 'base64') : typeof text === 'string' ? Buffer.from(text) : undefined;
  };
  const { method, path, headers, listen, protocol } = kept as Partial<FuzzRequest>;
  return { method: method ?? 'GET', path: path ?? '/', headers: headers ?? {}, listen, body: bytes('body'), raw: bytes('raw'), protocol };
}
