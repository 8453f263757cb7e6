import type { Random } from '../random.js';
import { JsonText, mapOf } from './json-text.js';

/** Names that mean something to JavaScript, to JSON pointers, to paths or to somebody's terminal. */
export const ODD_NAMES: readonly string[] = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'valueOf',
  'hasOwnProperty',
  '__defineGetter__',
  '__lookupSetter__',
  'toJSON',
  'then',
  'length',
  'polluted',
  'undefined',
  'NaN',
  '0',
  '-1',
  '4294967295',
  '',
  ' ',
  '.',
  '..',
  '-',
  '~0~1~2',
  'a/b',
  'a.b[0]',
  '$ref',
  '*',
  '<<',
  'f:metadata',
  'k:{"name":"a"}',
  'v:__proto__',
  'kubernetes.io/metadata.name',
  'UPPER',
  'ünï',
  '\u0000',
  '\u202e',
  '\ufeff',
  '\ud83d\ude00',
  '\ud800',
  'İı',
  'x'.repeat(64),
  'x'.repeat(254),
];

/** Numbers as they can stand in a body. */
export const ODD_NUMBERS: readonly string[] = [
  '0',
  '-0',
  '-1',
  '1.5',
  '1e400',
  '-1e400',
  '1e-400',
  '1E3',
  '2147483647',
  '2147483648',
  '-2147483649',
  '4294967296',
  '9007199254740993',
  '9223372036854775807',
  '9223372036854775808',
  '-9223372036854775808',
  '18446744073709551616',
  '0.1000000000000000055511151231257827',
  '1.7976931348623157e308',
  '5e-324',
  '123456789012345678901234567890',
];

const ODD_TEXTS: readonly string[] = [
  '',
  ' ',
  'null',
  'true',
  '0',
  '-',
  '1e3',
  '1Ki',
  '0.0000000001n',
  '99999999999999999999E',
  '1e999999999',
  'IfNotPresent',
  '1970-01-01T00:00:00Z',
  '9999-12-31T23:59:59.999999999Z',
  '-0001-00-00T99:99:99Z',
  '2026-02-30T00:00:00+25:00',
  '300h1m1.5s',
  '10.0.0.1',
  '999.1.1.1',
  '::ffff:1.2.3.4',
  'fe80::1%eth0',
  '10.0.0.0/33',
  '0.0.0.0/0',
  'http://[::1',
  'a@b',
  '* * * * *',
  '@every 1ns',
  'TZ=UTC 0 0 31 2 *',
  '*/0 1-99 L * ?',
  '(((((((((((a+)+)+)+)+)+)+)+)+)+)+)b',
  '$(A)$(B)$$(C)',
  '${jndi}',
  '{.status.a[*]}',
  '{.a[?(@.b==1)]}',
  'a in (b,c),!d',
  '\r\nX-Injected: 1',
  '../../etc/passwd',
  '%00%2f..',
  '\u0000\u0001\u007f',
  '\ud83d\ude00\ud83d',
  'e\u0301'.repeat(20),
];

/** A name that may stand where one is wanted. */
export function oddName(random: Random): string {
  return random.chance(0.7) ? random.pick(ODD_NAMES) : oddText(random);
}

/** A text that is not what was expected; seldom a long one, at most 20,000 characters. */
export function oddText(random: Random): string {
  return random.weighted<() => string>([
    [6, () => random.pick(ODD_TEXTS)],
    [3, () => random.pick(ODD_NAMES)],
    [2, () => random.list(1, 12, () => String.fromCharCode(random.below(0xffff))).join('')],
    [1, () => random.pick(['a', 'ab', '-', '.', '/', '\u00e9', '((', '\\']).repeat(random.pick([63, 64, 253, 254, 1000, 10_000]))],
  ])();
}

/** Any number, as text of JSON. */
export function oddNumber(random: Random): JsonText {
  return new JsonText(random.chance(0.8) ? random.pick(ODD_NUMBERS) : String(random.between(-70_000, 70_000)));
}

/** A value of any type. */
export function oddValue(random: Random): unknown {
  return random.weighted<() => unknown>([
    [3, () => oddText(random)],
    [3, () => oddNumber(random)],
    [1, () => null],
    [1, () => random.chance(0.5)],
    [1, () => ({})],
    [1, () => []],
    [1, () => [oddText(random), oddNumber(random), null]],
    [2, () => mapOf(random.list(1, 4, () => [oddName(random), oddText(random)]))],
    [1, () => mapOf([[oddName(random), mapOf([['polluted', true]])]])],
    [1, () => nested(random, random.pick([5, 20, 95, 101, 150]))],
  ])();
}

/** Lists and maps in each other. */
export function nested(random: Random, levels: number): JsonText {
  const [open, close] = random.pick([
    ['[', ']'],
    ['{"a":', '}'],
    ['[{"name":"a","__proto__":', '}]'],
  ] as const);
  return new JsonText(`${open.repeat(levels)}1${close.repeat(levels)}`);
}
