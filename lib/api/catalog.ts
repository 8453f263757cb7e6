import type { Observable } from 'rxjs';
import { Hot } from '../base/streams/hot.js';
import type { KubeObject } from './object.js';
import type { ResourceDefinition } from './resource-definition.js';
import { kindKey } from './resource-definition.js';
import { facts } from './schema/facts.js';

/** A kind came or went. */
export interface CatalogChange {
  readonly type: 'added' | 'removed';
  readonly definition: ResourceDefinition;
}

/** The kinds of one cluster, built-in and custom; the second kind come and go while it runs. */
export interface Catalog {
  /** In discovery order. */
  readonly definitions: readonly ResourceDefinition[];
  byResource(group: string, version: string, plural: string): ResourceDefinition | undefined;
  byKind(apiVersion: string, kind: string): ResourceDefinition | undefined;
  /** By plural, singular, short name or kind, with or without `.group`, in any case; the first in discovery order. */
  find(name: string): ResourceDefinition | undefined;
  /** Throws when the names are taken. */
  add<T extends KubeObject>(definition: ResourceDefinition<T>): void;
  remove(definition: ResourceDefinition): void;
  /** Grows with every change, so that what is derived from a catalog can be cached. */
  readonly revision: number;
  /** Hot: each change after the catalog shows it, told before `add` or `remove` returns. What a subscriber throws, `add` and `remove` throw once all have been told. */
  readonly changes: Observable<CatalogChange>;
}

/** A catalog of these kinds. Throws when two have the same names. */
export function createCatalog(definitions: Iterable<ResourceDefinition>): Catalog {
  const catalog = new MapCatalog();
  for (const definition of definitions) catalog.add(definition);
  return catalog;
}

class MapCatalog implements Catalog {
  readonly #byResource = new Map<string, ResourceDefinition>();
  readonly #byKind = new Map<string, ResourceDefinition>();
  #ordered: readonly ResourceDefinition[] | undefined;
  #names: Map<string, ResourceDefinition> | undefined;
  readonly #faults: unknown[] = [];
  readonly #hot = new Hot<CatalogChange>((error) => this.#faults.push(error));
  readonly changes = this.#hot.observable;
  #revision = 0;

  get revision(): number {
    return this.#revision;
  }

  get definitions(): readonly ResourceDefinition[] {
    return (this.#ordered ??= [...this.#byResource.values()].sort(inDiscoveryOrder));
  }

  byResource(group: string, version: string, plural: string): ResourceDefinition | undefined {
    return this.#byResource.get(`${group}/${version}/${plural}`);
  }

  byKind(apiVersion: string, kind: string): ResourceDefinition | undefined {
    return this.#byKind.get(kindKey({ apiVersion, kind }));
  }

  find(name: string): ResourceDefinition | undefined {
    return (this.#names ??= namesOf(this.definitions)).get(name.toLowerCase());
  }

  add<T extends KubeObject>(definition: ResourceDefinition<T>): void {
    const added: ResourceDefinition = definition;
    const resource = `${added.group}/${added.version}/${added.plural}`;
    const kind = kindKey(added);
    if (this.#byResource.has(resource)) throw new Error(`a resource ${resource} is in the catalog already`);
    if (this.#byKind.has(kind)) throw new Error(`a kind ${kind} is in the catalog already`);
    this.#byResource.set(resource, added);
    this.#byKind.set(kind, added);
    this.#changed({ type: 'added', definition: added });
  }

  remove(definition: ResourceDefinition): void {
    if (this.byResource(definition.group, definition.version, definition.plural) !== definition) return;
    this.#byResource.delete(`${definition.group}/${definition.version}/${definition.plural}`);
    this.#byKind.delete(kindKey(definition));
    this.#changed({ type: 'removed', definition });
  }

  #changed(change: CatalogChange): void {
    this.#ordered = undefined;
    this.#names = undefined;
    this.#revision += 1;
    this.#hot.emit(change);
    const faults = this.#faults.splice(0);
    if (faults.length > 0) throw faults.length === 1 ? faults[0] : new AggregateError(faults, 'subscribers of a catalog failed');
  }
}

const GROUPS = new Map(facts.groups.map(({ group, versions }, index) => [group, { index, versions }]));
const RESOURCES = new Map(Object.keys(facts.resources).map((key, index) => [key, index]));

/** Built-in groups in the order of the facts table, then custom ones by name; within a group versions in order of preference. */
function inDiscoveryOrder(a: ResourceDefinition, b: ResourceDefinition): number {
  const [first, second] = [GROUPS.get(a.group), GROUPS.get(b.group)];
  const byGroup = (first?.index ?? GROUPS.size) - (second?.index ?? GROUPS.size) || compareText(a.group, b.group);
  const rank = (one: ResourceDefinition) => (GROUPS.get(one.group)?.versions.indexOf(one.version) ?? 0) >>> 0;
  return byGroup || rank(a) - rank(b) || compareVersions(a.version, b.version) || place(a) - place(b) || compareText(a.plural, b.plural);
}

const place = ({ apiVersion, plural }: ResourceDefinition) => RESOURCES.get(`${apiVersion}/${plural}`) ?? RESOURCES.size;
const compareText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

/** Kubernetes' order of versions: v10, v2, v1, v2beta1, v1beta2, v1alpha1, anything else by name. */
export function compareVersions(a: string, b: string): number {
  const [first, second] = [versionParts(a), versionParts(b)];
  if (!first || !second) return first ? -1 : second ? 1 : compareText(a, b);
  return second.stage - first.stage || second.major - first.major || second.minor - first.minor;
}

function versionParts(version: string): { stage: number; major: number; minor: number } | undefined {
  const parts = /^v([1-9][0-9]*)(?:(alpha|beta)([1-9][0-9]*))?$/.exec(version);
  if (!parts) return undefined;
  return { stage: parts[2] === undefined ? 2 : parts[2] === 'beta' ? 1 : 0, major: Number(parts[1]), minor: Number(parts[3] ?? 0) };
}

function namesOf(definitions: readonly ResourceDefinition[]): Map<string, ResourceDefinition> {
  const names = new Map<string, ResourceDefinition>();
  const rank = (name: string, definition: ResourceDefinition) => {
    for (const text of [name, `${name}.${definition.group}`, `${name}.${definition.version}.${definition.group}`])
      if (!names.has(text.toLowerCase())) names.set(text.toLowerCase(), definition);
  };
  for (const definition of definitions) rank(definition.plural, definition);
  for (const definition of definitions) {
    if (definition.singular) rank(definition.singular, definition);
    rank(definition.kind, definition);
    for (const name of definition.shortNames) rank(name, definition);
  }
  return names;
}
