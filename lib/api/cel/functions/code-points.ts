const SURROGATE = /[\ud800-\udfff]/;

/** Whether each of its characters is one unit, so that positions need no counting. */
const isPlain = (text: string) => !SURROGATE.test(text);

/** How many characters (code points) a text has. */
export function codePointLength(text: string): number {
  if (isPlain(text)) return text.length;
  let length = 0;
  for (const _ of text) length += 1;
  return length;
}

/** A part of a text, by characters. */
export function sliceByCodePoints(text: string, from: number, to?: number): string {
  return isPlain(text) ? text.slice(from, to) : [...text].slice(from, to).join('');
}

/** Where a unit stands, in characters. */
export const toCodePoints = (text: string, units: number): number => (units < 0 ? units : codePointLength(text.slice(0, units)));

/** Where a character stands, in units. */
export function toUnits(text: string, characters: number): number {
  return isPlain(text) ? characters : [...text].slice(0, characters).join('').length;
}
