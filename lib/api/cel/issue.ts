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

/** Issues as cel-go prints them: each with its line, and a mark beneath the place. */
export function issuesText(source: string, issues: readonly Issue[]): string {
  const sorted = [...issues].sort((a, b) => a.offset - b.offset);
  return sorted.map((issue) => issueText(source, issue)).join('\n');
}

function issueText(source: string, { offset, message }: Issue): string {
  const before = source.slice(0, offset);
  const line = before.split('\n').length;
  const start = before.lastIndexOf('\n') + 1;
  const end = source.indexOf('\n', offset);
  const column = [...source.slice(start, offset)].length;
  const snippet = source.slice(start, end < 0 ? undefined : end);
  return `ERROR: <input>:${line}:${column + 1}: ${message}\n | ${snippet}\n | ${'.'.repeat(column)}^`;
}
