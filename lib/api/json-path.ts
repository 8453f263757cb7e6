import { numberOf } from './schema/integers.js';

/** One step of a path: a member, an index, all of them, or those whose member equals a text. */
type Step =
  | { readonly type: 'member'; readonly name: string }
  | { readonly type: 'index'; readonly index: number }
  | { readonly type: 'all' }
  | { readonly type: 'filter'; readonly path: readonly string[]; readonly value: unknown };

const STEP =
  /^(?:\.?\[\?\(\s*@((?:\.[\w-]+)+)\s*==\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^)\s]+)\s*\)\]|\.?\['((?:[^'\\]|\\.)*)'\]|\.?\["((?:[^"\\]|\\.)*)"\]|\.?\[(-?\d+|\*)\]|\.((?:[^.[\]\\]|\\.)+))/;

/**
 * A path into objects, in the part of JSONPath that columns and selectable fields use: `.spec.replicas`, `.spec.ports[0].name`,
 * `.spec.ports[*].port`, `.metadata.labels['a.b/c']`, `.status.conditions[?(@.type=="Ready")].status`.
 */
export class JsonPath {
  readonly #steps: readonly Step[];

  /** Throws SyntaxError. */
  constructor(readonly text: string) {
    this.#steps = stepsOf(text.replace(/^\{(.*)\}$/, '$1').replace(/^\$/, ''));
  }

  /** All values it leads to. */
  read(object: unknown): unknown[] {
    let values = [object];
    for (const step of this.#steps) values = values.flatMap((value) => follow(step, value));
    return values;
  }

  /** The first of them; undefined when there is none. */
  first(object: unknown): unknown {
    return this.read(object)[0];
  }
}

function stepsOf(text: string): Step[] {
  const steps: Step[] = [];
  for (let rest = text; rest !== '';) {
    const found = STEP.exec(rest);
    if (!found) throw new SyntaxError(`invalid JSON path: ${text}`);
    steps.push(stepOf(found));
    rest = rest.slice(found[0].length);
  }
  return steps;
}

function stepOf([, filter, value, single, double, index, name]: RegExpExecArray): Step {
  if (filter !== undefined) return { type: 'filter', path: filter.slice(1).split('.'), value: literal(value ?? '') };
  if (index !== undefined) return index === '*' ? { type: 'all' } : { type: 'index', index: Number(index) };
  return { type: 'member', name: unescape(single ?? double ?? name ?? '') };
}

function literal(text: string): unknown {
  if (/^["']/.test(text)) return unescape(text.slice(1, -1));
  return text === 'true' ? true : text === 'false' ? false : numberOf(text);
}

const unescape = (text: string) => text.replace(/\\(.)/g, '$1');

function follow(step: Step, value: unknown): unknown[] {
  if (value === null || typeof value !== 'object') return [];
  switch (step.type) {
    case 'member':
      return Object.hasOwn(value, step.name) ? [(value as Record<string, unknown>)[step.name]] : [];
    case 'index': {
      const item: unknown = Array.isArray(value) ? value.at(step.index) : undefined;
      return item === undefined ? [] : [item];
    }
    case 'all':
      return Object.values(value) as unknown[];
    case 'filter':
      return (Object.values(value) as unknown[]).filter((item) => memberOf(item, step.path) === step.value);
  }
}

function memberOf(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (holder, name) =>
      holder !== null && typeof holder === 'object' && Object.hasOwn(holder, name) ? (holder as Record<string, unknown>)[name] : undefined,
    value,
  );
}
