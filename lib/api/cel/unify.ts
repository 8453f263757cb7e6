import type { Type } from './types.js';
import { DYN, isDyn } from './types.js';

/** What type parameters stand for so far. */
export class Substitutions {
  readonly #bound = new Map<string, Type>();
  /** What has been bound on trial, and what it was bound to before. */
  #trial: [name: string, before: Type | undefined][] = [];

  get(type: Type): Type | undefined {
    return type.kind === 'parameter' ? this.#bound.get(type.name) : undefined;
  }

  set(name: string, type: Type): void {
    this.#trial.push([name, this.#bound.get(name)]);
    this.#bound.set(name, type);
  }

  /** Keeps what is bound meanwhile only when it succeeds. */
  try(attempt: () => boolean): boolean {
    const outer = this.#trial;
    this.#trial = [];
    const kept = attempt();
    if (!kept)
      for (const [name, before] of this.#trial.reverse())
        if (before) this.#bound.set(name, before);
        else this.#bound.delete(name);
    this.#trial = outer;
    return kept;
  }
}

/** Whether each value can stand for its parameter; what the parameters of types then stand for is bound. */
export function assignable(bound: Substitutions, values: readonly Type[], parameters: readonly Type[]): boolean {
  return values.length === parameters.length && bound.try(() => values.every((value, index) => unify(bound, value, parameters[index]!)));
}

function unify(bound: Substitutions, value: Type, target: Type): boolean {
  if (target.kind === 'parameter') {
    if (sameType(value, target)) return true;
    const known = bound.get(target);
    if (substitutable(bound, value, target)) return true;
    if (known) return false;
  }
  if (value.kind === 'parameter') return substitutable(bound, target, value);
  if (isDyn(value) || isDyn(target)) return true;
  if (value.kind === 'null') return ['null', 'opaque', 'object', 'timestamp', 'duration'].includes(target.kind);
  return sameKind(bound, value, target);
}

function sameKind(bound: Substitutions, value: Type, target: Type): boolean {
  if (value.kind === 'list') return target.kind === 'list' && unify(bound, value.element, target.element);
  if (value.kind === 'map') return target.kind === 'map' && unify(bound, value.key, target.key) && unify(bound, value.value, target.value);
  if (value.kind === 'object') return target.kind === 'object' && value.name === target.name;
  if (value.kind === 'opaque')
    return (
      target.kind === 'opaque' &&
      value.name === target.name &&
      value.parameters.every((parameter, index) => unify(bound, parameter, target.parameters[index]!))
    );
  return value.kind === target.kind; // a type is a type: what of makes no difference
}

/** Whether a type may be what a parameter stands for; it does so afterwards. */
function substitutable(bound: Substitutions, type: Type, parameter: Type & { kind: 'parameter' }): boolean {
  const known = bound.get(parameter);
  if (known) {
    if (sameType(type, known)) return true;
    if (!unify(bound, type, known)) return false;
    const general = mostGeneral(type, known);
    if (!occursIn(bound, parameter, general)) bound.set(parameter.name, general); // else it would stand for itself
    return true;
  }
  if (occursIn(bound, parameter, type)) return false;
  bound.set(parameter.name, type);
  return true;
}

function occursIn(bound: Substitutions, parameter: Type, type: Type): boolean {
  if (sameType(parameter, type)) return true;
  switch (type.kind) {
    case 'parameter': {
      const known = bound.get(type);
      return known !== undefined && occursIn(bound, parameter, known);
    }
    case 'list':
      return occursIn(bound, parameter, type.element);
    case 'map':
      return occursIn(bound, parameter, type.key) || occursIn(bound, parameter, type.value);
    case 'opaque':
      return type.parameters.some((one) => occursIn(bound, parameter, one));
    default:
      return false;
  }
}

export function sameType(a: Type, b: Type): boolean {
  if (a === b) return true;
  if (a.kind !== b.kind) return false;
  if (a.kind === 'list') return b.kind === 'list' && sameType(a.element, b.element);
  if (a.kind === 'map') return b.kind === 'map' && sameType(a.key, b.key) && sameType(a.value, b.value);
  if (a.kind === 'object' || a.kind === 'parameter') return 'name' in b && a.name === b.name;
  if (a.kind === 'opaque')
    return b.kind === 'opaque' && a.name === b.name && a.parameters.every((one, index) => sameType(one, b.parameters[index]!));
  return true;
}

/** The more general of two types that go together. */
export function mostGeneral(a: Type, b: Type): Type {
  return isNoMoreSpecific(a, b) ? a : b;
}

function isNoMoreSpecific(a: Type, b: Type): boolean {
  if (isDyn(a) || a.kind === 'parameter') return true;
  if (isDyn(b) || b.kind === 'parameter' || a.kind !== b.kind) return false;
  if (a.kind === 'list') return b.kind === 'list' && isNoMoreSpecific(a.element, b.element);
  if (a.kind === 'map') return b.kind === 'map' && isNoMoreSpecific(a.key, b.key) && isNoMoreSpecific(a.value, b.value);
  if (a.kind === 'opaque')
    return b.kind === 'opaque' && a.name === b.name && a.parameters.every((one, index) => isNoMoreSpecific(one, b.parameters[index]!));
  return true;
}

/** A type with what its parameters stand for; with `free`, those that stand for nothing become `dyn`. */
export function substitute(bound: Substitutions, type: Type, free = false): Type {
  const known = bound.get(type);
  if (known) return substitute(bound, known, free);
  switch (type.kind) {
    case 'parameter':
      return free ? DYN : type;
    case 'list':
      return { kind: 'list', element: substitute(bound, type.element, free) };
    case 'map':
      return { kind: 'map', key: substitute(bound, type.key, free), value: substitute(bound, type.value, free) };
    case 'opaque':
      return type.parameters.length > 0 ? { ...type, parameters: type.parameters.map((one) => substitute(bound, one, free)) } : type;
    case 'type':
      return type.of ? { kind: 'type', of: substitute(bound, type.of, free) } : type;
    default:
      return type;
  }
}
