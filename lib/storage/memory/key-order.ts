const SURROGATE = /[\ud800-\udfff]/;

/** Whether one key stands before another. */
export type KeyOrder = (a: string, b: string) => boolean;

/** Whether UTF-16 order and UTF-8 byte order may differ for this key. */
export function isWide(key: string): boolean {
  return SURROGATE.test(key);
}

/** Whether the key has a UTF-8 form of its own, that is, no half of a surrogate pair. */
export function isWellFormed(key: string): boolean {
  return !isWide(key) || !/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/.test(key);
}

/** UTF-16 order: the quick one, and equal to byte order as long as no key is {@link isWide wide}. */
export const unitOrder: KeyOrder = (a, b) => a < b;

/** UTF-8 byte order, which is the order of code points. */
export const byteOrder: KeyOrder = (a, b) => {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return weight(x) < weight(y);
  }
  return a.length < b.length;
};

/** Moves surrogates, which stand for code points above U+FFFF, behind U+E000–U+FFFF. */
function weight(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}
