import { podLevelRequests } from './default-pod-level.js';
import type { Holder, Read } from './default-rule.js';

/** Makes the value of a default. With `merges`, its members are added one by one where they are missing. */
export interface Compute {
  (stack: readonly Holder[]): unknown;
  readonly merges?: boolean;
}

/** What a value of the table stands for: a literal, or with `=` a computation. */
export function computed(value: unknown, readerOf: (path: string) => Read): Compute {
  if (typeof value !== 'string' || !value.startsWith('=')) return literal(value);
  const words = value.slice(1);
  const special = SPECIAL[words];
  if (special) return special(readerOf);
  if (words.startsWith('+')) return merging(words.split(',').map((part) => readerOf(part.slice(1))));
  const [, lowered] = /^lower\((.*)\)$/.exec(words) ?? [];
  if (lowered !== undefined) return mapped(readerOf(lowered), (text) => text.toLowerCase());
  const [, path, suffix] = /^([^+]*)\+"(.*)"$/.exec(words) ?? [];
  if (path !== undefined) return mapped(readerOf(path), (text) => text + suffix);
  const read = readerOf(words);
  return (stack) => copied(read(stack));
}

/** Adds to the map at `leaf` those members of `made` that it lacks. */
export function fillMissing(holder: Holder, leaf: string, made: unknown): void {
  if (typeof made !== 'object' || made === null || Object.keys(made).length === 0) return;
  const target = (holder[leaf] ??= {}) as Holder;
  for (const [key, value] of Object.entries(made)) if (target[key] === undefined || target[key] === null) target[key] = value;
}

const SPECIAL: Readonly<Record<string, (readerOf: (path: string) => Read) => Compute>> = {
  '+sum(containers requests)+limits': () => Object.assign(podLevelRequests, { merges: true }),
  '[name of spec.versions[storage]]': (readerOf) => {
    const read = readerOf('spec.versions');
    return (stack) =>
      ((read(stack) ?? []) as { name: string; storage?: boolean }[]).filter((version) => version.storage).map((version) => version.name);
  },
};

function literal(value: unknown): Compute {
  return typeof value === 'object' && value !== null ? () => copied(value) : () => value;
}

function merging(reads: readonly Read[]): Compute {
  return Object.assign((stack: readonly Holder[]) => Object.assign({}, ...reads.map((read) => read(stack) ?? {}).reverse()) as Holder, {
    merges: true,
  });
}

function mapped(read: Read, change: (text: string) => string): Compute {
  return (stack) => {
    const text = read(stack);
    return typeof text === 'string' && text !== '' ? change(text) : undefined;
  };
}

function copied(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copied);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, copied(member)]));
}
