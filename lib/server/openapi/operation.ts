import type { ResourceDefinition } from '../../api/resource-definition.js';
import type { Parameter } from './parameters.js';

/** What stands in a body: a type of the facts table, a kind or its list, or plain text. */
export type TypeReference = { readonly type: string } | { readonly kind: ResourceDefinition; readonly list?: boolean } | 'string';

/** One method of one path, before it is written down in either version of OpenAPI. */
export interface Operation {
  /** With `{namespace}` and `{name}` where they belong. */
  readonly path: string;
  /** In lower case. */
  readonly method: string;
  readonly id: string;
  readonly tag: string;
  readonly description: string;
  /** Absent for documents that are no resources. */
  readonly action?: string;
  /** The kind that the operation is about. */
  readonly kind?: { readonly group: string; readonly kind: string; readonly version: string };
  readonly parameters: readonly Parameter[];
  readonly body?: { readonly media: readonly string[]; readonly type: TypeReference; readonly required: boolean } | undefined;
  readonly answer: { readonly media: readonly string[]; readonly type: TypeReference; readonly codes: readonly number[] };
}

const CODES: Readonly<Record<number, string>> = { 200: 'OK', 201: 'Created', 202: 'Accepted', 401: 'Unauthorized' };

/** What an HTTP status is called. */
export function codeText(code: number): string {
  return CODES[code] ?? '';
}

/** A path and what can be done there. */
export interface PathOperations {
  readonly path: string;
  readonly operations: readonly Operation[];
  /** What every operation has; told once for the path. By name. */
  readonly common: readonly Parameter[];
}

/** The operations by path, paths by name. */
export function byPath(operations: readonly Operation[]): readonly PathOperations[] {
  const paths = new Map<string, Operation[]>();
  for (const one of operations) {
    const list = paths.get(one.path);
    if (list) list.push(one);
    else paths.set(one.path, [one]);
  }
  return [...paths].map(([path, list]) => ({ path, operations: list, common: common(list) })).sort((a, b) => (a.path < b.path ? -1 : 1));
}

function common([first, ...others]: readonly Operation[]): readonly Parameter[] {
  const shared =
    first?.parameters.filter(({ name }) => others.every(({ parameters }) => parameters.some((one) => one.name === name))) ?? [];
  return [...shared].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The parameters that an operation has besides those of its path. */
export function ownParameters({ parameters }: Operation, { common }: PathOperations): readonly Parameter[] {
  return parameters.filter(({ name }) => !common.some((one) => one.name === name));
}
