import { builtInSchema } from './built-in-schema.js';
import type { Defaulting, Holder } from './default-rule.js';
import { defaultRule, inOrder } from './default-rule.js';
import type { DefaultFacts } from './facts.js';
import { facts } from './facts.js';
import type { Schema } from './schema.js';

interface Child {
  readonly name: string;
  readonly each: 'one' | 'item' | 'value';
  readonly plan: TypeDefaults;
}

/** The rows of the table, by type. */
const rows = rowsByType(facts.defaulting);
const plans = new Map<string, TypeDefaults>();

/** The defaults of a built-in type and of all it holds. */
export function typeDefaults(type: string): TypeDefaults {
  let plan = plans.get(type);
  if (!plan) plans.set(type, (plan = new TypeDefaults(type)));
  return plan;
}

/** What to set in an object of one type: its own rules first, then, top down, those of the structs in it. */
class TypeDefaults {
  readonly #type: string;
  #rules: readonly Defaulting[] | undefined;
  #children: readonly Child[] | undefined;
  #whole: readonly Defaulting[] | undefined;

  constructor(type: string) {
    this.#type = type;
  }

  /** `object` is a resource of its own: the rules for whole objects apply besides those of its type. */
  apply(object: Holder, parent: Holder): void {
    this.#whole ??= inOrder([...(rows.get(this.#type)?.whole ?? []).map((row) => defaultRule(row, builtInSchema(this.#type)))]);
    for (const rule of this.#whole) rule.run(object, parent);
    this.applyNested(object, parent);
  }

  applyNested(object: Holder, parent: Holder): void {
    for (const rule of (this.#rules ??= this.#ownRules())) rule.run(object, parent);
    for (const { name, each, plan } of (this.#children ??= this.#childPlans())) {
      const value = object[name];
      if (value === undefined || value === null) continue;
      if (each === 'one') plan.applyNested(value as Holder, object);
      else if (each === 'item') for (const item of value as Holder[]) plan.applyNested(item, object);
      else for (const member of Object.values(value)) plan.applyNested(member as Holder, object);
    }
  }

  #ownRules(): readonly Defaulting[] {
    const schema = builtInSchema(this.#type);
    const given = (rows.get(this.#type)?.nested ?? []).map((row) => defaultRule(row, schema));
    const ofFields = Object.entries(schema.properties ?? {})
      .filter(([, field]) => isWritten(field))
      .map(([name, field]) => defaultRule([name, field.default], schema));
    return inOrder([...given, ...ofFields]);
  }

  #childPlans(): readonly Child[] {
    return Object.entries(builtInSchema(this.#type).properties ?? {}).flatMap(([name, field]) => {
      const inner = structIn(field);
      return inner && matters(inner.type, new Set()) ? [{ name, each: inner.each, plan: typeDefaults(inner.type) }] : [];
    });
  }
}

/** Defaults that say no more than the zero value are not written, unless presence counts. */
function isWritten({ default: value, 'x-kubelib-pointer': pointer }: Schema): boolean {
  if (value === undefined || (typeof value === 'object' && value !== null)) return false;
  return pointer === true || (value !== '' && value !== 0 && value !== false);
}

function structIn(field: Schema): { type: string; each: Child['each'] } | undefined {
  if (field.properties) return { type: field['x-kubelib-type'] ?? '', each: 'one' };
  const [inner, each] = field.items ? ([field.items, 'item'] as const) : ([field.additionalProperties, 'value'] as const);
  return typeof inner === 'object' && inner.properties ? { type: inner['x-kubelib-type'] ?? '', each } : undefined;
}

/** Whether anything in a type has a default: branches without one are not walked. */
function matters(type: string, seen: Set<string>): boolean {
  if (seen.has(type)) return false;
  seen.add(type);
  if (rows.get(type)?.nested.length) return true;
  return Object.values(builtInSchema(type).properties ?? {}).some((field) => {
    const inner = structIn(field);
    return isWritten(field) || (inner !== undefined && matters(inner.type, seen));
  });
}

interface TypeRows {
  /** `Type.path`: at each occurrence of the type. */
  readonly nested: DefaultFacts[];
  /** `Type:path`: in objects of that kind. */
  readonly whole: DefaultFacts[];
}

function rowsByType(table: readonly DefaultFacts[]): Map<string, TypeRows> {
  const byType = new Map<string, TypeRows>();
  for (const [path, value, when] of table) {
    const [, type = '', separator, rest = ''] = /^([^.]+\.[A-Za-z0-9]+)([.:])(.*)$/.exec(path) ?? [];
    // The time of a write is the registry's to know.
    if (value === '=now') continue;
    const of = byType.get(type) ?? { nested: [], whole: [] };
    byType.set(type, of);
    of[separator === ':' ? 'whole' : 'nested'].push([rest, value, when]);
  }
  return byType;
}
