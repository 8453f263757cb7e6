import { namedCondition } from './default-conditions.js';
import type { Compute } from './default-values.js';
import { computed, fillMissing } from './default-values.js';
import type { DefaultFacts } from './facts.js';
import type { Schema } from './schema.js';

/** An object on the way of a rule's path. */
export type Holder = Record<string, unknown>;

/** One default, ready to run on each object of a type. */
export interface Defaulting {
  readonly path: string;
  /** Paths whose value it wants to have been set before. */
  readonly after: readonly string[];
  run(object: Holder, parent: Holder): void;
}

interface Step {
  readonly name: string;
  readonly each: boolean;
}

type Condition = (stack: readonly Holder[]) => boolean;

/** Reads a path from the innermost object on the way that can have it. The stack is parent, object, and what lies on the path. */
export type Read = (stack: readonly Holder[]) => unknown;

/** Compiles a row of the table for objects of a schema. */
export function defaultRule([path, value, when]: DefaultFacts, schema: Schema): Defaulting {
  const { steps, leaf, createsHolder } = parsePath(path);
  const schemas = schemasAlong(schema, steps);
  const readerOf = (text: string) => reader(text, schemas);
  const pointer = schemas.at(-1)?.properties?.[leaf]?.['x-kubelib-pointer'] === true;
  const holds = conditionOf(when, readerOf);
  const make: Compute = computed(value, readerOf);
  const set = (stack: readonly Holder[]) => {
    const holder = stack[stack.length - 1]!;
    const current = holder[leaf];
    if (make.merges || when === 'each missing key') {
      if (when === 'each missing key' || holds(stack)) fillMissing(holder, leaf, make(stack));
    } else if (isUnset(current, pointer) && holds(stack)) {
      const made = make(stack);
      if (made !== undefined && made !== null) holder[leaf] = made;
    }
  };
  return {
    path: path.replaceAll('[]', ''),
    after: positivePaths(when),
    run: (object, parent) => walk(steps, 0, [parent, object], createsHolder, set),
  };
}

/** The same rules, those that depend on what another sets after it. */
export function inOrder(rules: readonly Defaulting[]): readonly Defaulting[] {
  const placed = new Set<Defaulting>();
  const open = new Set<Defaulting>();
  const place = (rule: Defaulting) => {
    if (placed.has(rule) || open.has(rule)) return;
    open.add(rule);
    for (const path of rule.after) for (const other of rules) if (other.path === path) place(other);
    placed.add(rule);
  };
  for (const rule of rules) place(rule);
  return [...placed];
}

function walk(steps: readonly Step[], at: number, stack: Holder[], createsHolder: boolean, set: (stack: readonly Holder[]) => void): void {
  const step = steps[at];
  if (step === undefined) {
    set(stack);
    return;
  }
  const holder = stack[stack.length - 1]!;
  if (createsHolder && at === steps.length - 1) holder[step.name] ??= {};
  const next = holder[step.name];
  if (next === undefined || next === null) return;
  for (const one of step.each ? (next as Holder[]) : [next as Holder]) {
    stack.push(one);
    walk(steps, at + 1, stack, createsHolder, set);
    stack.pop();
  }
}

function parsePath(path: string): { steps: Step[]; leaf: string; createsHolder: boolean } {
  const [, plain = '', key] = /^(.*?)(?:\["(.*)"\])?$/.exec(path) ?? [];
  const steps = plain.split('.').map((part) => ({ name: part.replace('[]', ''), each: part.endsWith('[]') }));
  if (key !== undefined) return { steps, leaf: key, createsHolder: true };
  const leaf = steps.pop();
  return { steps, leaf: leaf?.name ?? '', createsHolder: false };
}

function schemasAlong(schema: Schema, steps: readonly Step[]): Schema[] {
  const schemas = [schema];
  for (const { name, each } of steps) {
    const field: Schema = schemas.at(-1)?.properties?.[name] ?? {};
    schemas.push((each ? field.items : field) ?? {});
  }
  return schemas;
}

function reader(text: string, schemas: readonly Schema[]): Read {
  const parts = text.split('.');
  const depth = schemas.findLastIndex((schema) => schema.properties !== undefined && parts[0]! in schema.properties);
  // Not in any object on the way: it is the parent's, which stands first.
  return (stack) => parts.reduce<unknown>((value, part) => (value as Holder | null | undefined)?.[part], stack[depth + 1]);
}

function isUnset(value: unknown, pointer: boolean): boolean {
  return value === undefined || value === null || (!pointer && (value === '' || value === 0));
}

function conditionOf(when: unknown, readerOf: (text: string) => Read): Condition {
  if (when === undefined) return () => true;
  if (typeof when === 'string') return when === 'each missing key' ? () => true : namedCondition(when, readerOf);
  const all = Object.entries(when as Record<string, unknown>).map(([path, wanted]) => {
    const read = readerOf(path);
    return (stack: readonly Holder[]) => agrees(read(stack), wanted);
  });
  return (stack) => all.every((one) => one(stack));
}

function agrees(value: unknown, wanted: unknown): boolean {
  const absent = value === undefined || value === null || value === '';
  if (wanted === null) return absent;
  if (wanted === '*') return !absent;
  return Array.isArray(wanted) ? wanted.includes(value) : value === wanted;
}

function positivePaths(when: unknown): readonly string[] {
  if (typeof when !== 'object' || when === null) return [];
  return Object.entries(when)
    .filter(([, wanted]) => wanted !== null && wanted !== '*')
    .map(([path]) => path);
}
