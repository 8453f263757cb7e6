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

  it('names keys that stand twice in any map, the first hundred', () => {
    expect(parseYaml('- {a: 1, b: 2, a: 3}\n- c:\n    1: x\n    1: y\n').duplicateFields).to.deep.equal(['a', '1']);
    expect(parseYaml('a: &m {b: 1}\nc:\n  <<: *m\n  <<: *m\n').duplicateFields).to.deep.equal([]);
    expect(parseYaml(`{${'a: 1, '.repeat(500)}b: 2}`).duplicateFields).to.have.lengthOf(100);
  });

  it('refuses keys that JSON cannot have, before they are written out', () => {
    for (const body of ['? {a: 1}\n: b\n', '[1, 2]: b\n', 'a: &x [1]\n*x : b\n', `${'? '.repeat(40)}a\n`]) refused(body);
    expect(parseYaml('a: &x b\n*x : c\ntrue: d\n1: e\n').value).to.deep.equal({ a: 'b', b: 'c', true: 'd', 1: 'e' });
  });

  it('refuses hundreds of aliases', () => {
    const body = (aliases: number) => `a: &x b\nc: [${Array.from({ length: aliases }, () => '*x').join(', ')}]\n`;
    expect((parseYaml(body(50)).value as { c: string[] }).c).to.have.lengthOf(50);
    refused(body(300));
    expect(parseYaml(`a: [${"'* * * * *', ".repeat(300)}]`).value)
      .to.have.property('a')
      .with.lengthOf(300);
  });

  it('says no to hundreds of thousands of commas once', () => {
    refused(`[${','.repeat(300_000)}]`);
  });

  it('replaces halves of characters, as of JSON', () => {
    expect(parseYaml('a: "x\\ud986y"\nb: "\\ud83d\\ude00"\n').value).to.deep.equal({ a: 'x\ufffdy', b: '\ud83d\ude00' });
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
