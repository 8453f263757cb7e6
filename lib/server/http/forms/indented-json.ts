import type { JsonSink } from './json-reader.js';

/** Writes JSON in lines indented by two spaces a level. */
export class IndentedJson implements JsonSink {
  #text = '';
  #depth = 0;
  #isFirst = true;
  #isValue = false;

  /** What has been written since this was asked last. */
  take(): string {
    const text = this.#text;
    this.#text = '';
    return text;
  }

  open(bracket: '{' | '['): void {
    this.#begin();
    this.#text += bracket;
    this.#depth += 1;
    this.#isFirst = true;
  }

  close(bracket: '}' | ']'): void {
    this.#depth -= 1;
    if (!this.#isFirst) this.#line();
    this.#text += bracket;
    this.#isFirst = false;
  }

  key(text: string): void {
    this.#begin();
    this.#text += `${text}: `;
    this.#isValue = true;
  }

  scalar(text: string): void {
    this.#begin();
    this.#text += text;
  }

  #begin(): void {
    const isMember = this.#isValue || this.#depth === 0;
    if (!isMember && !this.#isFirst) this.#text += ',';
    if (!isMember) this.#line();
    this.#isFirst = false;
    this.#isValue = false;
  }

  #line(): void {
    this.#text += `\n${'  '.repeat(this.#depth)}`;
  }
}
