import type { ManagedFieldsEntry } from 'kubernetes-types/meta/v1.js';
import { deepEqual } from '../deep-equal.js';
import { isMap } from '../is-map.js';
import type { Children, FieldSet } from './field-set.js';
import { isLeaf, lengthOf, NO_FIELDS, nodeOf, numberOf, union } from './field-set.js';
import { canonicalElement } from './path-element.js';
import { inOnePiece, Recent } from './recent.js';

/** Who owns which fields, and how they came to: one entry of `metadata.managedFields`. */
export interface Owner {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  readonly apiVersion: string;
  /** Empty: the object itself. */
  readonly subresource: string;
  /** RFC 3339 in whole seconds; absent for an apply that changed no value. */
  readonly time: string | undefined;
  readonly fields: FieldSet;
}

/** What a write is told apart by. Appliers stay the same whatever version they apply in. */
export type OwnerName = Pick<Owner, 'manager' | 'operation' | 'apiVersion' | 'subresource'>;

/** Whether two entries are of one owner. */
export function isOwner(a: OwnerName, b: OwnerName): boolean {
  return (
    a.manager === b.manager &&
    a.operation === b.operation &&
    a.subresource === b.subresource &&
    (a.operation === 'Apply' || a.apiVersion === b.apiVersion)
  );
}

/** What was written lately: the objects that one writer makes in a second have the same owners, which all of them share. */
const sharedOwners = new Recent<string, Owner>(1024);
const sharedEntries = new Recent<string, ManagedFieldsEntry[]>(1024);
const numbers = new WeakMap<Owner, number>();
let lastNumber = 0;

/** Entries and what they say, for as long as anybody has them: each is read once, and what did not change is written as it was. */
const entryOfOwner = new WeakMap<Owner, ManagedFieldsEntry>();
const entriesOfOwners = new WeakMap<readonly Owner[], ManagedFieldsEntry[]>();
const ownersOfEntries = new WeakMap<readonly ManagedFieldsEntry[], readonly Owner[]>();

/** An owner of some fields, the one that is there already where it has been made lately. */
export function ownerOf({ manager, operation, apiVersion, subresource }: OwnerName, fields: FieldSet, time: string | undefined): Owner {
  const number = numberOf(fields);
  const owner = { manager, operation, apiVersion, subresource, time, fields };
  if (number === undefined) return owner;
  const key = JSON.stringify([manager, operation, apiVersion, subresource, time, number]);
  const known = sharedOwners.get(key);
  if (known) return known;
  lastNumber += 1;
  numbers.set(owner, lastNumber);
  sharedOwners.set(key, owner, weightOf([owner]));
  return owner;
}

/** The entries as they are stored: appliers first, then by time and name. Undefined when there are none. */
export function entriesOf(list: readonly Owner[]): ManagedFieldsEntry[] | undefined {
  if (list.length === 0) return undefined;
  const known = entriesOfOwners.get(list);
  if (known) return known;
  const ordered = [...list].sort(inOrder);
  const key = keyOf(ordered);
  let entries = key === undefined ? undefined : sharedEntries.get(key);
  if (!entries) {
    entries = Object.freeze(ordered.map(entryOf)) as ManagedFieldsEntry[];
    entriesOfOwners.set(ordered, entries);
    ownersOfEntries.set(entries, ordered);
    if (key !== undefined) sharedEntries.set(inOnePiece(key), entries, weightOf(ordered));
  }
  return entries;
}

function keyOf(list: readonly Owner[]): string | undefined {
  let key = '';
  for (const owner of list) {
    const number = numbers.get(owner);
    if (number === undefined) return undefined;
    key += `${number};`;
  }
  return key;
}

/** Of owners who are shared: a thousand usual ones have about a million characters of names. */
function weightOf(owners: readonly Owner[]): number {
  return owners.reduce((weight, { fields }) => weight + lengthOf(fields) / 1024, 1);
}

/** Whether the entries are those of a stored object, in the one form that they have there. */
export const isStored = (entries: readonly ManagedFieldsEntry[]): boolean => ownersOfEntries.has(entries);

const texts = new Recent<readonly ManagedFieldsEntry[], string>(256);

/** The JSON of entries, which many objects that are written one after the other have in common. */
export function textOf(entries: readonly ManagedFieldsEntry[]): string {
  const known = texts.get(entries);
  if (known !== undefined) return known;
  const text = JSON.stringify(entries);
  if (isStored(entries)) texts.set(entries, text, 1 + text.length / 4096);
  return text;
}

function entryOf(owner: Owner): ManagedFieldsEntry {
  const { manager, operation, apiVersion, time, fields, subresource } = owner;
  let entry = entryOfOwner.get(owner);
  if (!entry) {
    entry = Object.freeze({
      manager,
      operation,
      apiVersion,
      ...(time === undefined ? {} : { time }),
      fieldsType: 'FieldsV1',
      fieldsV1: fields,
      ...(subresource === '' ? {} : { subresource }),
    });
    entryOfOwner.set(owner, entry);
  }
  return entry;
}

function inOrder(a: Owner, b: Owner): number {
  return (
    compare(a.operation, b.operation) ||
    compare(a.time ?? '', b.time ?? '') ||
    compare(a.manager, b.manager) ||
    compare(a.apiVersion, b.apiVersion) ||
    compare(a.subresource, b.subresource)
  );
}

const compare = (a: string, b: string) => (a === b ? 0 : a < b ? -1 : 1);

/** The owners that stored entries name. Entries that cannot be read count as none. */
export function ownersOf(list: readonly ManagedFieldsEntry[] | undefined): readonly Owner[] {
  if (!list) return NOBODY;
  const known = ownersOfEntries.get(list);
  if (known) return known;
  const owners = readOwners(list);
  if (!owners) return NOBODY;
  if (Object.isFrozen(list)) {
    ownersOfEntries.set(list, owners);
    entriesOfOwners.set(owners, list as ManagedFieldsEntry[]);
  }
  return owners;
}

const NOBODY: readonly Owner[] = [];

/** The owners that entries name, one each; undefined when any of them cannot be read. */
export function readOwners(list: readonly ManagedFieldsEntry[]): readonly Owner[] | undefined {
  const result: Owner[] = [];
  for (const entry of list) {
    const owner = readOwner(entry);
    if (!owner) return undefined;
    const at = result.findIndex((other) => isOwner(other, owner));
    if (at < 0) result.push(owner);
    else result[at] = owner;
  }
  return result;
}

function readOwner(entry: ManagedFieldsEntry): Owner | undefined {
  if (!isMap(entry)) return undefined; // what comes from outside may be anything
  const { manager = '', operation, apiVersion, fieldsType, fieldsV1, time, subresource = '' }: ManagedFieldsEntry = entry;
  if ((operation !== 'Apply' && operation !== 'Update') || !apiVersion || fieldsType !== 'FieldsV1') return undefined;
  const fields = fieldsV1 === undefined ? NO_FIELDS : readFields(fieldsV1);
  if (!fields) return undefined;
  const owner: Owner = { manager, operation, apiVersion, subresource, time, fields };
  if (Object.isFrozen(entry) && fields === fieldsV1) entryOfOwner.set(owner, entry);
  return owner;
}

/** A set from its JSON: the same tree when it is in the one form already, and frozen. */
function readFields(json: unknown): FieldSet | undefined {
  if (!isMap(json)) return undefined;
  const children: Children = {};
  let same = Object.isFrozen(json);
  for (const [text, value] of Object.entries(json)) {
    const node = readFields(value);
    const element = text === '.' ? text : canonicalElement(text);
    if (!node || element === undefined) return undefined;
    same &&= element === text && node === value;
    children[element] = node;
  }
  return same ? (json as FieldSet) : (nodeOf(children) ?? NO_FIELDS);
}

/** Whether two lists of entries differ in nothing but their times. */
export function sameOwnership(a: readonly ManagedFieldsEntry[] = [], b: readonly ManagedFieldsEntry[] = []): boolean {
  if (a === b) return true;
  const timeless = ({ time: _, ...entry }: ManagedFieldsEntry) => entry;
  return a.length === b.length && a.every((entry, at) => entry === b[at] || deepEqual(timeless(entry), timeless(b[at]!)));
}

/** How many entries of updates an object has at most. */
const MOST_UPDATERS = 10;
const ANCIENT = 'ancient-changes';

/** Joins the oldest updaters of a version into one once there are too many. */
export function withoutAncient(list: readonly Owner[]): readonly Owner[] {
  const updaters = list.filter(({ operation }) => operation === 'Update');
  if (updaters.length <= MOST_UPDATERS) return list;
  const oldest = updaters.sort((a, b) => compare(a.time ?? '', b.time ?? '') || compare(a.manager, b.manager));
  let result = list;
  const first = new Map<string, Owner>();
  for (const updater of oldest) {
    if (result.length - list.length === MOST_UPDATERS - updaters.length) break;
    const { apiVersion } = updater;
    const ancient: OwnerName = { manager: ANCIENT, operation: 'Update', apiVersion, subresource: '' };
    const into = result.find((one) => isOwner(one, ancient)) ?? first.get(apiVersion);
    if (into && into !== updater && first.has(apiVersion)) {
      const joined = ownerOf(ancient, union(updater.fields, into.fields), updater.time);
      result = [...result.filter((one) => one !== into && one !== updater), joined];
    } else first.set(apiVersion, updater);
  }
  return result;
}

/** Without those that own nothing. */
export const withFields = (list: readonly Owner[]): readonly Owner[] => list.filter(({ fields }) => !isLeaf(fields));
