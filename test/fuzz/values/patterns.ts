import type { Random } from '../random.js';

/** Regular expressions that take a backtracking engine for ever, or an automaton much room. */
export const CATASTROPHIC: readonly string[] = [
  '^(a+)+$',
  '^(a|a)*$',
  '^(a|aa)+$',
  '^(.*a){20}$',
  '^([a-z]+)*$',
  '(x+x+)+y',
  '^(([a-z])+.)+[A-Z]([a-z])+$',
  '(a?){50}a{50}',
  '(((a{1,10}){1,10}){1,10}){1,10}',
  '((a{0,1000}){0,1000}){0,1000}',
  'a{1000}{1000}',
  '(?:a{1000}|b{1000}){100}',
  '(.{1,1000}){1,1000}x',
  '^(\\w+\\s?)*$',
  '^\\d+(\\.\\d+)*(-[a-z]+)*(\\+.*)*$',
  '[\\p{L}\\p{N}]{1,1000}$',
  '(?i)(straße|STRASSE|ß|ss)+$',
  `(${'a|'.repeat(2000)}b)*c`,
  `${'(a'.repeat(200)}${')*'.repeat(200)}`,
  '(?P<n>a)(?P<n>b)',
  '(?=a)b',
  '(a)\\1',
  '[',
  '(',
  '*',
  'a{2,1}',
  '\\',
  '[z-a]',
  '(?z)',
  '\\p{Nonsense}',
  '\\Q(*\\E',
  '\\x{10FFFF}',
  '\\x{110000}',
  '[[:alpha:][:^digit:]]+',
  '$^',
  '\\b\\B',
];

/** Texts on which {@link CATASTROPHIC} expressions show what they are. */
export function victim(random: Random): string {
  const length = random.pick([10, 30, 100, 1000, 10_000, 100_000]);
  return random.pick(['a', 'x', 'aB', 'a ', '1.', 'é']).repeat(length).slice(0, length) + random.pick(['', '!', 'b', '\n']);
}

/** Any regular expression, most of them right. */
export function pattern(random: Random, depth = 3): string {
  if (random.chance(0.25)) return random.pick(CATASTROPHIC);
  const part = (): string => (depth > 0 ? pattern(random, depth - 1) : random.pick(['a', '.', '[a-z0-9]', '\\d', '\\w', '[^b]', '\\pL']));
  return random.weighted<() => string>([
    [4, () => random.pick(['a', '.', '[a-z0-9]', '\\d', '\\w', '[^b]', 'ü', '\\.', '[[:alpha:]]'])],
    [2, () => `(${part()}|${part()})`],
    [2, () => `(${part()})${random.pick(['*', '+', '?', '{2}', '{1,3}', '{0,100}', '*?', '{500}'])}`],
    [3, () => `${part()}${part()}`],
    [1, () => `^${part()}$`],
    [1, () => `(?i)${part()}`],
  ])();
}
