import type { Catalog } from '../../api/catalog.js';
import type { ResourceDefinition } from '../../api/resource-definition.js';
import type { Environment } from '../../base/environment.js';
import { servedGroups } from '../discovery/groups.js';
import { Content } from './content.js';
import { Descriptions } from './descriptions.js';
import { documentV3 } from './documents.js';
import { documentV3 as message } from './protobuf/messages-v3.js';
import type { DocumentSource } from './sources.js';
import { documentSources } from './sources.js';

/** The list of all documents, with their hashes. */
export interface DocumentIndex {
  readonly body: Buffer;
  /** When it began to say so, in milliseconds since 1970. */
  readonly since: number;
}

/**
 * The documents of version 3, one a group version. Each is made when it is first asked for, and anew only when the kinds that it
 * tells of have changed.
 */
export class DocumentsV3 {
  readonly #catalog: Catalog;
  readonly #environment: Environment;
  #revision = -1;
  #sources: readonly DocumentSource[] = [];
  #made = new Map<string, { readonly definitions: readonly ResourceDefinition[]; readonly content: Content }>();
  #index: DocumentIndex | undefined;

  constructor(catalog: Catalog, environment: Environment) {
    this.#catalog = catalog;
    this.#environment = environment;
  }

  /** The document under a key such as `apis/apps/v1`; `undefined` when there is none. */
  async document(key: string): Promise<Content | undefined> {
    const descriptions = await Descriptions.load();
    const source = this.#current().find((one) => one.key === key);
    return source && this.#contentOf(source, descriptions);
  }

  /** All keys and where their documents are. Makes every document, with breaks for other work in between. */
  async index(): Promise<DocumentIndex> {
    const descriptions = await Descriptions.load();
    const paths: Record<string, { serverRelativeURL: string }> = {};
    for (const source of this.#current()) {
      if (!this.#known(source)) await this.#environment.yield();
      paths[source.key] = { serverRelativeURL: `/openapi/v3/${source.key}?hash=${this.#contentOf(source, descriptions).hash}` };
    }
    const body = Buffer.from(JSON.stringify({ paths }));
    const known = this.#index;
    if (known?.body.equals(body)) return known;
    // HTTP dates count seconds: two of one second would look the same to a client that asks again.
    const since = Math.max(this.#environment.now(), known ? known.since + 1000 : 0);
    return (this.#index = { body, since });
  }

  #current(): readonly DocumentSource[] {
    if (this.#revision !== this.#catalog.revision) {
      this.#sources = documentSources(servedGroups(this.#catalog));
      const keys = new Set(this.#sources.map(({ key }) => key));
      for (const key of this.#made.keys()) if (!keys.has(key)) this.#made.delete(key);
      this.#revision = this.#catalog.revision;
    }
    return this.#sources;
  }

  #known({ key, definitions }: DocumentSource): Content | undefined {
    const known = this.#made.get(key);
    const same = known?.definitions.length === definitions.length && definitions.every((one, index) => one === known.definitions[index]);
    return same ? known.content : undefined;
  }

  #contentOf(source: DocumentSource, descriptions: Descriptions): Content {
    const known = this.#known(source);
    if (known) return known;
    const content = new Content(documentV3(source.operations(), source.home, descriptions), message);
    this.#made.set(source.key, { definitions: source.definitions, content });
    return content;
  }
}
