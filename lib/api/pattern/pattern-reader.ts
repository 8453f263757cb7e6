/** A regular expression as it is read, character by character. */
export class PatternReader {
  /** In how many groups it is. */
  depth = 0;
  readonly #source: string;
  #at = 0;

  constructor(source: string) {
    this.#source = source;
  }

  get done(): boolean {
    return this.#at >= this.#source.length;
  }

  /** The next character; undefined at the end. */
  get peek(): string | undefined {
    const code = this.#source.codePointAt(this.#at);
    return code === undefined ? undefined : String.fromCodePoint(code);
  }

  take(): string {
    const character = this.peek;
    if (character === undefined) throw this.error('unexpected end');
    this.#at += character.length;
    return character;
  }

  accept(character: string): boolean {
    if (this.peek !== character) return false;
    this.#at += character.length;
    return true;
  }

  /** Takes what an expression that begins with `^` matches here. */
  match(expression: RegExp): RegExpExecArray | null {
    const found = expression.exec(this.#source.slice(this.#at));
    if (found) this.#at += found[0].length;
    return found;
  }

  error(why: string): SyntaxError {
    return new SyntaxError(`error parsing regexp: ${why}: \`${this.#source}\``);
  }
}
