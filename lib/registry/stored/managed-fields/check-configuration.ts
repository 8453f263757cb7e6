import { jsonText } from '../../../api/exact-json.js';
import { isMap } from '../is-map.js';
import { elementFault, elementOf } from './list-elements.js';
import type { ListType, MapType, MergeType } from './merge-type.js';
import { shapeOf } from './merge-type.js';
import { fieldElement, printElement } from './path-element.js';

/**
 * What keeps a configuration from being merged, in Kubernetes' words: fields that the schema does not have, values of another type,
 * elements of lists that cannot be told apart. Empty when nothing does; not many more than a thousand.
 */
export function configurationFaults(type: MapType, configuration: Readonly<Record<string, unknown>>): string[] {
  const faults: string[] = [];
  checkMembers(type, configuration, '', faults);
  return faults;
}

function check(type: MergeType, value: unknown, path: string, faults: string[]): void {
  if (value === null || value === undefined || faults.length >= MOST_FAULTS) return;
  const fault = (text: string) => void faults.push(path === '' ? text : `${path}: ${text}`);
  const shape = shapeOf(type, value);
  if (shape === 'map') {
    if (isMap(value)) checkMembers(type.map!, value, path, faults);
    else fault(`expected map, got ${shown(value)}`);
  } else if (shape === 'list') {
    if (Array.isArray(value)) checkElements(type.list!, value, path, faults);
    else fault(`expected list, got ${shown(value)}`);
  } else {
    const { scalar = 'any' } = type;
    if (scalar !== 'any' && !isOf(scalar, value)) fault(`expected ${NAMES[scalar]}, got ${shown(value)}`);
  }
}

const NAMES = { number: 'numeric (int or float)', string: 'string', boolean: 'boolean' } as const;

function checkMembers(type: MapType, value: Readonly<Record<string, unknown>>, path: string, faults: string[]): void {
  for (const [name, member] of Object.entries(value)) {
    if (faults.length >= MOST_FAULTS) return;
    const memberType = name === '__proto__' ? undefined : type.member(name);
    const at = path + printElement(fieldElement(name));
    if (memberType) check(memberType, member, at, faults);
    else faults.push(`${at}: field not declared in schema`);
  }
}

function checkElements(type: ListType, list: readonly unknown[], path: string, faults: string[]): void {
  const seen = new Set<string>();
  for (const [at, value] of list.entries()) {
    if (type.kind === 'atomic') {
      check(type.element, value, `${path}[${at}]`, faults);
      continue;
    }
    const element = elementOf(type, value);
    if (element === undefined) {
      faults.push(`${path}: element ${at}: ${elementFault(type, value)}`);
      return;
    }
    if (seen.has(element)) faults.push(`${path}: duplicate entries for key ${printElement(element)}`);
    seen.add(element);
    check(type.element, value, path + printElement(element), faults);
  }
}

/** A large value is cut: the answer would be larger than the request. */
function shown(value: unknown): string {
  const text = jsonText(value);
  return text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text;
}

const LONGEST_SHOWN = 1000;
const MOST_FAULTS = 1000;

/** What is called a number is one of either kind. */
const isOf = (scalar: keyof typeof NAMES, value: unknown) => typeof value === scalar || (scalar === 'number' && typeof value === 'bigint');
