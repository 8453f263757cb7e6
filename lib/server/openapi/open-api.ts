import type { Catalog } from '../../api/catalog.js';
import type { Environment } from '../../base/environment.js';
import type { ApiRequest } from '../api-request.js';
import { mediaRanges } from '../negotiation/accept.js';
import type { BodyReply } from '../reply.js';
import type { Content } from './content.js';
import { DocumentV2 } from './document-v2.js';
import { DocumentsV3 } from './documents-v3.js';

const YEAR = 31_536_000_000;
const NOTHING = Buffer.alloc(0);

/** What a catalog serves, told in both versions of OpenAPI, as JSON and protobuf. Nothing is made before somebody asks. */
export class OpenApi {
  readonly #environment: Environment;
  readonly #second: DocumentV2;
  readonly #third: DocumentsV3;

  constructor(catalog: Catalog, environment: Environment) {
    this.#environment = environment;
    this.#second = new DocumentV2(catalog, environment);
    this.#third = new DocumentsV3(catalog, environment);
  }

  /** The document at a path below `/openapi`; `undefined` for other paths. */
  async reply(request: ApiRequest): Promise<BodyReply | undefined> {
    const { path } = request.info;
    if (path === '/openapi/v2') return this.#secondReply(request);
    if (path === '/openapi/v3') return this.#indexReply(request);
    if (!path.startsWith('/openapi/v3/')) return undefined;
    const content = await this.#third.document(path.slice('/openapi/v3/'.length));
    return content ? this.#thirdReply(request, content) : raw(404, NOTHING, {});
  }

  async #secondReply({ headers }: ApiRequest): Promise<BodyReply> {
    const form = formFor(headers.accept, 2);
    if (!form) return raw(406, NOTHING, {});
    const content = await this.#second.content();
    const etag = `"${content.hash}"`;
    if (headers['if-none-match'] === etag) return raw(304, NOTHING, { etag, vary: 'Accept' });
    return { ...raw(200, content[form], { 'content-type': contentType(form, 2), etag, vary: 'Accept' }), compressible: true };
  }

  async #indexReply({ headers }: ApiRequest): Promise<BodyReply> {
    const { body, since } = await this.#third.index();
    const modified = { 'last-modified': new Date(since).toUTCString() };
    // HTTP counts in seconds.
    if (Date.parse(headers['if-modified-since'] ?? '') >= Math.floor(since / 1000) * 1000) return raw(304, NOTHING, modified);
    return raw(200, body, { 'content-type': 'text/plain; charset=utf-8', ...modified });
  }

  /** Who names the hash may keep the document for ever; a wrong hash leads to the right one. */
  #thirdReply({ query, headers, info }: ApiRequest, content: Content): BodyReply {
    const form = formFor(headers.accept, 3);
    if (!form) return raw(406, NOTHING, {});
    const { hash } = content;
    const asked = query.text('hash');
    if (asked && asked !== hash) return raw(301, NOTHING, { location: `${info.path}?hash=${hash}` });
    const expires = new Date(this.#environment.now() + YEAR).toUTCString();
    const cached = { etag: `"${hash}"`, vary: 'Accept', ...(asked ? { 'cache-control': 'public, immutable', expires } : {}) };
    if (headers['if-none-match'] === cached.etag) return raw(304, NOTHING, cached);
    return raw(200, content[form], { 'content-type': contentType(form, 3), ...cached });
  }
}

type Form = 'json' | 'protobuf';

/** The `@` of requests may not stand in an answer: Go refuses such a type. */
function contentType(form: Form, version: 2 | 3): string {
  return form === 'json' ? 'application/json' : `application/com.github.proto-openapi.spec.v${version}.v1.0+protobuf`;
}

/** The form that a client likes best; `undefined` when there is none that it takes. */
function formFor(accept: string | undefined, version: 2 | 3): Form | undefined {
  const known: Readonly<Record<string, Form>> = {
    'application/json': 'json',
    'application/*': 'json',
    '*/*': 'json',
    [`application/com.github.proto-openapi.spec.v${version}@v1.0+protobuf`]: 'protobuf',
    [`application/com.github.proto-openapi.spec.v${version}.v1.0+protobuf`]: 'protobuf',
  };
  for (const { type } of mediaRanges(accept)) if (Object.hasOwn(known, type)) return known[type];
  return undefined;
}

function raw(code: number, body: Buffer, headers: BodyReply['headers']): BodyReply {
  return { code, body: [body], form: 'raw', headers };
}
