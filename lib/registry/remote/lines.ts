import { StatusError } from '../../api/status-error.js';

/** Bytes of one line; a server's objects are far below it. */
const MAX_LINE = 64 * 1024 * 1024;
const NEWLINE = 0x0a;

/** The lines of a stream as they become complete. What stands behind the last newline is no line. */
export async function* linesOf(chunks: AsyncIterable<Buffer>): AsyncGenerator<string> {
  let parts: Buffer[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    let from = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, from)) {
      parts.push(chunk.subarray(from, end));
      const line = (parts.length === 1 ? parts[0]! : Buffer.concat(parts)).toString('utf8');
      if (line !== '') yield line;
      parts = [];
      length = 0;
      from = end + 1;
    }
    parts.push(chunk.subarray(from));
    length += chunk.length - from;
    if (length > MAX_LINE) throw new StatusError('InternalError', `a line of the answer is longer than ${MAX_LINE} bytes`);
  }
}
