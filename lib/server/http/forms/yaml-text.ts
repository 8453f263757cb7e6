import type { JsonSink } from './json-reader.js';

/** An open map or list. */
interface Block {
  readonly isMap: boolean;
  /** Spaces in front of its members. */
  readonly indent: number;
  /** Whether its first member goes on in the line in which it stands. */
  readonly isInline: boolean;
  isEmpty: boolean;
}

/** A key may be so long and still stand in one line with its value (YAML 1.2.2, 8.2.2: 1024 characters). */
const LONGEST_KEY = 1000;
/** Texts that mean themselves without quotes, unless they are words for something else. */
const PLAIN = /^"[A-Za-z/](?:[A-Za-z0-9_./:@=+-]*[A-Za-z0-9_/+-])?"$/;
/** Of YAML 1.1 too, which Go's libraries read. */
const WORDS = /^"(?:true|false|yes|no|on|off|y|n|null|nan|inf)"$/i;
/** What may not stand in YAML as it is (YAML 1.2.2, 5.1), as UTF-8: U+007F, U+0080 to U+009F, U+FEFF, U+FFFE and U+FFFF. */
const UNPRINTABLE = /\x7f|\xc2[\x80-\x9f]|\xef\xbb\xbf|\xef\xbf[\xbe\xbf]/g;

/**
 * Writes YAML in blocks, lists as deep as the key before them, as Kubernetes does. Texts have quotes unless they are plain words: a JSON
 * string is one of YAML as well. What it is told is UTF-8, a character for each byte.
 */
export class YamlText implements JsonSink {
  #text = '';
  readonly #blocks: Block[] = [];
  /** What stands in the line in front of what comes next. */
  #after: 'nothing' | 'key' | 'dash' = 'nothing';

  /** What has been written since this was asked last. */
  take(): string {
    const text = this.#text;
    this.#text = '';
    return text;
  }

  open(bracket: '{' | '['): void {
    this.#member();
    const outer = this.#blocks.at(-1)?.indent ?? 0;
    const isMap = bracket === '{';
    const deeper = this.#after === 'dash' || (this.#after === 'key' && isMap);
    this.#blocks.push({ isMap, indent: outer + (deeper ? 2 : 0), isInline: this.#after !== 'key', isEmpty: true });
  }

  close(bracket: '}' | ']'): void {
    if (!this.#blocks.pop()!.isEmpty) return;
    this.#value(bracket === '}' ? '{}' : '[]');
  }

  key(text: string): void {
    this.#begin();
    const written = scalarOf(text);
    if (written.length <= LONGEST_KEY) this.#text += `${written}:`;
    else this.#text += `? ${written}\n${this.#spaces()}:`;
    this.#after = 'key';
  }

  scalar(text: string): void {
    this.#member();
    this.#value(scalarOf(text));
  }

  /** What comes next is an element, unless it belongs to a key. */
  #member(): void {
    const block = this.#blocks.at(-1);
    if (!block || block.isMap) return;
    this.#begin();
    this.#text += '- ';
    this.#after = 'dash';
  }

  /** Goes to where the next member of the block stands. */
  #begin(): void {
    const block = this.#blocks.at(-1)!;
    if (block.isEmpty && !block.isInline) this.#text += '\n';
    if (!block.isEmpty || !block.isInline) this.#text += this.#spaces();
    block.isEmpty = false;
    this.#after = 'nothing';
  }

  #value(text: string): void {
    this.#text += `${this.#after === 'key' ? ' ' : ''}${text}\n`;
    this.#after = 'nothing';
  }

  #spaces(): string {
    return ' '.repeat(this.#blocks.at(-1)!.indent);
  }
}

function scalarOf(text: string): string {
  if (text[0] !== '"') return text;
  if (PLAIN.test(text) && !WORDS.test(text)) return text.slice(1, -1);
  return text.replace(UNPRINTABLE, (bytes) => `\\u${Buffer.from(bytes, 'latin1').toString().charCodeAt(0).toString(16).padStart(4, '0')}`);
}
