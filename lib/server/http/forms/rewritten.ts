import { IndentedJson } from './indented-json.js';
import { JsonReader } from './json-reader.js';
import { YamlText } from './yaml-text.js';

/** How a JSON document may be written instead. */
export type Form = 'indented' | 'yaml';

/** Bytes that are rewritten in one go. */
const STEP = 32 * 1024;

/** The document in another form, bit by bit: what comes out is what has been read so far. `pieces` are its JSON. */
export function* rewritten(pieces: Iterable<Buffer>, form: Form): Generator<Buffer> {
  const writer = form === 'yaml' ? new YamlText() : new IndentedJson();
  const reader = new JsonReader(writer);
  for (const piece of pieces)
    for (let at = 0; at < piece.length; at += STEP) {
      // Bytes pass as characters: none of those that mean something in JSON is part of a longer one in UTF-8.
      reader.write(piece.toString('latin1', at, Math.min(piece.length, at + STEP)));
      yield Buffer.from(writer.take(), 'latin1');
    }
}
