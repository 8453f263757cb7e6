import { expect } from 'chai';
import { parseYaml } from '../../../lib/api/schema/parse-yaml.js';
import { StatusError } from '../../../lib/api/status-error.js';

const refused = (body: string) =>
  expect(() => parseYaml(body), body.slice(0, 40))
    .to.throw(StatusError)
    .with.property('code', 400);

describe('parseYaml', () => {
  it('gives scalars the meaning that kubectl gives them', () => {
    expect(parseYaml('a: yes\nb: 12:30\nc: 2001-01-01\nd: 0644\ne: "1"\nf: 1.5\ng: ~\nh: no way\n').value).to.deep.equal({
      a: true,
      b: '12:30',
      c: '2001-01-01',
      d: 420,
      e: '1',
      f: 1.5,
      g: null,
      h: 'no way',
    });
  });

  it('reads block texts, remarks, a leading marker, anchors and merge keys', () => {
    expect(parseYaml('---\n# remark\na: |\n  two\n  lines\nb: &x {c: 1}\nd:\n  <<: *x\n  e: 2\n').value).to.deep.equal({
      a: 'two\nlines\n',
      b: { c: 1 },
      d: { c: 1, e: 2 },
    });
  });

  it('reads JSON', () => {
    expect(parseYaml('{"a": [1, "x"]}').value).to.deep.equal({ a: [1, 'x'] });
  });

  it('names keys that stand twice, and takes the last', () => {
    expect(parseYaml('a: 1\na: 2\n')).to.deep.include({ value: { a: 2 }, duplicateFields: ['a'] });
  });

  it('refuses what is no YAML, nesting over 100 levels, alias bombs, cycles and __proto__', () => {
    refused('a: [1\n');
    refused('a: b: c\n');
    refused('['.repeat(101) + ']'.repeat(101));
    refused('['.repeat(20_000));
    const bomb = [
      'a: &a [x,x,x,x,x,x,x,x,x]',
      ...'bcdefgh'.split('').map((name, index) => `${name}: &${name} [${Array(9).fill(`*${'abcdefg'[index]}`).join(',')}]`),
    ];
    refused(`${bomb.join('\n')}\n`);
    refused('a: &a [*a]\n');
    refused('__proto__: {x: 1}\n');
  });
});
