import { deepEqual } from '../deep-equal.js';
import { isMap } from '../is-map.js';

/** Whether two elements of a merged list are the same one: by their merge key, or by value where they have none. */
export type SameElement = (a: unknown, b: unknown) => boolean;

/** The elements of lists that merge by `key`; without a key, of lists of plain values. */
export function sameBy(key: string | undefined): SameElement {
  if (key === undefined) return deepEqual;
  return (a, b) => isMap(a) && isMap(b) && a[key] !== undefined && deepEqual(a[key], b[key]);
}

/**
 * Orders a merged list: the elements that the patch names stand as the patch has them, the others keep the order of the
 * original, each before the first patched element that it preceded there.
 */
export function orderMerged(
  merged: readonly unknown[],
  patchOrder: readonly unknown[],
  original: readonly unknown[],
  same: SameElement,
): unknown[] {
  const at = (list: readonly unknown[], element: unknown) => list.findIndex((other) => same(other, element));
  const sortBy = (elements: unknown[], order: readonly unknown[]) =>
    elements
      .map((element) => ({ element, place: at(order, element) }))
      .sort((a, b) => a.place - b.place)
      .map(({ element }) => element);
  const named = sortBy(
    merged.filter((element) => at(patchOrder, element) >= 0),
    patchOrder,
  );
  const others = sortBy(
    merged.filter((element) => at(patchOrder, element) < 0),
    original,
  );
  const result: unknown[] = [];
  while (named.length > 0 && others.length > 0) {
    const [left, right] = [at(original, others[0]), at(original, named[0])];
    result.push(left >= 0 && right >= 0 && left < right ? others.shift() : named.shift());
  }
  return [...result, ...others, ...named];
}
