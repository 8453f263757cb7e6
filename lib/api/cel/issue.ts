/** Something that is wrong with the text of an expression. */
export interface Issue {
  /** Where in the text, in UTF-16 units. */
  readonly offset: number;
  readonly message: string;
}

/** The text of an expression breaks the grammar. Carries the first place where it does. */
export class ExpressionSyntaxError extends Error {
  readonly offset: number;

  constructor(offset: number, message: string) {
    super(message);
    this.offset = offset;
  }
}

/** As many are printed, in the order in which they were found. */
const MOST_PRINTED = 100;
/** Bytes of a line that is printed. */
const LONGEST_LINE = 16_384;
/** Times that the text of an expression may be as long as the expression, and characters besides: a long line is not printed for each issue. */
const MOST_TIMES = 8;
const MOST_BESIDES = 32_768;

/** Issues as cel-go prints them: each with its line, and a mark beneath the place. */
export function issuesText(source: string, issues: readonly Issue[]): string {
  const sorted = issues.slice(0, MOST_PRINTED).sort((a, b) => a.offset - b.offset);
  const texts: string[] = [];
  let left = MOST_TIMES * source.length + MOST_BESIDES;
  for (const issue of sorted) {
    const text = issueText(source, issue);
    left -= text.length;
    if (left < 0 && texts.length > 0) break;
    texts.push(text);
  }
  const more = issues.length - texts.length;
  return [...texts, ...(more > 0 ? [`${more} more errors were truncated`] : [])].join('\n');
}

function issueText(source: string, { offset, message }: Issue): string {
  const before = source.slice(0, offset);
  const line = before.split('\n').length;
  const start = before.lastIndexOf('\n') + 1;
  const end = source.indexOf('\n', offset);
  const places = [...source.slice(start, offset)];
  const snippet = source.slice(start, end < 0 ? undefined : end);
  const text = `ERROR: <input>:${line}:${places.length + 1}: ${message}`;
  if (Buffer.byteLength(snippet) > LONGEST_LINE) return text;
  const mark = isWide(source.slice(offset, end < 0 ? undefined : end)) ? '\uff3e' : '^';
  return `${text}\n | ${snippet.replaceAll('\t', ' ')}\n | ${places.map((place) => (isWide(place) ? '\uff0e' : '.')).join('')}${mark}`;
}

/** Whether the first character is more than a byte of UTF-8: marks below such characters are as wide as those of East Asia. */
const isWide = (text: string) => text.charCodeAt(0) > 0x7f;
