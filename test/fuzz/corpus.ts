import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { builtInDefinitions } from '../../lib/api/kinds.js';
import type { ResourceDefinition } from '../../lib/api/resource-definition.js';
import { packageRoot } from '../../lib/cli/package-root.js';
import type { Random } from './random.js';
import { isMap, jsonOf } from './values/json-text.js';

/** A body that a real client has sent, with the kind it is of. */
export interface CorpusObject {
  readonly definition: ResourceDefinition;
  readonly body: Readonly<Record<string, unknown>>;
}

export type PatchType = 'json' | 'merge' | 'strategic' | 'apply';

export interface CorpusPatch {
  readonly type: PatchType;
  readonly body: unknown;
  /** The plural in its path, such as `pods`. */
  readonly plural: string;
}

interface Step {
  readonly do?: string;
  readonly patch?: PatchType;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string | readonly string[] | null>>;
}

/** The requests of the recorded API cases, as material. */
export class Corpus {
  readonly objects: readonly CorpusObject[];
  readonly patches: readonly CorpusPatch[];
  /** Single parameters, such as `limit=1`. */
  readonly parameters: readonly string[];
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** GETs, without queries. */
  readonly paths: readonly string[];
  readonly #byKind: ReadonlyMap<string, readonly CorpusObject[]>;

  constructor(steps: readonly Step[]) {
    const kinds = new Map(builtInDefinitions.map((definition) => [`${definition.apiVersion}/${definition.kind}`, definition]));
    const paths = steps.flatMap((step) => step.do?.replace(/^\S+ /, '') ?? []);
    this.objects = unique(
      steps.flatMap(({ body, patch }) => (patch ? [] : objectOf(kinds, body))),
      ({ body }) => body,
    );
    this.patches = unique(steps.flatMap(patchOf));
    this.parameters = [...new Set(paths.flatMap((path) => path.split('?')[1]?.split('&') ?? []))];
    this.paths = [...new Set(paths.map((path) => path.split('?')[0]!))];
    this.headers = unique(steps.flatMap(({ headers = {} }) => Object.entries(headers).flatMap(headerOf)));
    const byKind = new Map<string, CorpusObject[]>();
    for (const object of this.objects) byKind.set(object.definition.kind, [...(byKind.get(object.definition.kind) ?? []), object]);
    this.#byKind = byKind;
  }

  /** Bodies of one kind. */
  of(kind: string): readonly CorpusObject[] {
    return this.#byKind.get(kind) ?? [];
  }

  /** An object of any kind, seldom ones as likely as frequent ones. */
  pick(random: Random): CorpusObject {
    return random.pick(random.pick([...this.#byKind.values()]));
  }
}

/** Reads `test/api-cases/*.json`. */
export function loadCorpus(): Corpus {
  const folder = join(packageRoot(), 'test', 'api-cases');
  const files = readdirSync(folder).filter((file) => file.endsWith('.json'));
  const cases = files
    .sort()
    .flatMap((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as { readonly steps: readonly Step[] }[]);
  return new Corpus(cases.flatMap(({ steps }) => steps));
}

/** A recorded text or value with its variables filled in: the namespace, and one word for all others. */
export function filledIn<T>(value: T, namespace: string, word: string): T {
  const text = JSON.stringify(value).replace(/\$(?:\{([A-Z][A-Z0-9_]*)\}|([A-Z][A-Z0-9_]*))/g, (_, braced?: string, plain?: string) =>
    (braced ?? plain) === 'NS' ? namespace : word,
  );
  return JSON.parse(text) as T;
}

function objectOf(kinds: ReadonlyMap<string, ResourceDefinition>, body: unknown): CorpusObject[] {
  if (!isMap(body)) return [];
  const definition = kinds.get(`${String(body['apiVersion'])}/${String(body['kind'])}`);
  return definition ? [{ definition, body }] : [];
}

function patchOf({ do: request = '', patch: type, body }: Step): CorpusPatch[] {
  const plural = /\/([a-z]+)\/[^/]+(?:\/[a-z]+)?(?:\?.*)?$/.exec(request)?.[1] ?? '';
  return type && body !== undefined ? [{ type, body, plural }] : [];
}

function headerOf([name, value]: readonly [string, string | readonly string[] | null]): (readonly [string, string])[] {
  return name === 'authorization' || value === null ? [] : [value].flat().map((one) => [name, one] as const);
}

function unique<T>(values: readonly T[], what: (value: T) => unknown = (value) => value): T[] {
  const seen = new Map(values.map((value) => [jsonOf(what(value)), value]));
  return [...seen.values()];
}
