import type { Corpus } from '../corpus.js';
import type { Random } from '../random.js';
import { ODD_NUMBERS, oddText } from './odd-values.js';
import { fieldSelector, labelSelector } from './selectors.js';

type Parameter = readonly [name: string, value: string];

const flag = (random: Random) => random.pick(['true', 'true', 'false', '1', '0', '', 'yes']);
const number = (random: Random) => random.pick(['0', '1', '2', '10', '500', ...ODD_NUMBERS]);

/** Parameters of a write; `dryRun` only when it is wanted. */
export function writeQuery(random: Random, { dryRun = false, apply = false } = {}): string {
  const some: Parameter[] = [
    ...(dryRun ? [['dryRun', 'All'] as const] : []),
    ...(apply ? [['fieldManager', random.pick(['one', 'two', '__proto__', 'kubectl'])] as const] : []),
    ...(apply && random.chance(0.6) ? [['force', flag(random)] as const] : []),
    ...perhaps(random, 0.2, 'fieldValidation', () => random.pick(['Strict', 'Warn', 'Ignore', 'strict', oddText(random)])),
    ...perhaps(random, 0.15, 'fieldManager', () => random.pick(['me', '', 'a\nb', '__proto__', 'm'.repeat(129), oddText(random)])),
    ...perhaps(random, 0.05, 'timeout', () => random.pick(['1s', '30s', '0', '-1s', '1ns', 'soon', '9999999h'])),
    ...perhaps(random, 0.05, 'pretty', () => flag(random)),
    ...perhaps(random, 0.03, 'force', () => flag(random)),
  ];
  return printed(some);
}

/** Parameters of a deletion. */
export function deleteQuery(random: Random): string {
  return printed([
    ...perhaps(random, 0.3, 'propagationPolicy', () => random.pick(['Background', 'Foreground', 'Orphan', 'foreground', oddText(random)])),
    ...perhaps(random, 0.3, 'gracePeriodSeconds', () => random.pick(['0', '1', '-1', ...ODD_NUMBERS])),
    ...perhaps(random, 0.1, 'orphanDependents', () => flag(random)),
    ...perhaps(random, 0.1, 'dryRun', () => random.pick(['All', 'all', 'None', oddText(random)])),
  ]);
}

/** Parameters of a list or watch. `tokens`: continue tokens and resource versions that answers had. */
export function listQuery(random: Random, corpus: Corpus, tokens: readonly string[] = []): string {
  const some: Parameter[] = [
    ...perhaps(random, 0.4, 'labelSelector', () => labelSelector(random)),
    ...perhaps(random, 0.25, 'fieldSelector', () => fieldSelector(random)),
    ...perhaps(random, 0.3, 'limit', () => number(random)),
    ...perhaps(random, 0.2, 'continue', () => token(random, tokens)),
    ...perhaps(random, 0.3, 'resourceVersion', () => resourceVersion(random, tokens)),
    ...perhaps(random, 0.2, 'resourceVersionMatch', () => random.pick(['Exact', 'NotOlderThan', 'exact', ''])),
    ...perhaps(random, 0.1, 'timeoutSeconds', () => random.pick(['1', ...ODD_NUMBERS])),
    ...perhaps(random, 0.1, 'allowWatchBookmarks', () => flag(random)),
    ...perhaps(random, 0.1, 'sendInitialEvents', () => flag(random)),
    ...perhaps(random, 0.1, 'includeObject', () => random.pick(['None', 'Metadata', 'Object', 'x'])),
    ...perhaps(random, 0.05, oddText(random), () => oddText(random)),
  ];
  const recorded = random.chance(0.2) ? `&${random.pick(corpus.parameters)}` : '';
  return printed(some).replace(/^$/, '?') + recorded;
}

/** Seldom one from the future, for which the server waits. */
function resourceVersion(random: Random, tokens: readonly string[]): string {
  return random.pick(random.chance(0.9) ? ['', '0', '1', ...tokens, '-1', '1.5', oddText(random)] : ODD_NUMBERS);
}

/** A token as it was, or with a part of it changed. */
function token(random: Random, tokens: readonly string[]): string {
  const given = random.pick([...tokens, 'eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6MSwic3RhcnQiOiJhXHUwMDAwIn0', '__proto__', '']);
  const place = random.below(given.length + 1);
  return random.chance(0.5)
    ? given
    : random.pick([given.slice(0, place), given + given, `${given.slice(0, place)}A${given.slice(place + 1)}`, oddText(random)]);
}

function perhaps(random: Random, probability: number, name: string, value: () => string): Parameter[] {
  return random.chance(probability) ? [[name, value()]] : [];
}

function printed(parameters: readonly Parameter[]): string {
  return parameters.length === 0 ? '' : `?${parameters.map(([name, value]) => `${inUrl(name)}=${inUrl(value)}`).join('&')}`;
}

/** Percent-encoded; half a surrogate, which has no encoding, becomes the bytes that it would have. */
export function inUrl(text: string): string {
  return /[\ud800-\udfff]/u.test(text) ? '%ED%A0%80' : encodeURIComponent(text);
}
