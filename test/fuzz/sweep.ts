import { builtInDefinitions } from '../../lib/api/kinds.js';
import type { ResourceDefinition } from '../../lib/api/resource-definition.js';
import type { FuzzClient } from './fuzz-client.js';
import { NoAnswer } from './fuzz-client.js';
import { jsonIn } from './http-exchange.js';
import { inUrl } from './values/queries.js';

interface Found {
  readonly kind: string;
  readonly namespace: string | undefined;
  readonly name: string;
  readonly path: string;
  readonly finalizers: boolean;
}

/** Milliseconds until all that was to be deleted must be gone. */
const PATIENCE = 120_000;
const SWEEPING = -1;
const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
/** What controllers make by themselves, at any time. */
const COMES_BACK = /^(Event|Lease|Namespace (fuzz-\d|default|kube-)|ServiceAccount .*default$|ConfigMap .*kube-root-ca\.crt$)/;
/** Another version of one that is in the list, over the same objects. */
const TWICE = new Set(['events.k8s.io/v1', 'autoscaling/v1']);

/** Deletes whatever was not there when it was made. */
export class Sweep {
  readonly #client: FuzzClient;
  readonly #kept: ReadonlySet<string>;

  private constructor(client: FuzzClient, kept: ReadonlySet<string>) {
    this.#client = client;
    this.#kept = kept;
  }

  /** Remembers what there is now. */
  static async start(client: FuzzClient): Promise<Sweep> {
    const first = new Sweep(client, new Set());
    return new Sweep(client, new Set((await first.#all()).map(keyOf)));
  }

  /** Resolves with what could not be deleted, which is to be nothing. */
  async run(): Promise<readonly string[]> {
    const deadline = performance.now() + PATIENCE;
    for (;;) {
      const left = (await this.#all()).filter((one) => !this.#kept.has(keyOf(one)));
      await inLanes(8, left, (one) => this.#delete(one));
      const strict = left.filter((one) => !COMES_BACK.test(keyOf(one)));
      if (strict.length === 0) return [];
      if (performance.now() > deadline) return strict.map(keyOf);
    }
  }

  async #all(): Promise<readonly Found[]> {
    const builtIn = builtInDefinitions.filter(({ verbs, apiVersion }) => verbs.includes('delete') && !TWICE.has(apiVersion));
    const found = await Promise.all(builtIn.map((definition) => this.#found(definition)));
    return found.flat();
  }

  async #found({ group, version, plural, kind }: ResourceDefinition): Promise<readonly Found[]> {
    const root = `${group === '' ? '/api' : `/apis/${group}`}/${version}`;
    const items = ((await this.#json('GET', `${root}/${plural}`)) as { items?: Item[] } | undefined)?.items ?? [];
    return items.map(({ metadata: { namespace, name, finalizers = [] } }) => ({
      kind,
      namespace,
      name,
      path: `${root}${namespace === undefined ? '' : `/namespaces/${inUrl(namespace)}`}/${plural}/${inUrl(name)}`,
      finalizers: finalizers.length > 0 && !(kind === 'CustomResourceDefinition'),
    }));
  }

  async #delete({ kind, path, finalizers }: Found): Promise<void> {
    await this.#json('DELETE', `${path}?gracePeriodSeconds=0&propagationPolicy=Background`);
    if (finalizers) await this.#json('PATCH', path, { metadata: { finalizers: null } });
    if (kind === 'Namespace')
      await this.#json('PUT', `${path}/finalize`, {
        metadata: { name: decodeURIComponent(path.slice(path.lastIndexOf('/') + 1)) },
        spec: {},
      });
    if (kind === 'CustomResourceDefinition') await this.#deleteInstances(path);
  }

  /** Those that have finalizers keep their definition from going. */
  async #deleteInstances(definition: string): Promise<void> {
    const [plural, ...group] = definition.slice(DEFINITIONS.length + 1).split('.');
    const { spec } = ((await this.#json('GET', definition)) ?? {}) as { spec?: { versions: { name: string; served: boolean }[] } };
    const version = spec?.versions?.find(({ served }) => served)?.name;
    if (version === undefined) return;
    const found = await this.#found({ group: group.join('.'), version, plural: plural!, kind: '' } as ResourceDefinition);
    for (const { path } of found.filter(({ finalizers }) => finalizers))
      await this.#json('PATCH', path, { metadata: { finalizers: null } });
  }

  async #json(method: string, path: string, body?: object): Promise<unknown> {
    const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
    try {
      const bytes = body && Buffer.from(JSON.stringify(body));
      return jsonIn(await this.#client.send(SWEEPING, { method, path, headers: { 'content-type': type }, body: bytes }));
    } catch (error) {
      if (error instanceof NoAnswer) return undefined; // the plane is gone, which is told elsewhere
      throw error;
    }
  }
}

interface Item {
  readonly metadata: { readonly namespace?: string; readonly name: string; readonly finalizers?: readonly string[] };
}

const keyOf = ({ kind, namespace, name }: Found): string => `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`;

async function inLanes<T>(count: number, items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const left = [...items];
  const lane = async () => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: count }, lane));
}
