import type { FieldError } from '../../field-error.js';
import { correlated, memberOf } from '../../schema/validate-schema.js';
import type { ValidationRule } from '../../schema/schema.js';
import type { Faults } from '../../validation/faults.js';
import { sameJson } from '../../validation/faults.js';
import { CostExceeded, Meter } from '../meter.js';
import type { Program } from '../program.js';
import type { Result } from '../values.js';
import { Fault, Optional } from '../values.js';
import type { RuleProgram } from './rule-program.js';
import type { RuleTree } from './rule-tree.js';

/** What one evaluation of a rule may cost. */
const CALL_LIMIT = 1_000_000;
/** What all rules of one object may cost together. */
const OBJECT_BUDGET = 10_000_000;
const MAX_MESSAGE_BYTES = 5 * 1024;
/** The path of a fault in a whole object. */
const NOWHERE = '<nil>';

/**
 * Asks the rules of a schema about an object, which has the structure of the schema. With `old`, what it was before: rules about
 * changes are asked too, and other rules are not held against values that are as they were (KEP-4008).
 */
export function validateRules(faults: Faults, path: string, tree: RuleTree, value: unknown, old?: unknown): void {
  const unchanged = old === undefined ? undefined : once(() => sameJson(value, old));
  new RuleValidator(faults).validate(tree, { path, value, old, unchanged, around: unchanged });
}

/** A value on its way through the rules. */
interface Place {
  readonly path: string;
  readonly value: unknown;
  /** What it was; undefined: it is new, or nobody can tell which of the old ones it is. */
  readonly old: unknown;
  /** Whether it, or the nearest value around it of which that can be told, is as it was; undefined: the object is new. */
  readonly unchanged: (() => boolean) | undefined;
  /** The same of the value around it: what stands in `allOf` is only let be with that. */
  readonly around: (() => boolean) | undefined;
}

function once(ask: () => boolean): () => boolean {
  let answer: boolean | undefined;
  return () => (answer ??= ask());
}

class RuleValidator {
  readonly #faults: Faults;
  #budget = OBJECT_BUDGET;
  #stopped = false;

  constructor(faults: Faults) {
    this.#faults = faults;
  }

  validate(tree: RuleTree, place: Place): void {
    const { value } = place;
    if (value === null || value === undefined || this.#stopped) return;
    this.#ask(tree, place);
    for (const one of tree.allOf) this.validate(one, { ...place, unchanged: place.around });
    if (Array.isArray(value)) this.#items(tree, place, value);
    else if (typeof value === 'object') this.#members(tree, place, value);
  }

  #items({ items, schema }: RuleTree, { path, old, unchanged }: Place, list: readonly unknown[]): void {
    if (!items) return;
    const before = correlated(schema, old);
    list.forEach((value, index) => this.validate(items, within(`${path}[${index}]`, value, before(value), unchanged)));
  }

  #members({ properties, additional }: RuleTree, { path, old, unchanged }: Place, members: object): void {
    for (const [name, value] of Object.entries(members)) {
      const tree = properties.get(name) ?? additional;
      if (!tree) continue;
      const at = tree === additional ? `${path}[${name}]` : path === '' ? name : `${path}.${name}`;
      this.validate(tree, within(at, value, memberOf(old, name), unchanged));
    }
  }

  #ask(tree: RuleTree, place: Place): void {
    if (tree.rules.length === 0) return;
    const self = tree.declared.read(place.value);
    const oldSelf = place.old === undefined || place.old === null ? undefined : tree.declared.read(place.old);
    for (const rule of tree.rules) {
      if (this.#stopped) return;
      if (!rule.program && rule.error === undefined) continue;
      if (rule.usesOldSelf && oldSelf === undefined && !rule.rule.optionalOldSelf) continue;
      const variable = (name: string) => (name === 'self' ? self : name === 'oldSelf' ? oldSelfOf(rule.rule, oldSelf) : undefined);
      this.#askOne(tree, place, rule, variable);
    }
  }

  #askOne(tree: RuleTree, { path, unchanged }: Place, rule: RuleProgram, variable: (name: string) => Result | undefined): void {
    const type = tree.schema.type ?? '';
    const refuse = (detail: string) => this.#faults.invalid(path || NOWHERE, type, detail);
    if (!rule.program) {
      refuse(`rule compile error: ${rule.error}`);
      return;
    }
    const outcome = this.#run(rule.program, variable, refuse, () => ruleText(rule.rule));
    if (outcome === undefined || outcome === true) return;
    if (outcome instanceof Fault) {
      const detail = outcome.message.startsWith('no such overload')
        ? `'${outcome.message}': call arguments did not match a supported operator, function or macro signature for rule: ${ruleText(rule.rule)}`
        : `${outcome.message} evaluating rule: ${ruleText(rule.rule)}`;
      refuse(detail);
      return;
    }
    if (!rule.usesOldSelf && unchanged?.()) return;
    const at = [path, rule.fieldPath].filter(Boolean).join('.') || NOWHERE;
    this.#faults.add(faultOf(at, type, rule.rule, this.#message(rule, variable)));
  }

  /** Undefined: it went over its limit, which has been told, and nothing else is asked. */
  #run(
    program: Program,
    variable: (name: string) => Result | undefined,
    refuse: (detail: string) => void,
    source: () => string,
  ): Result | undefined {
    const meter = new Meter(Math.min(CALL_LIMIT, this.#budget));
    try {
      const outcome = program.evaluate(variable, meter);
      this.#budget -= meter.spent;
      return outcome;
    } catch (error) {
      if (!(error instanceof CostExceeded)) throw error;
      this.#stopped = true;
      refuse(
        this.#budget < CALL_LIMIT
          ? 'validation failed due to running out of cost budget, no further validation rules will be run'
          : `'${error.message}': no further validation rules will be run due to call cost exceeds limit for rule: ${source()}`,
      );
      return undefined;
    }
  }

  #message({ rule, messageProgram }: RuleProgram, variable: (name: string) => Result | undefined): string {
    const fallback = rule.message ? rule.message.trim() : `failed rule: ${ruleText(rule)}`;
    if (!messageProgram) return fallback;
    let failed: string | undefined;
    const made = this.#run(
      messageProgram,
      variable,
      (detail) => (failed = detail),
      () => rule.messageExpression ?? '',
    );
    if (failed !== undefined) return failed;
    const text = typeof made === 'string' ? made.trim() : '';
    return text === '' || text.includes('\n') || Buffer.byteLength(text) > MAX_MESSAGE_BYTES ? fallback : text;
  }
}

function within(path: string, value: unknown, old: unknown, outer: (() => boolean) | undefined): Place {
  // What is new within something that was there has changed what it is in; what cannot be told is as what it is in.
  const unchanged = outer && old !== undefined ? once(() => sameJson(value, old)) : outer;
  return { path, value, old, unchanged, around: outer };
}

function oldSelfOf({ optionalOldSelf }: ValidationRule, oldSelf: Result | undefined): Result | undefined {
  if (!optionalOldSelf) return oldSelf;
  if (oldSelf === undefined) return Optional.none;
  return oldSelf instanceof Fault ? oldSelf : Optional.of(oldSelf);
}

const ruleText = ({ message, rule = '' }: ValidationRule) => (message || rule).trim();

function faultOf(field: string, type: string, { reason }: ValidationRule, detail: string): FieldError {
  switch (reason) {
    case 'FieldValueForbidden':
      return { type: 'Forbidden', field, message: `Forbidden: ${detail}` };
    case 'FieldValueRequired':
      return { type: 'Required', field, message: `Required value: ${detail}` };
    case 'FieldValueDuplicate':
      return { type: 'Duplicate', field, message: `Duplicate value: ${JSON.stringify(type)}` };
    default:
      return { type: 'Invalid', field, message: `Invalid value: ${JSON.stringify(type)}: ${detail}` };
  }
}
