import type { Catalog } from '../../api/catalog.js';
import type { Environment } from '../../base/environment.js';
import type { ServedGroup } from '../discovery/groups.js';
import { servedGroups } from '../discovery/groups.js';
import { Content } from './content.js';
import { Descriptions } from './descriptions.js';
import { documentV2 } from './documents.js';
import { documentV2 as message } from './protobuf/messages-v2.js';

/** The one document of version 2. Made when it is first asked for, and anew when it is asked for after a change of the catalog. */
export class DocumentV2 {
  readonly #catalog: Catalog;
  readonly #environment: Environment;
  #revision = -1;
  #content: Promise<Content> | undefined;

  constructor(catalog: Catalog, environment: Environment) {
    this.#catalog = catalog;
    this.#environment = environment;
  }

  /** What it says now. */
  content(): Promise<Content> {
    if (!this.#content || this.#revision !== this.#catalog.revision) {
      this.#content = this.#make(servedGroups(this.#catalog));
      this.#revision = this.#catalog.revision;
    }
    return this.#content;
  }

  /** With breaks for other work in between. */
  async #make(groups: readonly ServedGroup[]): Promise<Content> {
    const document = await documentV2(groups, await Descriptions.load(), () => this.#environment.yield());
    await this.#environment.yield();
    return new Content(document, message);
  }
}
