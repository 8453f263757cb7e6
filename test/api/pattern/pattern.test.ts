import { expect } from 'chai';
import fc from 'fast-check';
import { Pattern } from '../../../lib/api/pattern/pattern.js';
import { Effort } from '../../../lib/api/validation/effort.js';

describe('Pattern', () => {
  it('agrees with the engine on patterns that both know', () => {
    const atom = fc.constantFrom('a', 'b', '.', '[ab]', '[^a]', '\\d', '\\w', '(?:a|b)', '(ab)', '^', '$', '\\b', '(?:x{2})', 'é');
    const repeated = fc
      .tuple(atom, fc.constantFrom('', '', '*', '+', '?', '{1,2}'))
      .map(([one, sign]) => (/^[\^$]|^\\b/.test(one) ? one : one + sign));
    const source = fc.array(repeated, { maxLength: 6 }).map((parts) => parts.join(''));
    const both = fc.tuple(source, source).map(([one, other]) => (other === '' ? one : `${one}|${other}`));
    const text = fc.array(fc.constantFrom('a', 'b', 'x', '1', ' ', 'é', '😀', '\n'), { maxLength: 8 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(both, text, (pattern, subject) => new Pattern(pattern).test(subject) === new RegExp(pattern, 'u').test(subject)),
      { numRuns: 3000 },
    );
  });

  it('is not anchored by itself', () => {
    expect(new Pattern('[0-9]+').test('x12y')).to.equal(true);
    expect(new Pattern('^[0-9]+$').test('x12y')).to.equal(false);
  });

  it('knows what RE2 adds', () => {
    expect(new Pattern('(?i)^abc$').test('aBC')).to.equal(true);
    expect(new Pattern('(?i:a)b').test('AB')).to.equal(false);
    expect(new Pattern('(?s)^a.b$').test('a\nb')).to.equal(true);
    expect(new Pattern('^[[:alpha:]_]+\\z').test('a_b')).to.equal(true);
    expect(new Pattern('^\\pL+$').test('äß')).to.equal(true);
    expect(new Pattern('^\\p{Greek}$').test('λ')).to.equal(true);
    expect(new Pattern('^[]a]+$').test(']a')).to.equal(true);
    expect(new Pattern('^(?P<year>\\d{4})$').test('2024')).to.equal(true);
    expect(new Pattern('^\\x{1F600}$').test('😀')).to.equal(true);
  });

  it('refuses what RE2 does not know', () => {
    for (const source of [
      '(?=a)',
      '(?!a)',
      '(?<=a)b',
      '(a)\\1',
      '(a',
      'a)',
      '[a',
      'a**',
      '*a',
      '[z-a]',
      'a{2000}',
      '\\pX',
      '\\',
      '\\q',
      'a{3,2}',
    ])
      expect(() => new Pattern(source), source).to.throw(SyntaxError);
  });

  it('takes linear time where backtracking takes forever', () => {
    const hostile = new Pattern('^(a+)+$');
    expect(hostile.test('a'.repeat(20_000) + 'b')).to.equal(false);
    expect(hostile.test('a'.repeat(20_000))).to.equal(true);
  });

  it('refuses patterns that blow up when written out, or are too long or too deep to be read', () => {
    expect(() => new Pattern('((a{1000}){1000}){1000}')).to.throw(/too large/);
    expect(() => new Pattern('a'.repeat(60_000))).to.throw(SyntaxError, /too large/);
    expect(() => new Pattern(`${'('.repeat(20_000)}${')'.repeat(20_000)}`)).to.throw(SyntaxError, /nests too deeply/);
  });

  it('makes nothing of nothing, however often it is repeated', () => {
    for (const source of ['(((){1000}){1000}){1000}', '((((){0,1000}){0,1000}){0,1000}){0,1000}'])
      expect([new Pattern(source).test(''), new Pattern(source).size < 3000], source).to.deep.equal([true, true]);
  });

  it('gives up when its effort is spent, and does not take that for an answer', () => {
    const wide = new Pattern('^((a|b|ab|ba){1,20}){1,20}c$');
    expect(wide.test('ab'.repeat(2000), new Effort(1000))).to.equal(undefined);
    expect(wide.test('abc', new Effort(0))).to.equal(undefined);
    expect(wide.test('abc', new Effort())).to.equal(true);
  });

  it('takes a step for each character where it has been before', () => {
    const name = new Pattern('^[a-z0-9]([-a-z0-9]*[a-z0-9])?$');
    for (let times = 0; times < 1000; times += 1) name.test('web-12');
    const effort = new Effort(1000);
    expect(name.test('web-12'.repeat(100), effort)).to.equal(true);
    expect(effort.spent).to.equal(false);
  });

  it('knows the same when it has to forget', () => {
    const pattern = new Pattern('(?:^|\\W)(a|b){0,200}[xyz]\\b');
    const texts = Array.from(
      { length: 400 },
      (_, index) =>
        `é ${index
          .toString(2)
          .replaceAll('0', 'a')
          .replaceAll('1', 'b')
          .repeat(index % 40)}${index % 3 ? 'x' : 'w'}`,
    );
    const engine = new RegExp('(?:^|\\W)(a|b){0,200}[xyz]\\b', 'u');
    for (const text of texts) expect(pattern.test(text), text).to.equal(engine.test(text));
  });
});
