import type { Readable } from 'node:stream';

/** The values of a stream that has one JSON text in each line, as they come. */
export async function* jsonLines(source: Readable): AsyncGenerator<unknown> {
  let rest = '';
  for await (const chunk of source.setEncoding('utf8') as AsyncIterable<string>) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop()!;
    for (const line of lines) if (line.trim() !== '') yield JSON.parse(line);
  }
  if (rest.trim() !== '') yield JSON.parse(rest);
}
