import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL(import.meta.url.endsWith('.ts') ? '../../../' : '../../../../', import.meta.url));
const page = readFileSync(`${ROOT}docs/guarantees.md`, 'utf8');

/** A file and the titles that follow it: `test/x.test.ts`: "one", "two". */
const REFERENCE = /`(test\/[^`]+\.test\.ts)`:((?:,?\s*"[^"]+")+)/g;

describe('docs/guarantees.md', () => {
  const references = [...page.matchAll(REFERENCE)].flatMap(([, file = '', titles = '']) =>
    [...titles.matchAll(/"([^"]+)"/g)].map(([, title = '']) => ({ file, title: title.replaceAll(/\s+/g, ' ') })),
  );

  it('names a test for each line', () => {
    expect(references.length).to.be.greaterThan(40);
    const files = new Set([...page.matchAll(/`(test\/[^`]+\.test\.ts)`:/g)].map(([, file]) => file));
    expect(new Set(references.map(({ file }) => file)), 'files without a title').to.deep.equal(files);
    const quotes = page.split('"').length - 1 - 2; // but for the one of resourceVersion
    expect(references.length * 2, 'titles without a file').to.equal(quotes);
  });

  for (const { file, title } of references) {
    it(`finds "${title}" in ${file}`, () => {
      const source = readFileSync(ROOT + file, 'utf8');
      for (const part of title.split('…')) expect(source).to.include(part.trim());
    });
  }
});
