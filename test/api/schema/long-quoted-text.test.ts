import { expect } from 'chai';
import { parse } from 'yaml';
import { seededRandom } from '../../../lib/base/seeded-random.js';
import { LONG_TEXT, quotedText } from '../../../lib/api/schema/long-quoted-text.js';
import { parseYaml, parseYamlInSteps } from '../../../lib/api/schema/parse-yaml.js';

const PARTS = [
  'a',
  'é',
  '😀',
  ' ',
  '  ',
  '\t',
  '\n',
  '\r\n',
  '\r',
  '\\n',
  '\\t',
  '\\\\',
  '\\"',
  '\\/',
  '\\ ',
  '\\\n',
  '\\\r\n',
  '\\x41',
  '\\u00e9',
  '\\U0001F600',
  '\\ud83d\\ude00',
  '\\N',
  '\\_',
  '\\0',
  '\\\t',
  ',',
  ':',
  '#',
];

function read(source: string): string {
  const steps = quotedText(source);
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}

describe('long quoted texts of YAML', () => {
  it('have the value that the package gives short ones', () => {
    const random = seededRandom(7);
    for (let round = 0; round < 3000; round++) {
      const text = Array.from({ length: 1 + Math.floor(random() * 12) }, () => PARTS[Math.floor(random() * PARTS.length)]).join('');
      const source = `"${text}"`;
      expect(read(source), JSON.stringify(source)).to.equal(parse(source, { version: '1.1', strict: false }) as unknown);
    }
  });

  it('are refused for what the package refuses', () => {
    for (const source of ['"\\q"', '"\\x4"', '"\\u12"', '"\\UFFFFFFFF"', '"\\X41"', '"a', '"'])
      expect(() => read(source), source).to.throw(SyntaxError);
  });

  it('are read wherever they stand, as keys, values, items and alone', () => {
    const long = 'b\tc '.repeat(LONG_TEXT / 4);
    const quoted = `"${long}"`;
    const other = long.trimEnd();
    expect(parseYaml(`x: ${quoted}\nv: [${quoted}, "short"]\nz: &l !!str ${quoted}\nw: *l\n`).value).to.deep.equal({
      x: long,
      v: [long, 'short'],
      z: long,
      w: long,
    });
    expect(parseYaml(quoted).value).to.equal(long);
    expect(parseYaml(`? ${quoted}\n: 1\n? "${other}"\n: 2\n`).value).to.deep.equal({ [long]: 1, [other]: 2 });
    expect(() => parseYaml(`x: !!int ${quoted}`)).to.throw('cannot decode a text of');
    expect(() => parseYaml(`x: "${'\\q'.repeat(LONG_TEXT)}"`)).to.throw('Invalid escape sequence');
  });

  it('may be as long as a body, and are read in steps', async () => {
    for (const one of ['a,', '\\x41', '\n', ' ', '\t', 'a\n ', '\\\n ', ' \n', '\r\n', '\\"']) {
      let steps = 0;
      const body = `x: "${one.repeat(2_900_000 / one.length)} ."`;
      const { value } = await parseYamlInSteps(body, () => Promise.resolve(void (steps += 1)));
      expect(value, JSON.stringify(one)).to.have.property('x');
      expect(steps).to.be.above(2);
    }
  });
});
