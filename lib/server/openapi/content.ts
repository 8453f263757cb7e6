import { createHash } from 'node:crypto';
import { jsonText, parseExact } from '../../api/exact-json.js';
import type { Message } from './protobuf/message.js';
import { encode } from './protobuf/message.js';

/** One document in the forms in which clients ask for it. */
export class Content {
  readonly json: Buffer;
  /** Of what it says; two documents with the same hash are the same. */
  readonly hash: string;
  readonly #message: Message;
  #protobuf: Buffer | undefined;

  constructor(document: object, message: Message) {
    this.json = Buffer.from(jsonText(document));
    this.hash = createHash('sha512').update(this.json).digest('hex').toUpperCase();
    this.#message = message;
  }

  /** Made when first asked for: few clients want it. */
  get protobuf(): Buffer {
    return (this.#protobuf ??= Buffer.from(encode(this.#message, parseExact(this.json.toString()))));
  }
}
