import { createHash } from 'node:crypto';
import type { Catalog } from '../../api/catalog.js';
import type { ApiRequest } from '../api-request.js';
import type { MediaRange } from '../negotiation/accept.js';
import { mediaRanges, notAcceptable } from '../negotiation/accept.js';
import type { BodyReply } from '../reply.js';
import { json } from '../reply.js';
import { apiGroup, apiGroupList, apiResourceList, apiVersions, groupDiscoveryList } from './documents.js';
import type { ServedGroup } from './groups.js';
import { servedGroups } from './groups.js';

const AGGREGATED_TYPE = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';

interface Aggregated {
  readonly body: Buffer;
  readonly etag: string;
}

/** What a catalog serves, told in both forms that clients ask for; computed once a revision of the catalog. */
export class Discovery {
  readonly #catalog: Catalog;
  #revision = -1;
  #groups: readonly ServedGroup[] = [];
  #aggregated = new Map<'core' | 'others', Aggregated>();

  constructor(catalog: Catalog) {
    this.#catalog = catalog;
  }

  get groups(): readonly ServedGroup[] {
    if (this.#catalog.revision !== this.#revision) {
      this.#groups = servedGroups(this.#catalog);
      this.#aggregated = new Map();
      this.#revision = this.#catalog.revision;
    }
    return this.#groups;
  }

  /** The document at a discovery path (`/api`, `/apis/apps/v1`, …); `undefined` for other paths. Throws 406. */
  reply(request: ApiRequest): BodyReply | undefined {
    const [root, ...rest] = request.info.path.slice(1).split('/');
    if (root === 'api') return rest.length === 0 ? this.#root(request, 'core') : this.#resources('', rest);
    if (root !== 'apis') return undefined;
    if (rest.length === 0) return this.#root(request, 'others');
    return rest.length === 1 ? this.#group(rest[0] ?? '') : this.#resources(rest[0] ?? '', rest.slice(1));
  }

  #root(request: ApiRequest, which: 'core' | 'others'): BodyReply {
    const range = mediaRanges(request.headers.accept).find((one) => isAggregated(one) || isPlain(one));
    if (!range) throw notAcceptable({ protobuf: true, yaml: true, as: [] });
    if (isAggregated(range)) return this.#aggregatedReply(request, which);
    return json(200, which === 'core' ? apiVersions(this.groups, request.localAddress) : apiGroupList(this.groups));
  }

  #aggregatedReply(request: ApiRequest, which: 'core' | 'others'): BodyReply {
    const { body, etag } = this.#aggregatedOf(which);
    const headers = { 'content-type': AGGREGATED_TYPE, etag, vary: 'Accept', 'cache-control': 'public' };
    if (request.headers['if-none-match'] === etag)
      return { code: 304, body: [], form: 'raw', headers: { etag, vary: 'Accept', 'cache-control': 'public' } };
    return json(200, [body], headers);
  }

  #aggregatedOf(which: 'core' | 'others'): Aggregated {
    const groups = this.groups.filter(({ name }) => (name === '') === (which === 'core'));
    let known = this.#aggregated.get(which);
    if (!known) {
      const body = Buffer.from(JSON.stringify(groupDiscoveryList(groups)));
      known = { body, etag: `"${createHash('sha512').update(body).digest('hex').toUpperCase()}"` };
      this.#aggregated.set(which, known);
    }
    return known;
  }

  #group(name: string): BodyReply | undefined {
    const group = this.groups.find((one) => one.name === name && name !== '');
    return group && json(200, apiGroup(group));
  }

  #resources(name: string, rest: readonly string[]): BodyReply | undefined {
    const found = this.groups.find((one) => one.name === name)?.versions.find(({ version }) => version === rest[0]);
    return found && rest.length === 1 ? json(200, apiResourceList(found)) : undefined;
  }
}

function isAggregated({ type, parameters }: MediaRange): boolean {
  return (
    type === 'application/json' &&
    parameters['as'] === 'APIGroupDiscoveryList' &&
    parameters['g'] === 'apidiscovery.k8s.io' &&
    parameters['v'] === 'v2'
  );
}

function isPlain({ type, parameters }: MediaRange): boolean {
  const known = ['application/json', '*/*', 'application/yaml', 'application/vnd.kubernetes.protobuf'].includes(type);
  return known && parameters['as'] === undefined;
}
