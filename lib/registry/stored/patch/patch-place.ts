import { isMap } from '../is-map.js';

/** Why a patch cannot be carried out. */
export class PatchFault extends Error {}

/** The map or list that a path ends in, and which of its members is meant. */
export interface Place {
  readonly holder: Record<string, unknown> | unknown[];
  /** Without the escapes of a JSON pointer. */
  readonly key: string;
}

/** Where a JSON pointer leads. Its last step need not be there. Throws {@link PatchFault} when another step leads nowhere. */
export function placeOf(document: unknown, path: unknown): Place {
  if (typeof path !== 'string') throw new PatchFault('a path is missing');
  const steps = path.split('/').slice(1).map(unescaped);
  const key = steps.pop();
  if (key === undefined) throw new PatchFault('the whole document is meant');
  return { holder: steps.reduce((holder, step) => holderOf(memberAt({ holder, key: step })), holderOf(document)), key };
}

/** What is there; undefined for a member that a map lacks. Throws {@link PatchFault} for an index that a list has not. */
export function memberAt({ holder, key }: Place): unknown {
  if (Array.isArray(holder)) return holder[indexIn(key, holder.length)];
  return Object.hasOwn(holder, key) ? holder[key] : undefined;
}

/** Sets a member of a map, or puts an element into a list: before the one of that index, or at the end. */
export function addAt({ holder, key }: Place, value: unknown): void {
  if (!Array.isArray(holder)) return setMember(holder, key, value);
  const at = key === '-' ? holder.length : indexIn(key, holder.length + 1);
  holder.splice(at, 0, value);
}

/** Sets a member of a map, or an element that is there. */
export function replaceAt({ holder, key }: Place, value: unknown): void {
  if (Array.isArray(holder)) holder[indexIn(key, holder.length)] = value;
  else setMember(holder, key, value);
}

/** Takes out what is there. */
export function removeAt({ holder, key }: Place): void {
  if (Array.isArray(holder)) holder.splice(indexIn(key, holder.length), 1);
  else if (Object.hasOwn(holder, key)) delete holder[key];
  else throw new PatchFault(`nothing to remove: ${key}`);
}

function setMember(map: Record<string, unknown>, key: string, value: unknown): void {
  if (key === '__proto__') throw new PatchFault('the field name "__proto__" is not supported');
  map[key] = value;
}

function holderOf(value: unknown): Place['holder'] {
  if (isMap(value) || Array.isArray(value)) return value as Place['holder'];
  throw new PatchFault('a path leads nowhere');
}

/** An index among so many; below zero it counts from the end. */
function indexIn(key: string, length: number): number {
  if (!/^[+-]?\d+$/.test(key)) throw new PatchFault(`${key} is no index`);
  const index = Number(key) < 0 ? Number(key) + length : Number(key);
  if (index < 0 || index >= length) throw new PatchFault(`no such index: ${key}`);
  return index;
}

const unescaped = (step: string) => step.replaceAll('~1', '/').replaceAll('~0', '~');
