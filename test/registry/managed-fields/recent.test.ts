import { expect } from 'chai';
import { inOnePiece, Recent } from '../../../lib/registry/stored/managed-fields/recent.js';

describe('Recent', () => {
  const kept = (recent: Recent<string, number>, keys: string) => [...keys].filter((key) => recent.get(key) !== undefined).join('');

  it('forgets what was not used while as many others came as it holds', () => {
    const recent = new Recent<string, number>(2);
    recent.set('a', 1);
    recent.set('b', 1);
    recent.set('c', 1);
    expect(recent.get('a'), 'used').to.equal(1);
    recent.set('d', 1);
    expect(kept(recent, 'b')).to.equal('');
    expect(kept(recent, 'dac')).to.equal('dac');
  });

  it('holds fewer entries when some weigh more', () => {
    const recent = new Recent<string, number>(4);
    for (const key of 'abcdef') recent.set(key, 1, 2);
    expect(kept(recent, 'ab')).to.equal('');
    expect(kept(recent, 'efd')).to.equal('efd');
  });

  it('does not hold what weighs more than all it may hold, nor forgets others for it', () => {
    const recent = new Recent<string, number>(2);
    recent.set('a', 1);
    recent.set('b', 1, 3);
    expect(kept(recent, 'ab')).to.equal('a');
  });

  it('keeps texts as they are, halves of characters too', () => {
    for (const text of ['', 'a"\\\n', 'é\u2028', '\ud83d\ude00', '\ud800']) expect(inOnePiece(text)).to.equal(text);
  });
});
