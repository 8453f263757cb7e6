import type { Environment } from '../../base/environment.js';

/** No vowels and no digits that look like one: a random name is never a word. */
const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';
const SUFFIX = 5;
/** A generated name fits into a label value. */
const MAX_LENGTH = 63;

/** A name that begins with `prefix`, cut where it is too long, and ends with five random characters. */
export function generatedName(prefix: string, environment: Pick<Environment, 'random'>): string {
  let name = prefix.slice(0, MAX_LENGTH - SUFFIX).replace(/[\ud800-\udbff]$/, ''); // no half of a character: names of some kinds have any
  for (let at = 0; at < SUFFIX; at += 1) name += ALPHABET[Math.floor(environment.random() * ALPHABET.length)];
  return name;
}
