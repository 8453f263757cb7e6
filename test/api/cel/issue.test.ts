import { expect } from 'chai';
import { issuesText } from '../../../lib/api/cel/issue.js';

describe('Issues of an expression', () => {
  const at = (offset: number, message = 'bad') => ({ offset, message });

  it('are printed in the order of their places, with their lines and marks', () => {
    expect(issuesText('a\n\tb + c', [at(7, 'second'), at(3, 'first'), at(0, 'none')])).to.equal(
      ['none\n | a\n | ^', 'first\n |  b + c\n | .^', 'second\n |  b + c\n | .....^'].map((text, index) => `ERROR: <input>:${['1:1', '2:2', '2:6'][index]}: ${text}`).join('\n'),
    ); // prettier-ignore
  });

  it('have wide marks below wide characters', () => {
    expect(issuesText('a好b吗', [at(2), at(3)])).to.equal(
      'ERROR: <input>:1:3: bad\n | a好b吗\n | .\uff0e^\nERROR: <input>:1:4: bad\n | a好b吗\n | .\uff0e.\uff3e',
    );
  });

  it('are the first hundred that were found, and a count of the others', () => {
    const text = issuesText('x', [...Array.from({ length: 100 }, (_, index) => at(0, `n${index}`)), at(0, 'late'), at(0, 'later')]);
    expect(text).to.match(/: n0\n[^]*: n99\n | x\n | \^\n2 more errors were truncated$/);
    expect(text).not.to.contain('late');
  });

  it('come without lines of more than 16 KiB', () => {
    const text = issuesText(`short\n${'x'.repeat(16_385)}`, [at(0), at(6)]);
    expect(text).to.equal('ERROR: <input>:1:1: bad\n | short\n | ^\nERROR: <input>:2:1: bad');
  });

  it('make no text many times as long as the expression', () => {
    const source = 'x'.repeat(16_000);
    const text = issuesText(
      source,
      Array.from({ length: 100 }, (_, index) => at(index * 100)),
    );
    expect(text.length).to.be.below(10 * source.length);
    expect(text).to.match(/\n\d+ more errors were truncated$/);
  });
});
