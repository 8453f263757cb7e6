import { ExpressionSyntaxError } from './issue.js';
import type { Comprehension, Node, Shape } from './node.js';

/** The name of the value that a fold carries along: no expression can say it. */
export const ACCUMULATOR = '@result';
/** The variable of a loop that does not loop. */
export const UNUSED = '#unused';

/** The macros of the language, of optional values, of two variables, and `cel.bind`. */
type Macro = (target: Node, args: readonly Node[], offset: number) => Node;

const literal = (offset: number, value: boolean | bigint): Node => ({ kind: 'literal', offset, value });
const call = (name: string, offset: number, ...args: Node[]): Node => ({ kind: 'call', offset, name, target: undefined, args });
const accumulator = (offset: number): Node => ({ kind: 'ident', offset, name: ACCUMULATOR });
const emptyList = (offset: number): Node => ({ kind: 'list', offset, elements: [], optional: new Set() });

/** What a call of a macro stands for; undefined when it is none. Throws ExpressionSyntaxError for one that is misused. */
export function expandMacro(name: string, target: Node | undefined, args: readonly Node[], offset: number): Node | undefined {
  if (!target) return name === 'has' && args.length === 1 ? has(args[0]!, offset) : undefined;
  if (name === 'bind' && args.length === 3 && target.kind === 'ident' && target.name === 'cel') return bind(args, offset);
  const key = `${name}/${args.length}`;
  return Object.hasOwn(MEMBERS, key) ? MEMBERS[key]!(target, args, offset) : undefined;
}

const MEMBERS: Readonly<Record<string, Macro>> = {
  'all/2': (range, [variable, predicate], offset) => quantified('all', range, [variable!], predicate!, offset),
  'all/3': (range, [one, two, predicate], offset) => quantified('all', range, [one!, two!], predicate!, offset),
  'exists/2': (range, [variable, predicate], offset) => quantified('exists', range, [variable!], predicate!, offset),
  'exists/3': (range, [one, two, predicate], offset) => quantified('exists', range, [one!, two!], predicate!, offset),
  'exists_one/2': (range, [variable, predicate], offset) => quantified('existsOne', range, [variable!], predicate!, offset),
  'existsOne/2': (range, [variable, predicate], offset) => quantified('existsOne', range, [variable!], predicate!, offset),
  'exists_one/3': (range, [one, two, predicate], offset) => quantified('existsOne', range, [one!, two!], predicate!, offset),
  'existsOne/3': (range, [one, two, predicate], offset) => quantified('existsOne', range, [one!, two!], predicate!, offset),
  'map/2': (range, [variable, transform], offset) => collected('list', range, [variable!], undefined, transform!, offset),
  'map/3': (range, [variable, filter, transform], offset) => collected('list', range, [variable!], filter, transform!, offset),
  'filter/2': (range, [variable, filter], offset) => collected('list', range, [variable!], filter, variable!, offset),
  'transformList/3': (range, [one, two, transform], offset) => collected('list', range, [one!, two!], undefined, transform!, offset),
  'transformList/4': (range, [one, two, filter, transform], offset) => collected('list', range, [one!, two!], filter, transform!, offset),
  'transformMap/3': (range, [one, two, transform], offset) => collected('map', range, [one!, two!], undefined, transform!, offset),
  'transformMap/4': (range, [one, two, filter, transform], offset) => collected('map', range, [one!, two!], filter, transform!, offset),
  'transformMapEntry/3': (range, [one, two, transform], offset) => collected('entries', range, [one!, two!], undefined, transform!, offset),
  'transformMapEntry/4': (range, [one, two, filter, transform], offset) =>
    collected('entries', range, [one!, two!], filter, transform!, offset),
  'optMap/2': (target, args, offset) => optMap(target, args, offset, (value) => call('optional.of', offset, value)),
  'optFlatMap/2': (target, args, offset) => optMap(target, args, offset, (value) => value),
};

function has(field: Node, offset: number): Node {
  if (field.kind !== 'select' || field.test) throw new ExpressionSyntaxError(offset, 'invalid argument to has() macro');
  return { ...field, test: true };
}

function variableOf(node: Node): string {
  if (node.kind !== 'ident' || node.name.startsWith('.')) throw new ExpressionSyntaxError(node.offset, 'argument must be a simple name');
  return node.name;
}

function fold(
  range: Node,
  variables: readonly Node[],
  shape: Shape,
  offset: number,
  parts: Pick<Comprehension, 'initial' | 'condition' | 'step' | 'result'>,
): Comprehension {
  const [variable = '', second] = variables.map(variableOf);
  if (variable === second) throw new ExpressionSyntaxError(variables[1]!.offset, `duplicate variable name: ${variable}`);
  return { kind: 'comprehension', offset, range, variable, second, accumulator: ACCUMULATOR, shape, ...parts };
}

function quantified(kind: 'all' | 'exists' | 'existsOne', range: Node, variables: readonly Node[], predicate: Node, offset: number): Node {
  const so = accumulator(offset);
  const shape: Shape = { kind, predicate };
  if (kind === 'existsOne')
    return fold(range, variables, shape, offset, {
      initial: literal(offset, 0n),
      condition: literal(offset, true),
      step: call('_?_:_', offset, predicate, call('_+_', offset, so, literal(offset, 1n)), so),
      result: call('_==_', offset, so, literal(offset, 1n)),
    });
  const goesOn = kind === 'all' ? so : call('!_', offset, so);
  return fold(range, variables, shape, offset, {
    initial: literal(offset, kind === 'all'),
    condition: call('@not_strictly_false', offset, goesOn),
    step: call(kind === 'all' ? '_&&_' : '_||_', offset, so, predicate),
    result: so,
  });
}

function collected(
  kind: 'list' | 'map' | 'entries',
  range: Node,
  variables: readonly Node[],
  filter: Node | undefined,
  transform: Node,
  offset: number,
): Node {
  const so = accumulator(offset);
  const step = {
    list: () => call('_+_', offset, so, { kind: 'list', offset, elements: [transform], optional: new Set() }),
    map: () => call('cel.@mapInsert', offset, so, variables[0]!, transform),
    entries: () => call('cel.@mapInsert', offset, so, transform),
  }[kind]();
  return fold(range, variables, { kind, filter, transform }, offset, {
    initial: kind === 'list' ? emptyList(offset) : { kind: 'map', offset, entries: [] },
    condition: literal(offset, true),
    step: filter ? call('_?_:_', offset, filter, step, so) : step,
    result: so,
  });
}

function bind([name, value, body]: readonly Node[], offset: number): Comprehension {
  return {
    kind: 'comprehension',
    offset,
    range: emptyList(offset),
    variable: UNUSED,
    second: undefined,
    accumulator: variableOf(name!),
    initial: value!,
    condition: literal(offset, false),
    step: { kind: 'ident', offset, name: variableOf(name!) },
    result: body!,
    shape: { kind: 'bind', value: value!, body: body! },
  };
}

/** `target.hasValue() ? wrap(with the value bound to the variable) : optional.none()` */
function optMap(target: Node, [variable, transform]: readonly Node[], offset: number, wrap: (value: Node) => Node): Node {
  const member = (name: string): Node => ({ kind: 'call', offset, name, target, args: [] });
  const bound = bind([variable!, member('value'), transform!], offset);
  return call('_?_:_', offset, member('hasValue'), wrap(bound), call('optional.none', offset));
}
