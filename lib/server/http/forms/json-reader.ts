/** Whoever is told what stands in a JSON document. Texts are as they are in it, quotes and escapes included. */
export interface JsonSink {
  open(bracket: '{' | '['): void;
  close(bracket: '}' | ']'): void;
  /** Of a member, whose value is next. */
  key(text: string): void;
  /** A string, number, boolean or null. */
  scalar(text: string): void;
}

/** Reads the JSON of an object bit by bit. It must be right: what the server sends is. */
export class JsonReader {
  readonly #sink: JsonSink;
  /** For each open bracket, whether it is `{`. */
  readonly #isMap: boolean[] = [];
  #rest = '';
  #isKey = false;

  constructor(sink: JsonSink) {
    this.#sink = sink;
  }

  /** The next bit. What is cut off at its end is told with the next one. */
  write(bit: string): void {
    const text = this.#rest + bit;
    let at = 0;
    while (at < text.length) {
      const end = this.#token(text, at);
      if (end < 0) break;
      at = end;
    }
    this.#rest = text.slice(at);
  }

  /** Tells what begins here; gives where it ends, −1 when that is not in the text. */
  #token(text: string, at: number): number {
    const char = text[at]!;
    switch (char) {
      case '{':
      case '[':
        this.#isMap.push((this.#isKey = char === '{'));
        this.#sink.open(char);
        return at + 1;
      case '}':
      case ']':
        this.#isMap.pop();
        this.#sink.close(char);
        return at + 1;
      case ',':
        this.#isKey = this.#isMap.at(-1)!;
        return at + 1;
      case ':':
        this.#isKey = false;
        return at + 1;
      case ' ':
      case '\n':
      case '\r':
      case '\t':
        return at + 1;
      default:
        return this.#told(text, at, char === '"' ? endOfString(text, at) : endOfWord(text, at));
    }
  }

  #told(text: string, at: number, end: number): number {
    if (end < 0) return -1;
    if (this.#isKey) this.#sink.key(text.slice(at, end));
    else this.#sink.scalar(text.slice(at, end));
    return end;
  }
}

function endOfString(text: string, at: number): number {
  for (let quote = text.indexOf('"', at + 1); quote > 0; quote = text.indexOf('"', quote + 1)) {
    let before = quote;
    while (text[before - 1] === '\\') before -= 1;
    if ((quote - before) % 2 === 0) return quote + 1;
  }
  return -1;
}

/** A number, `true`, `false` or `null`: something else must follow. */
function endOfWord(text: string, at: number): number {
  for (let end = at + 1; end < text.length; end++) if (',}] \n\r\t'.includes(text[end]!)) return end;
  return -1;
}
