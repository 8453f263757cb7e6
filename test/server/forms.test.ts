import { expect } from 'chai';
import { parse } from 'yaml';
import { seededRandom } from '../../lib/base/seeded-random.js';
import type { Form } from '../../lib/server/http/forms/rewritten.js';
import { rewritten } from '../../lib/server/http/forms/rewritten.js';

const VALUES: Readonly<Record<string, object>> = {
  'a map': { a: 1, b: 'text', c: true, d: null, e: -1.5e-7 },
  'nothing in it': { a: {}, b: [], c: [{}, []], d: '' },
  'lists in lists': { a: [[1, [2, [3]]], [[{ b: [{ c: 1, d: [] }, 'x'] }]]] },
  'maps in lists': { items: [{ a: { b: 1 }, c: [1] }, { d: {} }] },
  'texts that look like something else': {
    a: ['true', 'No', 'null', '~', '1', '0x1F', '1e3', '.inf', '-', '- a', '', ' a', 'a ', 'a: b', 'a #b', '#', '*a', '&a', '!a', '|', '>', '%a', '@a', '`a'],
    b: ['{a}', '[a]', 'a,b', '"', "'", '\\', '<<', '=', '---', '...', '2026-01-01T00:00:00Z', '12:30', 'y', 'a:', ':a', '?', '? a', 'nginx:1.27', 'a/b'],
  }, // prettier-ignore
  'names that look like something else': { true: 1, 1: 2, '': 3, 'a: b': 4, '- a': 5, '?': 6, '{': 7, constructor: 8 },
  'many lines': { a: 'one\ntwo\r\n\tthree\n', b: '\n' },
  'characters of all sorts': { é: 'ü', '\u{1f600}': '\u2028', a: '\u0000\u0007\u007f\u0085\u009f\ufeff\ufffe\uffff\ud800', b: '\\"\\\\' },
  'a long name': { ['k'.repeat(3000)]: { ['"'.repeat(2000)]: ['x'] }, ['l'.repeat(1500)]: ['y'] },
};

function textOf(json: string, form: Form, cut = json.length): string {
  const bytes = Buffer.from(json);
  return Buffer.concat([...rewritten([bytes.subarray(0, cut), bytes.subarray(cut)], form)]).toString();
}

describe('Other forms of JSON', () => {
  for (const [name, value] of Object.entries(VALUES)) {
    const json = JSON.stringify(value);
    it(`YAML says the same: ${name}`, () => expect(parse(textOf(json, 'yaml'))).to.deep.equal(value));
    it(`indented JSON is what JavaScript writes: ${name}`, () =>
      expect(textOf(json, 'indented')).to.equal(JSON.stringify(value, undefined, 2)));
  }

  it('YAML looks as in Kubernetes', () => {
    const pod = {
      kind: 'Pod',
      metadata: { labels: { app: 'web' }, finalizers: ['a/b'] },
      spec: { containers: [{ name: 'c', args: ['-v', '1'] }] },
    };
    expect(textOf(JSON.stringify(pod), 'yaml')).to.equal(
      [
        'kind: Pod',
        'metadata:',
        '  labels:',
        '    app: web',
        '  finalizers:',
        '  - a/b',
        'spec:',
        '  containers:',
        '  - name: c',
        '    args:',
        '    - "-v"',
        '    - "1"',
        '',
      ].join('\n'),
    );
  });

  it('numbers keep all their digits', () => {
    expect(textOf('{"a":9223372036854775807}', 'yaml')).to.equal('a: 9223372036854775807\n');
    expect(textOf('{"a":9223372036854775807}', 'indented')).to.equal('{\n  "a": 9223372036854775807\n}');
  });

  it('characters that YAML may not have are escaped', () => {
    expect(textOf(JSON.stringify({ a: '\u007f\u0080\u009f\ufeff\uffff', b: '\u00a0é' }), 'yaml')).to.equal(
      'a: "\\u007f\\u0080\\u009f\\ufeff\\uffff"\nb: "\u00a0é"\n',
    );
  });

  it('it does not matter where a piece ends', () => {
    const json = JSON.stringify({ a: ['x\\"y', 'é', 12, true, {}, []], b: { c: '\\\\' } });
    for (const form of ['yaml', 'indented'] as const) {
      const whole = textOf(json, form);
      for (let cut = 0; cut < Buffer.byteLength(json); cut++) expect(textOf(json, form, cut), `${form} cut at ${cut}`).to.equal(whole);
    }
  });

  it('any value is the same in YAML', () => {
    const random = seededRandom(5);
    const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
    const text = () =>
      Array.from({ length: Math.floor(random() * 5) }, () => pick([...'ab:-#? "\\\n\té{}[],&*!|>%@`\'=~.0', 'no'])).join('');
    const value = (depth: number): unknown => {
      if (depth === 0 || random() < 0.3) return pick([text(), text(), 0, -1.5, 1e21, true, null]);
      const members = Array.from({ length: Math.floor(random() * 4) }, () => value(depth - 1));
      return random() < 0.5 ? members : Object.fromEntries(members.map((member) => [text(), member]));
    };
    for (let count = 0; count < 300; count++) {
      const one = { value: value(5) };
      const yaml = textOf(JSON.stringify(one), 'yaml');
      expect(parse(yaml), yaml).to.deep.equal(one);
    }
  });
});
