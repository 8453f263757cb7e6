const isHigh = (unit: number) => unit >= 0xd800 && unit <= 0xdbff;
const isLow = (unit: number) => unit >= 0xdc00 && unit <= 0xdfff;

/** How many characters (code points) the first units of a text are; all of them by default. */
export function codePointLength(text: string, units = text.length): number {
  let pairs = 0;
  for (let at = 1; at < units; at += 1) if (isLow(text.charCodeAt(at)) && isHigh(text.charCodeAt(at - 1))) pairs += 1;
  return units - pairs;
}

/** Where a character stands, in units. */
export function toUnits(text: string, characters: number): number {
  let units = 0;
  for (let left = characters; left > 0 && units < text.length; left -= 1)
    units += isHigh(text.charCodeAt(units)) && isLow(text.charCodeAt(units + 1)) ? 2 : 1;
  return units;
}

/** Where a unit stands, in characters; -1 stays. */
export const toCodePoints = (text: string, units: number): number => (units < 0 ? units : codePointLength(text, units));

/** A part of a text, by characters. */
export const sliceByCodePoints = (text: string, from: number, to?: number): string =>
  text.slice(toUnits(text, from), to === undefined ? undefined : toUnits(text, to));
