import type { Environment } from './environment.js';
import { TYPE_NAMES } from './environment.js';
import type { Issue } from './issue.js';
import { literalIssue } from './literal-rules.js';
import type { Call, Comprehension, ListNode, MapNode, Node, Select } from './node.js';
import type { Overload } from './overload.js';
import { qualifiedName } from './parser.js';
import type { Type } from './types.js';
import { literalType, parameterNames } from './type-parts.js';
import { BOOL, DYN, ERROR, isDyn, listOf, mapOf, optionalOf, scalar, typeText, unwrapOptional } from './types.js';
import { assignable, mostGeneral, substitute, Substitutions } from './unify.js';

/** An expression of which the types are known. */
export interface Checked {
  readonly root: Node;
  /** The overloads that a call may come to; more than one where types are only known when it runs. */
  readonly overloads: ReadonlyMap<Node, readonly Overload[]>;
  /** Names of several words that are one variable, or a type. */
  readonly names: ReadonlyMap<Node, string>;
  /** Calls `a.b.f(x)` of functions with a name of several words: they have no receiver. */
  readonly qualified: ReadonlySet<Node>;
  readonly issues: readonly Issue[];
  typeOf(node: Node): Type;
}

/** Finds the type of each part of an expression. Whether it is right is told by its issues. */
export function checkExpression(root: Node, environment: Environment): Checked {
  return new Checker(environment).check(root);
}

interface Scope {
  readonly name: string;
  readonly type: Type;
  readonly outer: Scope | undefined;
}

class Checker {
  readonly #environment: Environment;
  readonly #types = new Map<Node, Type>();
  readonly #overloads = new Map<Node, readonly Overload[]>();
  readonly #names = new Map<Node, string>();
  readonly #qualified = new Set<Node>();
  readonly #issues: Issue[] = [];
  readonly #bound = new Substitutions();
  #scope: Scope | undefined;
  #freeTypes = 0;

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  check(root: Node): Checked {
    this.#visit(root);
    const types = new Map([...this.#types].map(([node, type]) => [node, substitute(this.#bound, type, true)]));
    return {
      root,
      overloads: this.#overloads,
      names: this.#names,
      qualified: this.#qualified,
      issues: this.#issues,
      typeOf: (node) => types.get(node) ?? DYN,
    };
  }

  #issue(offset: number, message: string): Type {
    this.#issues.push({ offset, message });
    return ERROR;
  }

  /** Parts that stand at two places are checked once: nested macros would else take exponential time. */
  #visit(node: Node): Type {
    let type = this.#types.get(node);
    if (!type) this.#types.set(node, (type = this.#typeOf(node)));
    return type;
  }

  #typeOf(node: Node): Type {
    switch (node.kind) {
      case 'literal':
        return literalType(node.value);
      case 'ident':
        return this.#lookUp(node, node.name) ?? this.#issue(node.offset, `undeclared reference to '${bare(node.name)}' (in container '')`);
      case 'select':
        return this.#select(node);
      case 'call':
        return this.#call(node);
      case 'list':
        return this.#list(node);
      case 'map':
        return this.#map(node);
      case 'struct':
        for (const { value } of node.fields) this.#visit(value);
        return this.#issue(node.offset, `undeclared reference to '${bare(node.name)}' (in container '')`);
      case 'comprehension':
        return this.#comprehension(node);
    }
  }

  #lookUp(node: Node, name: string): Type | undefined {
    const wanted = bare(name);
    for (let scope = name === wanted ? this.#scope : undefined; scope; scope = scope.outer) if (scope.name === wanted) return scope.type;
    const variable = this.#environment.variables.get(wanted);
    const type = variable ? undefined : TYPE_NAMES.get(wanted);
    if (!variable && !type) return undefined;
    this.#names.set(node, wanted);
    return variable ?? { kind: 'type', of: type };
  }

  #isLocal(name: string): boolean {
    for (let scope = this.#scope; scope; scope = scope.outer) if (scope.name === name) return true;
    return false;
  }

  #select(node: Select): Type {
    const name = node.test ? undefined : qualifiedName(node);
    const known = name !== undefined && !this.#isLocal(name.split('.', 1)[0]!) ? this.#lookUp(node, name) : undefined;
    if (known) return known;
    const operand = substitute(this.#bound, this.#visit(node.operand));
    const type = this.#field(operand, node.field, node.offset);
    return node.test ? BOOL : type;
  }

  #field(operand: Type, field: string, offset: number): Type {
    const inner = unwrapOptional(operand);
    const target = inner ? substitute(this.#bound, inner) : operand;
    const found = this.#plainField(target, field, offset);
    return inner ? optionalOf(found) : found;
  }

  #plainField(target: Type, field: string, offset: number): Type {
    switch (target.kind) {
      case 'object':
        return target.fields.get(field) ?? this.#issue(offset, `undefined field '${field}'`);
      case 'map':
        return target.value;
      case 'parameter':
        // Nothing is known of it yet: it may be anything.
        this.#bound.set(target.name, DYN);
        return DYN;
      case 'dyn':
      case 'error':
        return DYN;
      default:
        return this.#issue(offset, `type '${typeText(target)}' does not support field selection`);
    }
  }

  #call(node: Call): Type {
    if (node.name === '_?._') return this.#optionalSelect(node);
    const types = node.args.map((arg) => this.#visit(arg));
    if (!node.target) return this.#resolve(node, bare(node.name), types, false);
    const prefix = qualifiedName(node.target);
    const qualified = prefix === undefined || this.#isLocal(prefix.split('.', 1)[0]!) ? undefined : `${bare(prefix)}.${node.name}`;
    if (qualified !== undefined && this.#environment.functions.has(qualified)) {
      this.#qualified.add(node);
      return this.#resolve(node, qualified, types, false);
    }
    return this.#resolve(node, node.name, [this.#visit(node.target), ...types], true);
  }

  #optionalSelect(node: Call): Type {
    const [operand, field] = node.args as [Node, Node];
    const type = substitute(this.#bound, this.#visit(operand));
    const name = field.kind === 'literal' && typeof field.value === 'string' ? field.value : '';
    const found = this.#field(type, name, node.offset);
    return unwrapOptional(type) ? found : optionalOf(found);
  }

  #resolve(node: Call, name: string, types: readonly Type[], member: boolean): Type {
    const forms = this.#environment.functions.get(name);
    if (!forms) return this.#issue(node.offset, `undeclared reference to '${name}' (in container '')`);
    const fitting: Overload[] = [];
    let result: Type | undefined;
    for (const form of forms) {
      if (form.member !== member) continue;
      const own = this.#fresh(form);
      if (!assignable(this.#bound, types, own.parameters)) continue;
      fitting.push(form);
      const type = substitute(this.#bound, own.result);
      result = result === undefined || typeText(result) === typeText(type) ? type : DYN;
    }
    if (result === undefined) return this.#noOverload(node, name, types, member);
    this.#overloads.set(node, fitting);
    const issue = literalIssue(node, name);
    return issue ? this.#issue(issue.offset, issue.message) : result;
  }

  #noOverload(node: Call, name: string, types: readonly Type[], member: boolean): Type {
    if (types.some((type) => substitute(this.#bound, type).kind === 'error')) return ERROR;
    const texts = types.map((type) => typeText(substitute(this.#bound, type, true)));
    const signature = member ? `${texts[0]}.(${texts.slice(1).join(', ')})` : `(${texts.join(', ')})`;
    return this.#issue(node.offset, `found no matching overload for '${name}' applied to '${signature}'`);
  }

  /** An overload with type parameters of its own. */
  #fresh({ parameters, result }: Overload): { parameters: readonly Type[]; result: Type } {
    const renamed = new Substitutions();
    const rename = (type: Type): Type => {
      for (const name of parameterNames(type)) if (!renamed.get({ kind: 'parameter', name })) renamed.set(name, this.#freeType());
      return substitute(renamed, type);
    };
    return { parameters: parameters.map(rename), result: rename(result) };
  }

  #freeType(): Type {
    this.#freeTypes += 1;
    return { kind: 'parameter', name: `_var${this.#freeTypes}` };
  }

  /** Items of one literal are of one type. */
  #join(previous: Type | undefined, next: Type, offset: number): Type {
    if (!previous) return next;
    if (assignable(this.#bound, [next], [previous])) return mostGeneral(substitute(this.#bound, previous), substitute(this.#bound, next));
    this.#issue(
      offset,
      `expected type '${typeText(substitute(this.#bound, previous, true))}' but found '${typeText(substitute(this.#bound, next, true))}'`,
    );
    return previous;
  }

  #unwrapped(type: Type, offset: number): Type {
    const inner = unwrapOptional(substitute(this.#bound, type));
    if (inner) return inner;
    return isDyn(type) ? type : this.#issue(offset, `expected type 'optional_type(${typeText(type)})' but found '${typeText(type)}'`);
  }

  #list({ elements, optional }: ListNode): Type {
    let element: Type | undefined;
    elements.forEach((node, index) => {
      const type = this.#visit(node);
      element = this.#join(element, optional.has(index) ? this.#unwrapped(type, node.offset) : type, node.offset);
    });
    return listOf(element ?? this.#freeType());
  }

  #map({ entries }: MapNode): Type {
    let key: Type | undefined;
    let value: Type | undefined;
    for (const entry of entries) {
      key = this.#join(key, this.#visit(entry.key), entry.key.offset);
      const type = this.#visit(entry.value);
      value = this.#join(value, entry.optional ? this.#unwrapped(type, entry.value.offset) : type, entry.value.offset);
    }
    return mapOf(key ?? this.#freeType(), value ?? this.#freeType());
  }

  #comprehension(node: Comprehension): Type {
    const range = substitute(this.#bound, this.#visit(node.range));
    const initial = this.#visit(node.initial);
    const [first, second] = this.#variableTypes(range, node);
    const outer = this.#scope;
    this.#scope = { name: node.accumulator, type: initial, outer };
    const inner = this.#scope;
    this.#scope = { name: node.variable, type: first, outer: this.#scope };
    if (node.second !== undefined) this.#scope = { name: node.second, type: second, outer: this.#scope };
    this.#assert(node.condition, BOOL);
    this.#assert(node.step, initial);
    this.#scope = inner;
    const result = this.#visit(node.result);
    this.#scope = outer;
    return substitute(this.#bound, result);
  }

  #variableTypes(range: Type, { second, range: node }: Comprehension): readonly [Type, Type] {
    switch (range.kind) {
      case 'list':
        return second === undefined ? [range.element, DYN] : [scalar('int'), range.element];
      case 'map':
        return [range.key, range.value];
      case 'dyn':
      case 'error':
        return [DYN, DYN];
      case 'parameter':
        this.#bound.set(range.name, DYN);
        return [DYN, DYN];
      default: {
        const message = `expression of type '${typeText(range)}' cannot be range of a comprehension (must be list, map, or dynamic)`;
        return [this.#issue(node.offset, message), ERROR];
      }
    }
  }

  #assert(node: Node, wanted: Type): void {
    const found = this.#visit(node);
    if (!assignable(this.#bound, [found], [wanted]))
      this.#issue(
        node.offset,
        `expected type '${typeText(substitute(this.#bound, wanted, true))}' but found '${typeText(substitute(this.#bound, found, true))}'`,
      );
  }
}

/** A leading dot says that a name is no local one. */
const bare = (name: string) => (name.startsWith('.') ? name.slice(1) : name);
