import type { KubeObject, Stored } from './object.js';
import type { Cell, Column, FieldReader, ResourceDefinition, ResourceRules, SubresourceDefinition, Verb } from './resource-definition.js';
import { humanAge } from './meta/time.js';
import { builtInSchema } from './schema/built-in-schema.js';
import type { ResourceFacts } from './schema/facts.js';
import { facts } from './schema/facts.js';
import { strategyOf } from './strategy.js';
import type { Syntax } from './validation/names.js';
import { dnsSubdomain } from './validation/names.js';

/** What a built-in kind adds to the facts table. */
export interface BuiltInOptions<T extends KubeObject> {
  /** Default `/registry/<plural>`. */
  readonly storagePrefix?: string;
  /** Names besides those of the facts table. */
  readonly shortNames?: readonly string[];
  /** Rules besides those of all kinds (metadata, separation of spec and status). */
  readonly rules?: ResourceRules<T>;
  /** Whether finalizers without a prefix must be those that Kubernetes itself knows. Default true. */
  readonly standardFinalizers?: boolean;
  /** The form of its names. Default: DNS subdomains. */
  readonly names?: Syntax;
  /** Who makes an object may say its status. Default false. */
  readonly keepsStatusOnCreate?: boolean;
  /** The paths that write the status. Default: `status` alone. */
  readonly statusSubresources?: readonly string[];
  /** The cell of each column of the facts table. `Name` and `Age` are known. */
  readonly cells?: Readonly<Record<string, (object: Stored<T>, now: number) => Cell>>;
  /** Values of selectable fields whose path is not simply where the value stands. */
  readonly fields?: Readonly<Record<string, FieldReader<T>>>;
  readonly gracePeriod?: (object: Stored<T>) => number;
}

/** A kind of the facts table, such as `v1/pods` or `apps/v1/deployments`. */
export function defineBuiltIn<T extends KubeObject>(resource: string, options: BuiltInOptions<T> = {}): ResourceDefinition<T> {
  const known = facts.resources[resource];
  if (!known) throw new Error(`no such resource in the facts table: ${resource}`);
  const { group, version, name: plural } = parse(resource);
  const { name: kind } = parse(known.kind);
  const schema = builtInSchema(typeOf(group, version, kind));
  return {
    group,
    version,
    kind,
    plural,
    apiVersion: group === '' ? version : `${group}/${version}`,
    listKind: `${kind}List`,
    singular: known.singular ?? '',
    shortNames: [...(known.shortNames ?? []), ...(options.shortNames ?? [])],
    categories: known.categories ?? [],
    namespaced: known.namespaced,
    verbs: known.verbs as readonly Verb[],
    storagePrefix: options.storagePrefix ?? `/registry/${plural}`,
    schema,
    subresources: subresourcesOf(resource),
    columns: columnsOf(known, options.cells ?? {}),
    selectableFields: Object.fromEntries(
      (known.fieldLabels ?? [])
        .filter((path) => !path.startsWith('metadata.'))
        .map((path) => [path, options.fields?.[path] ?? ((object: unknown) => textAt(object, path))]),
    ),
    rules: strategyOf<T>({
      own: options.rules ?? {},
      schema,
      namespaced: known.namespaced,
      name: options.names ?? dnsSubdomain,
      hasStatus: `${resource}/status` in facts.resources,
      standardFinalizers: options.standardFinalizers ?? true,
      keepsStatusOnCreate: options.keepsStatusOnCreate ?? false,
      ...(options.statusSubresources ? { statusSubresources: options.statusSubresources } : {}),
    }),
    generation: known.generation ?? false,
    deleteReturnsObject: known.deleteReturns === 'object',
    createOnUpdate: known.createOnUpdate ?? false,
    unconditionalUpdate: known.unconditionalUpdate ?? true,
    ...(options.gracePeriod ? { gracePeriod: options.gracePeriod } : {}),
    custom: false,
  };
}

function parse(path: string): { group: string; version: string; name: string } {
  const parts = path.split('/');
  const [group, version, name] = parts.length === 2 ? ['', ...parts] : parts;
  return { group: group ?? '', version: version ?? '', name: name ?? '' };
}

/** Types of the facts table are keyed by Go package: `core/v1.Pod`, `coordination/v1.Lease`. */
function typeOf(group: string, version: string, kind: string): string {
  return `${group === '' ? 'core' : group.split('.')[0]}/${version}.${kind}`;
}

function subresourcesOf(resource: string): Record<string, SubresourceDefinition> {
  const own = Object.entries(facts.resources).filter(([key]) => key.startsWith(`${resource}/`));
  return Object.fromEntries(
    own.map(([key, sub]) => {
      const name = key.slice(resource.length + 1);
      const { group, version, name: kind } = parse(sub.kind);
      const type =
        name === 'scale'
          ? 'scale'
          : sub.connect || name === 'log'
            ? 'connect'
            : sub.verbs.length === 1 && sub.verbs[0] === 'create'
              ? 'action'
              : 'object';
      return [
        name,
        {
          verbs: sub.verbs as SubresourceDefinition['verbs'],
          kind,
          group,
          version,
          type,
          ...(type === 'scale'
            ? { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas', labelSelectorPath: '.spec.selector' }
            : {}),
        } satisfies SubresourceDefinition,
      ];
    }),
  );
}

function columnsOf<T extends KubeObject>(known: ResourceFacts, cells: NonNullable<BuiltInOptions<T>['cells']>): Column<T>[] {
  return (known.columns ?? []).map(([name, type, format, priority]) => ({
    name,
    type: type as Column['type'],
    format,
    priority,
    value: cells[name] ?? COMMON_CELLS[name] ?? (() => null),
  }));
}

const COMMON_CELLS: Readonly<Record<string, (object: Stored<KubeObject>, now: number) => Cell>> = {
  Name: ({ metadata }) => metadata.name,
  Age: ({ metadata }, now) => humanAge(metadata.creationTimestamp, now),
  'Created At': ({ metadata }) => metadata.creationTimestamp,
};

function textAt(object: unknown, path: string): string {
  let value: unknown = object;
  for (const part of path.split('.'))
    value =
      value !== null && typeof value === 'object' && Object.hasOwn(value, part) ? (value as Record<string, unknown>)[part] : undefined;
  return typeof value === 'string' ? value : typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}
