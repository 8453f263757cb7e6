/**
 * Whether one resourceVersion is older than another of the same kind: they are decimal numbers of any length (KEP-5504). The empty one is
 * older than all others.
 */
export const isOlder = (a: string, b: string): boolean => (a.length === b.length ? a < b : a.length < b.length);
