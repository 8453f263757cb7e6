import { Quantity } from '../api/meta/quantity.js';

/** Amounts as plain numbers, for arithmetic in hot loops. */
export interface Resources {
  /** Thousandths of a CPU. */
  readonly cpu: number;
  /** Bytes. */
  readonly memory: number;
  /** Bytes of `ephemeral-storage`. */
  readonly storage: number;
  /** Extended resources and huge pages, in whole units; undefined: none. */
  readonly others?: ReadonlyMap<string, number> | undefined;
}

export const noResources: Resources = { cpu: 0, memory: 0, storage: 0 };

/** Reads a `requests`, `overhead` or `allocatable` map. Unreadable quantities count as nothing: the registry lets none in. */
export function resourcesOf(map: Readonly<Record<string, string>> | undefined): Resources {
  if (!map) return noResources;
  const { cpu, memory, 'ephemeral-storage': storage, pods: _pods, ...rest } = map;
  const others = new Map<string, number>();
  for (const [name, text] of Object.entries(rest)) others.set(name, amount(text));
  return {
    cpu: cpu === undefined ? 0 : amount(cpu, true),
    memory: memory === undefined ? 0 : amount(memory),
    storage: storage === undefined ? 0 : amount(storage),
    ...(others.size > 0 ? { others } : {}),
  };
}

/** Both together; with `sign` −1, the first without the second. */
export function addResources(a: Resources, b: Resources, sign: 1 | -1 = 1): Resources {
  return {
    cpu: a.cpu + sign * b.cpu,
    memory: a.memory + sign * b.memory,
    storage: a.storage + sign * b.storage,
    others: a.others || b.others ? mergeOthers(a.others, b.others, (x, y) => x + sign * y) : undefined,
  };
}

/** The greater of each. */
export function maxResources(a: Resources, b: Resources): Resources {
  return {
    cpu: Math.max(a.cpu, b.cpu),
    memory: Math.max(a.memory, b.memory),
    storage: Math.max(a.storage, b.storage),
    others: a.others || b.others ? mergeOthers(a.others, b.others, Math.max) : undefined,
  };
}

function mergeOthers(
  a: ReadonlyMap<string, number> | undefined,
  b: ReadonlyMap<string, number> | undefined,
  merge: (x: number, y: number) => number,
): ReadonlyMap<string, number> {
  const merged = new Map(a);
  for (const [name, value] of b ?? []) merged.set(name, merge(merged.get(name) ?? 0, value));
  return merged;
}

/** Clusters use few distinct texts, so each is parsed once; forgotten when there are too many. */
const KNOWN = new Map<string, number>();
const MOST_KNOWN = 4096;

/** The number of a quantity, in thousandths when `milli` is set. */
export function amount(text: string, milli = false): number {
  const key = milli ? `m${text}` : text;
  let value = KNOWN.get(key);
  if (value === undefined) {
    value = parse(text, milli);
    if (KNOWN.size >= MOST_KNOWN) KNOWN.clear();
    KNOWN.set(key, value);
  }
  return value;
}

function parse(text: string, milli: boolean): number {
  try {
    const quantity = Quantity.parse(text);
    return milli ? quantity.milliValue() : quantity.value();
  } catch (error) {
    if (error instanceof Error) return 0;
    throw error;
  }
}
