/**
 * Whether two JSON values say the same: the order of members does not count, and a member that is undefined, null or an empty
 * object counts as absent (an API server adds some of those to what it stores).
 */
export function same(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) || Array.isArray(b)) return sameLists(a, b);
  const left = defined(a);
  const right = defined(b);
  return left.length === right.length && left.every(([key, value]) => same(value, (b as Record<string, unknown>)[key]));
}

function sameLists(a: object, b: object): boolean {
  return Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((item, i) => same(item, b[i]));
}

function defined(value: object): [string, unknown][] {
  return Object.entries(value).filter(([, member]) => member !== undefined && member !== null && !isEmpty(member));
}

function isEmpty(member: unknown): boolean {
  return typeof member === 'object' && !Array.isArray(member) && Object.keys(member as object).length === 0;
}
