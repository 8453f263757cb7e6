import { createHash } from 'node:crypto';
import type { Catalog } from '../../api/catalog.js';
import type { ApiRequest } from '../api-request.js';
import type { ServedGroup, ServedVersion } from '../discovery/groups.js';
import { versionInfo } from '../discovery/version.js';
import type { BodyReply } from '../reply.js';
import { pathsOf } from './paths.js';
import { SchemaComponents } from './schema-components.js';

/** One OpenAPI document, as bytes. */
interface Document {
  readonly body: Buffer;
  readonly hash: string;
}

const YEAR = 31_536_000_000;
/** Of this form `kubectl` takes an empty document for one that forbids nothing. The `@` of the request may not stand in the answer. */
const OPENAPI_V2_TYPE = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf';

/** OpenAPI v3 of what a catalog serves, one document a group version; each made when first asked for, and once a revision of the catalog. */
export class OpenApi {
  readonly #catalog: Catalog;
  readonly #now: () => number;
  #revision = -1;
  #documents = new Map<string, Document>();

  constructor(catalog: Catalog, now: () => number) {
    this.#catalog = catalog;
    this.#now = now;
  }

  /** The document at a path below `/openapi`; `undefined` for other paths. */
  reply(request: ApiRequest, groups: readonly ServedGroup[]): BodyReply | undefined {
    const { path } = request.info;
    if (path === '/openapi/v2') return raw(200, Buffer.alloc(0), { 'content-type': OPENAPI_V2_TYPE });
    if (path === '/openapi/v3') return this.#index(groups);
    if (!path.startsWith('/openapi/v3/')) return undefined;
    const version = servedVersions(groups).find(([key]) => path === `/openapi/v3/${key}`)?.[1];
    return version ? this.#documentReply(request, version) : raw(404, Buffer.alloc(0), {});
  }

  #index(groups: readonly ServedGroup[]): BodyReply {
    const paths = servedVersions(groups).map(([key, version]) => {
      const { hash } = this.#document(version);
      return [key, { serverRelativeURL: `/openapi/v3/${key}?hash=${hash}` }] as const;
    });
    return raw(200, Buffer.from(JSON.stringify({ paths: Object.fromEntries(paths) })), { 'content-type': 'text/plain; charset=utf-8' });
  }

  #documentReply({ query, headers, info }: ApiRequest, version: ServedVersion): BodyReply {
    const { body, hash } = this.#document(version);
    const etag = `"${hash}"`;
    const asked = query.text('hash');
    if (asked !== undefined && asked !== hash) return raw(301, Buffer.alloc(0), { location: `${info.path}?hash=${hash}` });
    const cached = asked === undefined ? {} : { 'cache-control': 'public, immutable', expires: new Date(this.#now() + YEAR).toUTCString() };
    if (headers['if-none-match'] === etag) return raw(304, Buffer.alloc(0), { etag, ...cached });
    return raw(200, body, { 'content-type': 'application/json', etag, vary: 'Accept', ...cached });
  }

  #document(version: ServedVersion): Document {
    if (this.#revision !== this.#catalog.revision) {
      this.#documents = new Map();
      this.#revision = this.#catalog.revision;
    }
    let document = this.#documents.get(version.groupVersion);
    if (!document) this.#documents.set(version.groupVersion, (document = documentOf(version)));
    return document;
  }
}

function documentOf({ definitions }: ServedVersion): Document {
  const components = new SchemaComponents();
  const paths = Object.assign(
    {},
    ...definitions.map((definition) => pathsOf(definition, { object: components.add(definition), list: components.addList(definition) })),
  ) as object;
  const body = Buffer.from(
    JSON.stringify({
      openapi: '3.0.0',
      info: { title: 'Kubernetes', version: `v${versionInfo.major}.${versionInfo.minor}` },
      paths,
      components: {
        schemas: components.schemas,
        securitySchemes: { BearerToken: { type: 'apiKey', name: 'authorization', in: 'header' } },
      },
    }),
  );
  return { body, hash: createHash('sha512').update(body).digest('hex').toUpperCase() };
}

function servedVersions(groups: readonly ServedGroup[]): (readonly [key: string, version: ServedVersion])[] {
  return groups.flatMap(({ name, versions }) =>
    versions.map((version) => [name === '' ? `api/${version.version}` : `apis/${version.groupVersion}`, version] as const),
  );
}

function raw(code: number, body: Buffer, headers: BodyReply['headers']): BodyReply {
  return { code, body: [body], form: 'raw', headers };
}
