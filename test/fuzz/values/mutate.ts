import type { Random } from '../random.js';
import { isMap, jsonOf, JsonText, mapOf, memberOf } from './json-text.js';
import { nested, oddName, oddNumber, oddText, oddValue } from './odd-values.js';

type Path = readonly (string | number)[];
type Change = (random: Random, value: unknown, context: Context) => unknown;

interface Context {
  /** The whole value, for parts that go elsewhere. */
  readonly root: unknown;
  /** More values to take parts from. */
  readonly others: readonly unknown[];
}

/** The value with `times` changes in places of its own; the value itself is left alone. */
export function mutated(random: Random, value: unknown, times: number, others: readonly unknown[] = []): unknown {
  let result = value;
  for (let i = 0; i < times; i++) {
    const change = random.weighted(CHANGES);
    const context = { root: result, others };
    result = at(result, somewhere(random, result), (part) => change(random, part, context));
  }
  return result;
}

const CHANGES: readonly (readonly [number, Change])[] = [
  [4, (random) => oddValue(random)],
  [4, (random, value) => tweaked(random, value)],
  [2, (random, value) => (isMap(value) ? without(random, value) : undefined)],
  [3, (random, value) => (isMap(value) ? withMember(value, oddName(random), oddValue(random)) : value)],
  [2, (random, value) => (isMap(value) ? renamed(random, value) : [value])],
  [1, (random, value) => (isMap(value) ? doubled(random, value) : value)],
  [2, (random, value) => mapOf([[oddName(random), value]])],
  [2, (random, value, { root, others }) => partOf(random, others.length > 0 && random.chance(0.6) ? random.pick(others) : root)],
  [1, (random, value) => (Array.isArray(value) ? repeated(random, value) : value)],
  [1, (random) => nested(random, random.pick([3, 90, 100, 101, 2000]))],
];

/** A number, text or list that is still one, but another. */
function tweaked(random: Random, value: unknown): unknown {
  if (typeof value === 'number') return oddNumber(random);
  if (typeof value === 'boolean') return random.pick([!value, String(value), Number(value)]);
  if (Array.isArray(value)) return [...(value as unknown[])].reverse();
  if (typeof value !== 'string') return null;
  const place = random.below(value.length + 1);
  return random.pick([
    value.toUpperCase(),
    `${value}${value}`,
    value.slice(0, place),
    `${value.slice(0, place)}${oddText(random)}${value.slice(place)}`,
    `${value} `,
    value.repeat(random.pick([10, 100, 1000])).slice(0, 20_000),
  ]);
}

function without(random: Random, value: Readonly<Record<string, unknown>>): unknown {
  const members = Object.entries(value);
  const gone = random.below(members.length);
  return mapOf(members.filter((_, index) => index !== gone));
}

function withMember(value: Readonly<Record<string, unknown>>, name: string, member: unknown): unknown {
  return mapOf([...Object.entries(value), [name, member]]);
}

function renamed(random: Random, value: Readonly<Record<string, unknown>>): unknown {
  const members = Object.entries(value);
  const chosen = random.below(members.length);
  return mapOf(members.map(([name, member], index) => [index === chosen ? oddName(random) : name, member]));
}

/** A member that stands twice. */
function doubled(random: Random, value: Readonly<Record<string, unknown>>): unknown {
  const members = Object.entries(value);
  if (members.length === 0) return value;
  const [name, member] = random.pick(members);
  const again = random.chance(0.5) ? member : oddValue(random);
  return new JsonText(`{${members.map(memberOf).join(',')},${memberOf([name, again])}}`);
}

function repeated(random: Random, value: readonly unknown[]): unknown {
  const times = random.pick([2, 2, 10, 100]);
  const size = jsonOf(value).length * times;
  return size > 200_000 ? value : Array.from({ length: times }, () => value).flat();
}

/** Any part of a value. */
function partOf(random: Random, value: unknown): unknown {
  let part = value;
  for (const step of somewhere(random, value)) part = childOf(part, step);
  return part;
}

/** A path to any part, deep ones as likely as shallow ones. */
function somewhere(random: Random, value: unknown): Path {
  const path: (string | number)[] = [];
  let part = value;
  while (path.length < 60) {
    const names = Array.isArray(part) ? [...part.keys()] : isMap(part) ? Object.keys(part) : [];
    if (names.length === 0 || random.chance(path.length === 0 ? 0.03 : 0.2)) break;
    const step = random.pick<string | number>(names);
    path.push(step);
    part = childOf(part, step);
  }
  return path;
}

function childOf(value: unknown, step: string | number): unknown {
  return (value as Record<string | number, unknown>)[step];
}

/** A copy with another part at the path; `undefined` takes it away. */
function at(value: unknown, [step, ...rest]: Path, change: (part: unknown) => unknown): unknown {
  if (step === undefined) return change(value) ?? null;
  const into = (part: unknown) => (rest.length === 0 ? change(part) : at(part, rest, change));
  if (Array.isArray(value)) return value.flatMap((item: unknown, index) => (index === step ? kept(into(item)) : [item]));
  const members = Object.entries(value as Record<string, unknown>);
  return mapOf(
    members.flatMap(([name, member]) =>
      name === step ? kept(into(member)).map((one) => [name, one] as const) : [[name, member] as const],
    ),
  );
}

const kept = (value: unknown): unknown[] => (value === undefined ? [] : [value]);
