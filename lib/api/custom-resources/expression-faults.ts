import { MOST } from '../cel/cost-estimate.js';
import type { DeclaredType } from '../cel/declared-type.js';
import type { RuleProgram } from '../cel/schema/rule-program.js';
import { ruleCosts } from '../cel/schema/rule-program.js';
import type { RuleTree } from '../cel/schema/rule-tree.js';
import { hasRules, ruleTreeOf } from '../cel/schema/rule-tree.js';
import { MAX_REQUEST } from '../cel/schema/schema-type.js';
import type { Schema, ValidationRule } from '../schema/schema.js';
import type { Faults } from '../validation/faults.js';
import { defaultRuleFaults } from './default-rules.js';
import { RULES } from './rule-shape-faults.js';
import type { JsonSchema } from './schema-shape.js';

/** What a rule may be estimated to cost, for all the values that an object may hold of it. */
const RULE_LIMIT = 10_000_000;
/** What all rules of a schema may cost together. */
const SCHEMA_LIMIT = 100_000_000;
/** So many of the most expensive rules are named when all together cost too much, if they have their share in it. */
const MOST_NAMED = 4;
const SHARE = SCHEMA_LIMIT / 100;

/** What is wrong with the expressions of a schema that is right otherwise: they must compile, and their cost has a limit. */
export function expressionFaults(faults: Faults, path: string, json: JsonSchema): void {
  const schema = json as Schema; // right, as the caller says: its types are those of structural schemas
  if (!hasRules(schema)) return;
  const before = faults.list.length;
  new ExpressionRules(faults).check(path, schema);
  if (faults.list.length === before) defaultRuleFaults(faults, path, schema);
}

interface Place {
  readonly path: string;
  readonly schema: Schema;
  readonly tree: RuleTree | undefined;
  /** How many values of this schema an object may hold; undefined: there is no limit. */
  readonly cardinality: number | undefined;
  /** The outermost list around it of which the items cannot be told from one update to the next. */
  readonly uncorrelated: string | undefined;
  /** Whether its rules count towards the cost of the schema. */
  readonly isCounted: boolean;
}

class ExpressionRules {
  readonly #faults: Faults;
  readonly #costs: { readonly path: string; readonly cost: number }[] = [];

  constructor(faults: Faults) {
    this.#faults = faults;
  }

  check(path: string, schema: Schema): void {
    this.#walk({ path, schema, tree: ruleTreeOf(schema, true), cardinality: 1, uncorrelated: undefined, isCounted: true });
    const total = this.#costs.reduce((sum, { cost }) => Math.min(MOST, sum + cost), 0);
    if (total <= SCHEMA_LIMIT) return;
    const dear = this.#costs.filter(({ cost }) => cost >= SHARE).sort((a, b) => b.cost - a.cost);
    for (const { path: at } of dear.slice(0, MOST_NAMED))
      this.#faults.forbidden(at, 'contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema');
    this.#faults.forbidden(
      path,
      costMessage('x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema', total, SCHEMA_LIMIT),
    );
  }

  #walk(place: Place): void {
    const { path, schema, tree, uncorrelated, isCounted } = place;
    const cardinality = childCardinality(place);
    const below = (at: string, child: Schema | boolean | undefined, part: RuleTree | undefined, list = uncorrelated): void => {
      if (typeof child === 'object' && hasRules(child))
        this.#walk({ path: at, schema: child, tree: part, cardinality, uncorrelated: list, isCounted });
    };
    below(`${path}.additionalProperties`, schema.additionalProperties, tree?.additional);
    for (const [name, child] of Object.entries(schema.properties ?? {}))
      below(`${path}.properties[${name}]`, child, tree?.properties.get(name));
    const list = schema['x-kubernetes-list-type'] === 'map' ? uncorrelated : (uncorrelated ?? path);
    below(`${path}.items`, schema.items, tree?.items, list);
    this.#combined(place);
    schema[RULES]?.forEach((_, index) => this.#rule(place, index));
  }

  /** Rules in `allOf` must compile; the server does not count their cost. */
  #combined(place: Place): void {
    let at = 0;
    place.schema.allOf?.forEach((schema, index) => {
      if (!hasRules(schema)) return;
      this.#walk({ ...place, path: `${place.path}.allOf[${index}]`, schema, tree: place.tree?.allOf[at], isCounted: false });
      at += 1;
    });
  }

  #rule(place: Place, index: number): void {
    const { path, schema, tree } = place;
    const at = `${path}.${RULES}[${index}]`;
    const rule = schema[RULES]![index]!;
    const program = tree?.rules[index];
    if (!tree || !program) {
      const words =
        'failed to construct type information for x-kubernetes-validations rules: unable to convert structural schema to CEL declarations';
      this.#faults.add({ type: 'InternalError', field: `${path}.${RULES}`, message: `Internal error: internal error: ${words}` });
      return;
    }
    if (place.isCounted) this.#cost(place, at, program, tree.declared);
    if (program.error !== undefined) this.#uncompiled(`${at}.rule`, rule, program.error);
    if (program.messageError !== undefined) this.#uncompiled(`${at}.messageExpression`, rule, program.messageError);
    this.#oldSelf(place, at, program);
  }

  #cost({ cardinality }: Place, at: string, program: RuleProgram, declared: DeclaredType): void {
    const costs = ruleCosts(program, declared);
    // Where nothing limits how often it is asked, the size of a request does.
    const times = cardinality ?? Math.floor(MAX_REQUEST / (declared.minSize + 1));
    const rule = Math.min(MOST, costs.rule * times);
    if (rule > RULE_LIMIT) this.#faults.forbidden(`${at}.rule`, costMessage('estimated rule cost', rule, RULE_LIMIT));
    this.#costs.push({ path: `${at}.rule`, cost: rule });
    if (!program.messageProgram) return;
    if (costs.message > RULE_LIMIT)
      this.#faults.forbidden(`${at}.messageExpression`, costMessage('estimated messageExpression cost', costs.message, RULE_LIMIT));
    this.#costs.push({ path: `${at}.messageExpression`, cost: costs.message });
  }

  #oldSelf({ uncorrelated }: Place, at: string, { rule, usesOldSelf }: RuleProgram): void {
    if (usesOldSelf && uncorrelated !== undefined)
      this.#faults.invalid(
        `${at}.rule`,
        rule.rule,
        `oldSelf cannot be used on the uncorrelatable portion of the schema within ${uncorrelated}`,
      );
    if (!usesOldSelf && rule.optionalOldSelf !== undefined)
      this.#faults.invalid(`${at}.optionalOldSelf`, rule.optionalOldSelf, 'may not be set if oldSelf is not used in rule');
  }

  #uncompiled(field: string, rule: ValidationRule, error: string): void {
    this.#faults.add({ type: 'Invalid', field, message: `Invalid value: ${goText(rule)}: ${error}` });
  }
}

function childCardinality({ schema, cardinality }: Place): number | undefined {
  const { type, additionalProperties, maxProperties, maxItems } = schema;
  const factor = type === 'array' ? maxItems : type === 'object' && additionalProperties !== undefined ? maxProperties : 1;
  return cardinality === undefined || factor === undefined ? undefined : Math.min(MOST, cardinality * Math.max(0, Number(factor)));
}

function costMessage(what: string, cost: number, limit: number): string {
  const factor = cost / limit;
  const text = factor > 100 ? 'more than 100x' : factor < 1.5 ? `${factor.toFixed(6)}x` : `${factor.toFixed(1)}x`;
  return `${what} exceeds budget by factor of ${text} (try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared)`;
}

/** A rule as the real server, which is written in Go, shows it. */
function goText({ rule = '', message = '', messageExpression = '', reason, fieldPath = '', optionalOldSelf }: ValidationRule): string {
  const pointer = (type: string, value: unknown) => `(*${type})(${value === undefined ? 'nil' : '0xc000000000'})`;
  const members = [
    `Rule:${JSON.stringify(rule)}`,
    `Message:${JSON.stringify(message)}`,
    `MessageExpression:${JSON.stringify(messageExpression)}`,
    `Reason:${pointer('apiextensions.FieldValueErrorReason', reason)}`,
    `FieldPath:${JSON.stringify(fieldPath)}`,
    `OptionalOldSelf:${pointer('bool', optionalOldSelf)}`,
  ];
  return `apiextensions.ValidationRule{${members.join(', ')}}`;
}
