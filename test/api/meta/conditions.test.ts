import { expect } from 'chai';
import type { ConditionLike } from '../../../lib/api/meta/conditions.js';
import { conditionOf, withCondition } from '../../../lib/api/meta/conditions.js';

describe('conditions', () => {
  const first = Date.UTC(2024, 0, 1);
  const later = first + 60_000;

  it('are added with the time of the change', () => {
    const list = withCondition<ConditionLike>(undefined, { type: 'Ready', status: 'False', reason: 'Starting' }, first);
    expect(list).to.deep.equal([{ type: 'Ready', status: 'False', reason: 'Starting', lastTransitionTime: '2024-01-01T00:00:00Z' }]);
    expect(conditionOf(list, 'Ready')?.status).to.equal('False');
    expect(conditionOf(list, 'Other')).to.equal(undefined);
  });

  it('keep the time while the status stays, and take the new one when it changes', () => {
    const list = withCondition<ConditionLike>([], { type: 'Ready', status: 'False' }, first);
    const reworded = withCondition(list, { type: 'Ready', status: 'False', message: 'still' }, later);
    expect(conditionOf(reworded, 'Ready')?.lastTransitionTime).to.equal('2024-01-01T00:00:00Z');
    expect(conditionOf(withCondition(reworded, { type: 'Ready', status: 'True' }, later), 'Ready')?.lastTransitionTime).to.equal(
      '2024-01-01T00:01:00Z',
    );
  });

  it('are the same list when nothing changes, so that no write is needed', () => {
    const list = withCondition<ConditionLike>([], { type: 'Ready', status: 'True', reason: 'Fine' }, first);
    expect(withCondition(list, { type: 'Ready', status: 'True', reason: 'Fine' }, later)).to.equal(list);
    expect(withCondition(list, { type: 'Ready', status: 'True', reason: 'Other' }, later)).not.to.equal(list);
  });

  it('leave the others, and the list itself, as they were', () => {
    const list = Object.freeze([Object.freeze({ type: 'A', status: 'True' })]);
    expect(withCondition(list, { type: 'B', status: 'True' }, first).map(({ type }) => type)).to.deep.equal(['A', 'B']);
    expect(list).to.have.length(1);
  });
});
