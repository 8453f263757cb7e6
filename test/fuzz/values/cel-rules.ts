import type { Random } from '../random.js';
import { ODD_NAMES } from './odd-values.js';
import { CATASTROPHIC, pattern } from './patterns.js';
import type { FuzzSchema } from './structural-schemas.js';

type Type = 'bool' | 'int' | 'double' | 'string' | 'list' | 'map' | 'any';

/** An expression that has a type of its own and is made of smaller ones. */
type Production = (random: Random, scope: Scope) => string;

interface Scope {
  /** Expressions for the value and its fields. */
  readonly fields: readonly (readonly [type: Type, text: string])[];
  /** Levels that are left. */
  readonly depth: number;
}

/** `x-kubernetes-validations` for a schema: one to four rules of a random grammar, most of which pass the type checker. */
export function rulesFor(random: Random, schema: FuzzSchema): { readonly 'x-kubernetes-validations': readonly object[] } {
  return { 'x-kubernetes-validations': random.list(1, random.chance(0.02) ? 100 : 3, () => ruleFor(random, schema)) };
}

function ruleFor(random: Random, schema: FuzzSchema): object {
  const fields = fieldsOf(schema, 'self', 2);
  const old = random.chance(0.25) ? fields.map(([type, text]) => [type, text.replace(/^self/, 'oldSelf')] as const) : [];
  const scope = { fields: [...fields, ...old], depth: random.weighted([[6, 3], [2, 6], [0.3, 12]]) }; // prettier-ignore
  return {
    rule: random.chance(0.05) ? random.pick(HOSTILE) : damaged(random, expression(random, 'bool', scope)),
    ...(random.chance(0.2) ? { message: random.pick(['no', '', 'a\nb', 'x'.repeat(3000)]) } : {}),
    ...(random.chance(0.2) ? { messageExpression: expression(random, 'string', scope) } : {}),
    ...(random.chance(0.1) ? { reason: random.pick(['FieldValueInvalid', 'FieldValueRequired', 'Nonsense']) } : {}),
    ...(random.chance(0.1) ? { fieldPath: random.pick(['.a', '.spec.a', '.list[0]', "['x-y']", '.', '__proto__']) } : {}),
    ...(random.chance(0.1) ? { optionalOldSelf: random.chance(0.5) } : {}),
  };
}

/** An expression of a type. */
export function expression(random: Random, type: Type, scope: Scope): string {
  const fields = scope.fields.filter(([one]) => one === type || one === 'any');
  if (fields.length > 0 && random.chance(scope.depth > 0 ? 0.25 : 0.6)) return random.pick(fields)[1];
  if (scope.depth <= 0) return random.pick(LITERALS[type]);
  return random.pick(PRODUCTIONS[type])(random, { ...scope, depth: scope.depth - 1 });
}

const LITERALS: Readonly<Record<Type, readonly string[]>> = {
  bool: ['true', 'false'],
  int: ['0', '1', '-1', '10', '9223372036854775807', '-9223372036854775808', '0x7f', 'size(self)'],
  double: ['0.0', '-0.0', '1.5', '1e308', '5e-324'],
  string: ["''", "'a'", '"b"', "'10.0.0.1'", "'1Gi'", "'é\\U0001F600'", "r'\\d'", "'''x'''", "'__proto__'"],
  list: ['[]', '[1, 2, 3]', "['a', 'b']", '[[1], [2]]', `[${Array.from({ length: 200 }, (_, index) => index).join(', ')}]`],
  map: ['{}', "{'a': 1}", "{'__proto__': 1, 'constructor': 2}", '{1: true, 2u: false}'],
  any: ['null', 'self', 'oldSelf'],
};

const of =
  (type: Type): Production =>
  (random, scope) =>
    expression(random, type, scope);
const bool = of('bool');
const int = of('int');
const double = of('double');
const string = of('string');
const list = of('list');
const map = of('map');

/** Makes a production from a text in which each `${…}` is one of these. */
const join =
  (texts: TemplateStringsArray, ...parts: readonly (Production | string)[]): Production =>
  (random, scope) =>
    texts.map((text, index) => text + partOf(parts[index], random, scope)).join('');

function partOf(part: Production | string | undefined, random: Random, scope: Scope): string {
  return typeof part === 'function' ? part(random, scope) : (part ?? '');
}

const anyPattern: Production = (random) => quoted(random.chance(0.5) ? random.pick(CATASTROPHIC) : pattern(random));
const quoted = (text: string) => `'${text.replace(/[\\']/g, '\\$&').replace(/\n/g, '\\n')}'`;
const oddText: Production = (random) => quoted(random.pick(ODD_NAMES).replace(/[\u0000\ud800-\udfff]/g, '?'));
const comparison: Production = (random) => random.pick(['==', '!=', '<', '<=', '>', '>=']);

/** A comprehension; the body sees one more variable. */
const over =
  (macro: string, body: Type, source: Production = list): Production =>
  (random, scope) => {
    const variable = random.pick(['x', 'y', 'z', 'e']);
    const inner = { ...scope, fields: [...scope.fields, ['int', variable] as const, ['any', variable] as const] };
    return `${source(random, scope)}.${macro}(${variable}, ${expression(random, body, inner)})`;
  };

const PRODUCTIONS: Readonly<Record<Type, readonly Production[]>> = {
  bool: [
    join`(${bool} && ${bool})`,
    join`(${bool} || ${bool})`,
    join`!${bool}`,
    join`(${int} ${comparison} ${int})`,
    join`(${double} ${comparison} ${double})`,
    join`(${string} ${comparison} ${string})`,
    join`(${list} == ${list})`,
    join`(${map} != ${map})`,
    join`(${int} in ${list})`,
    join`(${string} in ${map})`,
    join`(${bool} ? ${bool} : ${bool})`,
    join`${string}.matches(${anyPattern})`,
    join`${string}.contains(${string})`,
    join`${string}.startsWith(${string})`,
    join`has(self.${(random) => random.pick(['a', 'b', 'spec', 'name', 'list', '__proto__'])})`,
    join`isQuantity(${string})`,
    join`(quantity(${string}).compareTo(quantity(${string})) == 0)`,
    join`quantity(${string}).isGreaterThan(quantity('1Ki').add(quantity('1M')))`,
    join`isIP(${string})`,
    join`cidr('10.0.0.0/8').containsIP(${string})`,
    join`isURL(${string})`,
    join`(url('https://a.b/c').getHost() == ${string})`,
    join`(duration('1h') > duration(${string}))`,
    join`(timestamp('2026-01-01T00:00:00Z') < timestamp(${string}))`,
    join`${list}.isSorted()`,
    join`format.named(${string}).hasValue()`,
    join`optional.of(${string}).hasValue()`,
    join`self.?${(random) => random.pick(['a', 'b', 'list'])}.hasValue()`,
    join`isSemver(${string})`,
    over('all', 'bool'),
    over('exists', 'bool'),
    over('exists_one', 'bool'),
    over('all', 'bool', map),
  ],
  int: [
    join`(${int} + ${int})`,
    join`(${int} * ${int})`,
    join`(${int} / ${int})`,
    join`(${int} % ${int})`,
    join`-(${int})`,
    join`size(${list})`,
    join`${string}.size()`,
    join`int(${string})`,
    join`int(${double})`,
    join`${list}[${int}]`,
    join`${list}.sum()`,
    join`${list}.max()`,
    join`${list}.indexOf(${int})`,
    join`${string}.indexOf(${string})`,
    join`(${bool} ? ${int} : ${int})`,
    join`quantity(${string}).asInteger()`,
    join`timestamp(${string}).getFullYear('Europe/Berlin')`,
    join`duration(${string}).getMilliseconds()`,
  ],
  double: [
    join`(${double} * ${double})`,
    join`(${double} / ${double})`,
    join`double(${int})`,
    join`double(${string})`,
    join`quantity('1.5').asApproximateFloat()`,
  ],
  string: [
    join`(${string} + ${string})`,
    join`string(${int})`,
    join`${string}.replace(${string}, ${string})`,
    join`${string}.replace('', ${string}.replace('', 'xxxxxxxxxx'))`,
    join`${string}.lowerAscii()`,
    join`${string}.substring(${int}, ${int})`,
    join`${string}.trim()`,
    join`${list}.map(x, string(x)).join(${string})`,
    join`${string}.split('').join('${(random) => 'ab'.repeat(random.pick([1, 50]))}')`,
    join`${string}.find(${anyPattern})`,
    join`'%s %d %.3f %b'.format([${string}, ${int}, ${double}, ${int}])`,
    join`${map}[${string}]`,
    join`ip('10.0.0.1').family() == 4 ? ${string} : ${string}`,
    oddText,
  ],
  list: [
    join`(${list} + ${list})`,
    join`[${int}, ${int}]`,
    join`${string}.split(${string})`,
    join`${string}.findAll(${anyPattern})`,
    over('filter', 'bool'),
    over('map', 'int'),
    over('map', 'list'),
    over('map', 'string'),
  ],
  map: [join`{${string}: ${int}}`, join`{${string}: ${list}, ${string}: ${map}}`, join`{'a': ${string}}`],
  any: [join`dyn(${int})`, join`dyn(${string})`, join`${list}[${int}]`, join`type(${int})`],
};

/** Each a plan of its own to use up time or room. */
const NUMBERS = '[0,1,2,3,4,5,6,7,8,9]';
const HOSTILE: readonly string[] = [
  Array.from({ length: 8 }, (_, index) => `${NUMBERS}.all(v${index}, `).join('') + `true${')'.repeat(8)}`,
  `${Array.from({ length: 6 }, (_, index) => `${NUMBERS}.map(v${index}, `).join('')}'x'.replace('', 'xxxxxxxxxx')${')'.repeat(6)}.size() > 0`,
  `'a'${".replace('a', 'aaaaaaaaaa')".repeat(12)}.size() > 0`,
  `'a'${".replace('', 'bb')".repeat(30)} == ''`,
  `${'('.repeat(500)}true${')'.repeat(500)}`,
  `${'!'.repeat(5000)}true`,
  `${'-'.repeat(3001)}1 < 0`,
  `${'['.repeat(300)}${']'.repeat(300)} == []`,
  Array.from({ length: 3000 }, () => 'true').join(' && '),
  Array.from({ length: 3000 }, () => '1').join(' + ') + ' > 0',
  `${'true ? '.repeat(300)}true${' : false'.repeat(300)}`,
  `self${'.a'.repeat(2000)} == 1`,
  `'${'a'.repeat(5000)}'.matches('^(a+)+$')`,
  `'${'a'.repeat(200)}'.matches('(((a{1,10}){1,10}){1,10}){1,10}b')`,
  `quantity('1e999999999').isGreaterThan(quantity('1'))`,
  `quantity('${'9'.repeat(4000)}').add(quantity('1')).isGreaterThan(quantity('1'))`,
  `'%.999999999f'.format([1.0]) == ''`,
  `'%${'0'.repeat(4000)}d'.format([1]) == ''`,
  `duration('${'1h'.repeat(4000)}') > duration('1s')`,
  `[${'1,'.repeat(4000)}1].all(x, [${'1,'.repeat(4000)}1].exists(y, x != y))`,
  `self.constructor.constructor('return process')() == null`,
  `has(self.__proto__.polluted)`,
  `{'__proto__': {'polluted': true}}.polluted`,
];

/** Seldom with a character more or less. */
function damaged(random: Random, text: string): string {
  if (random.chance(0.93)) return text;
  const place = random.below(text.length + 1);
  return (
    text.slice(0, place) +
    random.pick(['', '(', ')', "'", '"', '\\', '\u0000', '.', ',', '?', '/*', '//', '`', '🙂']) +
    text.slice(place + random.below(3))
  );
}

function fieldsOf(schema: FuzzSchema, path: string, depth: number): (readonly [Type, string])[] {
  const type = TYPES[schema.type ?? ''] ?? (schema.additionalProperties ? 'map' : 'any');
  const members = depth > 0 ? Object.entries(schema.properties ?? {}).slice(0, 20) : [];
  const children = members.flatMap(([name, child]) => fieldsOf(child, `${path}.${escaped(name)}`, depth - 1));
  return [[type, path], ...children];
}

const TYPES: Readonly<Record<string, Type>> = { string: 'string', integer: 'int', number: 'double', boolean: 'bool', array: 'list' };

/** As Kubernetes has properties whose names are no identifiers of CEL. */
function escaped(name: string): string {
  const text = name.replaceAll('__', '__underscores__').replaceAll('.', '__dot__').replaceAll('-', '__dash__').replaceAll('/', '__slash__');
  return ['if', 'self', 'in', 'true', 'false', 'null'].includes(name) ? `__${name}__` : text;
}
