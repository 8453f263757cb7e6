import { characterClass, escapedClass, parseClass, remembering } from './pattern-class.js';
import type { Accepts, Node } from './pattern-node.js';
import { PatternReader } from './pattern-reader.js';

const MAX_REPEAT = 1000;
const NEWLINE = 10;
/** Characters; an automaton of the largest allowed size hardly has a longer pattern. */
const LONGEST = 50_000;
/** Groups in each other; RE2's limit. */
const DEEPEST = 1000;

/** Parses a regular expression in the syntax of RE2. Throws SyntaxError. */
export function parsePattern(source: string): Node {
  if (source.length > LONGEST) throw new SyntaxError('the pattern is too large');
  const reader = new PatternReader(source);
  const node = parseChoice(reader, { ignoreCase: false, dotAll: false });
  if (!reader.done) throw reader.error('unexpected )');
  return node;
}

interface Flags {
  readonly ignoreCase: boolean;
  readonly dotAll: boolean;
}

function parseChoice(reader: PatternReader, flags: Flags): Node {
  const parts: Node[] = [];
  let current = flags;
  do {
    const { node, flags: after } = parseSequence(reader, current);
    current = after;
    parts.push(node);
  } while (reader.accept('|'));
  return parts.length === 1 ? parts[0]! : { type: 'choice', parts };
}

function parseSequence(reader: PatternReader, flags: Flags): { node: Node; flags: Flags } {
  const parts: Node[] = [];
  let current = flags;
  while (!reader.done && reader.peek !== '|' && reader.peek !== ')') {
    const set = reader.match(/^\(\?([is]+)\)/);
    if (set) current = withFlags(current, set[1]!);
    else parts.push(parseRepeat(reader, parseAtom(reader, current)));
  }
  return { node: { type: 'sequence', parts }, flags: current };
}

function withFlags(flags: Flags, letters: string): Flags {
  return { ignoreCase: flags.ignoreCase || letters.includes('i'), dotAll: flags.dotAll || letters.includes('s') };
}

function parseRepeat(reader: PatternReader, part: Node): Node {
  const found = reader.match(/^(?:([*+?])|\{(\d+)(,(\d*))?\})(\??)/);
  if (!found) return part;
  if (reader.match(/^(?:[*+?]|\{\d+(?:,\d*)?\})/)) throw reader.error('nested quantifier');
  const [, sign, from, comma, to, question] = found;
  const lazy = question === '?';
  if (sign) return { type: 'repeat', part, min: sign === '+' ? 1 : 0, max: sign === '?' ? 1 : Number.POSITIVE_INFINITY, lazy };
  const min = Number(from);
  const max = comma === undefined ? min : to === '' ? Number.POSITIVE_INFINITY : Number(to);
  if (min > MAX_REPEAT || (max !== Number.POSITIVE_INFINITY && (max > MAX_REPEAT || max < min))) throw reader.error('invalid repeat count');
  return { type: 'repeat', part, min, max, lazy };
}

function parseAtom(reader: PatternReader, flags: Flags): Node {
  const character = reader.take();
  switch (character) {
    case '^':
      return { type: 'assert', kind: 'start' };
    case '$':
      return { type: 'assert', kind: 'end' };
    case '.':
      return { type: 'character', accepts: flags.dotAll ? () => true : (code) => code !== NEWLINE };
    case '[':
      return characterOf(parseClass(reader), flags);
    case '(':
      return parseGroup(reader, flags);
    case '\\':
      return parseEscape(reader, flags);
    case '*':
    case '+':
    case '?':
      throw reader.error('nothing to repeat');
    default:
      return characterOf(characterClass(character), flags);
  }
}

function parseGroup(reader: PatternReader, flags: Flags): Node {
  const opening = reader.match(/^\?(?:P?<[A-Za-z_]\w*>|([is]*):)/);
  if (!opening && reader.peek === '?') throw reader.error('invalid or unsupported group');
  if ((reader.depth += 1) > DEEPEST) throw reader.error('expression nests too deeply');
  const node = parseChoice(reader, withFlags(flags, opening?.[1] ?? ''));
  reader.depth -= 1;
  if (!reader.accept(')')) throw reader.error('missing )');
  return node;
}

function parseEscape(reader: PatternReader, flags: Flags): Node {
  switch (reader.peek) {
    case 'A':
    case 'z':
    case 'b':
    case 'B': {
      const kinds = { A: 'start', z: 'end', b: 'boundary', B: 'no-boundary' } as const;
      return { type: 'assert', kind: kinds[reader.take() as keyof typeof kinds] };
    }
    default:
      return characterOf(escapedClass(reader), flags);
  }
}

function characterOf(accepts: Accepts, { ignoreCase }: Flags): Node {
  if (!ignoreCase) return { type: 'character', accepts };
  const either: Accepts = (code) => {
    const text = String.fromCodePoint(code);
    return [code, text.toLowerCase().codePointAt(0)!, text.toUpperCase().codePointAt(0)!].some(accepts);
  };
  return { type: 'character', accepts: remembering(either) };
}
