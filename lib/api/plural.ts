/** The English plural of a lower-case word: `gameserver` → `gameservers`, `policy` → `policies`, `class` → `classes`. */
export function pluralOf(word: string): string {
  if (/(s|x|z|ch|sh)$/.test(word)) return `${word}es`;
  if (/[^aeiou]y$/.test(word)) return `${word.slice(0, -1)}ies`;
  return `${word}s`;
}
