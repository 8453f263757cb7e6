import { createHash } from 'node:crypto';
import { LruMap } from '../../../base/lru-map.js';
import { jsonText } from '../../exact-json.js';
import type { Schema } from '../../schema/schema.js';
import type { DeclaredType } from '../declared-type.js';
import { escapeName } from './escape-name.js';
import type { RuleProgram } from './rule-program.js';
import { compileRule } from './rule-program.js';
import { declaredTypeOf } from './schema-type.js';

/** The rules at and below a place of a schema; where there are none, there is no tree. */
export interface RuleTree {
  readonly schema: Schema;
  readonly declared: DeclaredType;
  readonly rules: readonly RuleProgram[];
  readonly properties: ReadonlyMap<string, RuleTree>;
  readonly additional: RuleTree | undefined;
  readonly items: RuleTree | undefined;
  /** Of the schemas that the same value must satisfy besides. */
  readonly allOf: readonly RuleTree[];
}

/** A definition is read anew from its store time and again; its rules stay the same. */
const known = new LruMap<string, { readonly tree: RuleTree | undefined }>(200);

/** Compiles the rules of a schema; once, as long as it is in use. Undefined: it has none. `isRoot`: it is that of whole objects. */
export function ruleTreeOf(schema: Schema, isRoot: boolean): RuleTree | undefined {
  if (!hasRules(schema)) return undefined;
  const text = `${isRoot}${jsonText(schema)}`;
  const key = createHash('sha256').update(text).digest('base64');
  let found = known.get(key);
  // 16 KiB of schema are a usual one; a tree takes ten times the memory of its text.
  if (!found) known.set(key, (found = { tree: compiledTree(schema, isRoot) }), 1 + text.length / 16_384);
  return found.tree;
}

function compiledTree(schema: Schema, isRoot: boolean): RuleTree | undefined {
  const declared = declaredTypeOf(schema, isRoot, 'selfType');
  return declared && treeOf({ rules: schema, structure: schema, declared });
}

/** Whether a rule stands in it anywhere. */
export function hasRules(schema: Schema): boolean {
  if (schema['x-kubernetes-validations']?.length) return true;
  const { properties = {}, items, additionalProperties, allOf = [] } = schema;
  return [...Object.values(properties), items, additionalProperties, ...allOf].some(
    (child) => typeof child === 'object' && hasRules(child),
  );
}

interface Place {
  /** What asks. */
  readonly rules: Schema;
  /** What says of which structure the value is: within `allOf`, the schema outside. */
  readonly structure: Schema;
  readonly declared: DeclaredType;
}

function treeOf({ rules, structure, declared }: Place): RuleTree | undefined {
  if (!hasRules(rules)) return undefined;
  const properties = new Map<string, RuleTree>();
  for (const [name, child] of Object.entries(rules.properties ?? {})) {
    const tree = propertyTree(name, child, structure, declared);
    if (tree) properties.set(name, tree);
  }
  return {
    schema: structure,
    declared,
    rules: (rules['x-kubernetes-validations'] ?? []).map((rule) => compileRule(rule, structure, declared)),
    properties,
    additional: elementTree(rules.additionalProperties, structure.additionalProperties, declared),
    items: elementTree(rules.items, structure.items, declared),
    allOf: (rules.allOf ?? []).flatMap((one) => treeOf({ rules: one, structure, declared }) ?? []),
  };
}

function propertyTree(name: string, rules: Schema, outer: Schema, declared: DeclaredType): RuleTree | undefined {
  const structure = outer.properties && Object.hasOwn(outer.properties, name) ? outer.properties[name] : undefined;
  if (!structure) return undefined;
  const escaped = escapeName(name);
  // What cannot be named in an expression is not part of the type around it, but has a type of its own.
  const type =
    escaped === undefined
      ? declaredTypeOf(structure, structure['x-kubernetes-embedded-resource'] === true, 'selfType')
      : declared.fields?.get(escaped)?.declared;
  return type && treeOf({ rules, structure, declared: type });
}

function elementTree(
  rules: Schema | boolean | undefined,
  structure: Schema | boolean | undefined,
  { element }: DeclaredType,
): RuleTree | undefined {
  return typeof rules === 'object' && typeof structure === 'object' && element
    ? treeOf({ rules, structure, declared: element })
    : undefined;
}

/** What did not compile. */
export function ruleErrors({ rules, properties, additional, items, allOf }: RuleTree): readonly string[] {
  const below = [...properties.values(), additional, items, ...allOf].flatMap((tree) => (tree ? ruleErrors(tree) : []));
  return [...rules.flatMap(({ error, messageError }) => [error, messageError]), ...below].filter((error) => error !== undefined);
}
