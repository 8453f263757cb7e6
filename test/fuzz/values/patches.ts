import type { CorpusPatch, PatchType } from '../corpus.js';
import type { Random } from '../random.js';
import { isMap, mapOf } from './json-text.js';
import { mutated } from './mutate.js';
import { oddName, oddValue } from './odd-values.js';

/** A patch, with the type that goes into its content type. */
export interface FuzzPatch {
  readonly type: PatchType;
  readonly body: unknown;
}

const CONTENT_TYPES: Readonly<Record<PatchType, string>> = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  apply: 'application/apply-patch+yaml',
};

export function patchContentType(type: PatchType): string {
  return CONTENT_TYPES[type];
}

/** A patch that has to do with the object. `recorded`: patches of real clients, as material. */
export function patchFor(random: Random, object: unknown, recorded: readonly CorpusPatch[]): FuzzPatch {
  const type = random.pick(['json', 'json', 'merge', 'strategic', 'apply'] as const);
  if (recorded.length > 0 && random.chance(0.3)) {
    const { type: known, body } = random.pick(recorded);
    return { type: known, body: mutated(random, body, random.below(3)) };
  }
  return { type, body: type === 'json' ? operations(random, object) : fragment(random, type, object) };
}

function operations(random: Random, object: unknown): unknown {
  const pointers = pointersOf(object);
  const pointer = () => (random.chance(0.75) && pointers.length > 0 ? random.pick(pointers) : oddPointer(random, pointers));
  const operation = (): unknown => {
    const op = random.pick([
      'add',
      'add',
      'remove',
      'replace',
      'replace',
      'move',
      'copy',
      'test',
      random.pick(['', '__proto__', 'toString', 'ADD']),
    ]);
    return {
      op,
      path: pointer(),
      ...(/move|copy/.test(op) ? { from: pointer() } : {}),
      ...(random.chance(0.85) ? { value: oddValue(random) } : {}),
    };
  };
  if (random.chance(0.02)) return many(random, pointer);
  const whole = random.list(1, 6, operation);
  return random.chance(0.15) ? mutated(random, whole.slice(0, 20), 1) : random.chance(0.03) ? doubling(pointers) : whole;
}

/** About as many as the server takes. */
function many(random: Random, pointer: () => string): unknown {
  const some = random.list(20, 20, () => ({
    op: random.pick(['add', 'replace', 'test']),
    path: pointer().slice(0, 100),
    value: random.pick([1, 'a', {}, []]),
  }));
  return Array.from({ length: random.pick([9999, 10_000, 10_001]) }, (_, index) => some[index % some.length]);
}

/** Each operation copies the whole object into itself. */
function doubling(pointers: readonly string[]): unknown {
  const into = pointers.find((pointer) => pointer.endsWith('/annotations') || pointer.endsWith('/spec')) ?? '/metadata';
  return Array.from({ length: 60 }, (_, index) => ({ op: 'copy', from: into, path: `${into}/c${index}` }));
}

function oddPointer(random: Random, pointers: readonly string[]): string {
  const base = pointers.length > 0 ? random.pick(pointers) : '';
  return random.pick([
    '',
    '/',
    base.slice(1),
    `${base}/-`,
    `${base}/99999999999`,
    `${base}/${oddName(random).replaceAll('~', '~0').replaceAll('/', '~1')}`,
    '/__proto__/polluted',
    '/constructor/prototype/polluted',
    '/metadata/__proto__/polluted',
    '/metadata/labels/__proto__',
    '/~2',
    '/a'.repeat(5000),
  ]);
}

/** JSON pointers to all parts of a value. */
function pointersOf(value: unknown, path = ''): string[] {
  const members = Array.isArray(value) ? [...value.entries()] : isMap(value) ? Object.entries(value) : [];
  return members.flatMap(([name, member]) => {
    const pointer = `${path}/${String(name).replaceAll('~', '~0').replaceAll('/', '~1')}`;
    return [pointer, ...pointersOf(member, pointer)];
  });
}

/** A part of the object, changed; for server-side apply the object itself. */
function fragment(random: Random, type: PatchType, object: unknown): unknown {
  const part = type === 'apply' || !isMap(object) ? object : thinned(random, object);
  const changed = mutated(random, withoutManaged(part), random.between(0, 3));
  return type === 'strategic' && random.chance(0.5) ? withDirectives(random, changed) : changed;
}

function withoutManaged(value: unknown): unknown {
  if (!isMap(value) || !isMap(value['metadata'])) return value;
  const { managedFields: _, resourceVersion: __, uid: ___, creationTimestamp: ____, ...metadata } = value['metadata'];
  return mapOf(Object.entries(value).map(([name, member]) => [name, name === 'metadata' ? metadata : member]));
}

/** Some of the members, at every level. */
function thinned(random: Random, value: unknown): unknown {
  if (!isMap(value)) return value;
  return mapOf(
    Object.entries(value)
      .filter(() => random.chance(0.6))
      .map(([name, member]) => [name, thinned(random, member)] as const),
  );
}

/** `$patch` and its like, at any place. */
function withDirectives(random: Random, value: unknown): unknown {
  const directives: readonly (readonly [string, unknown])[] = [
    ['$patch', random.pick(['delete', 'replace', 'merge', 'nonsense', 1, null])],
    ['$retainKeys', random.pick([['a'], ['__proto__'], 'a', [1], null])],
    [
      `$setElementOrder/${random.pick(['containers', 'ports', 'finalizers', '__proto__', ''])}`,
      random.pick([[{ name: 'a' }], ['a'], [{}], 'a', null]),
    ],
    [`$deleteFromPrimitiveList/${random.pick(['finalizers', 'a', '__proto__'])}`, random.pick([['a'], 'a', [{}]])],
  ];
  const into = (part: unknown): unknown => {
    if (Array.isArray(part)) return [...part.map(into), ...(random.chance(0.3) ? [mapOf([random.pick(directives)])] : [])];
    if (!isMap(part)) return part;
    const members = Object.entries(part).map(([name, member]) => [name, into(member)] as const);
    return mapOf(random.chance(0.3) ? [...members, random.pick(directives)] : members);
  };
  return into(value);
}
