import { Pattern } from '../pattern/pattern.js';
import type { Issue } from './issue.js';
import type { Call } from './node.js';
import { parseDurationText, parseTimestampText } from './time-text.js';

/** What can be known to fail before it runs: durations, timestamps and patterns that are written out. */
export function literalIssue({ args }: Call, name: string): Issue | undefined {
  const argument = args.at(-1);
  if (argument?.kind !== 'literal' || typeof argument.value !== 'string') return undefined;
  const fails = CHECKS[name];
  return fails?.(argument.value) ? { offset: argument.offset, message: `invalid ${name} argument` } : undefined;
}

const CHECKS: Readonly<Record<string, (text: string) => boolean>> = {
  duration: (text) => parseDurationText(text) === undefined,
  timestamp: (text) => parseTimestampText(text) === undefined,
  matches: (text) => !isPattern(text),
  find: (text) => !isPattern(text),
};

function isPattern(text: string): boolean {
  try {
    new Pattern(text);
    return true;
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}
