import { expect } from 'chai';
import fc from 'fast-check';
import { checkKey } from './check.js';
import { goodHistory } from './generate.js';
import { type Operation, seenBy } from './operation.js';
import { type Register, registerModel } from './register.js';
import { linearize, type Model } from './search.js';

describe('the search for an order of operations', () => {
  /** A counter that answers with what it was before. */
  const counter: Model<number, { answer: number; called: number; returned: number }> = {
    initial: 0,
    keyOf: String,
    step: (state, { answer }) => (answer === state ? state + 1 : undefined),
  };
  const call = (answer: number, called: number, returned: number) => ({ answer, called, returned });

  it('finds the one order of operations that overlap', () => {
    const [c, b, a] = [call(2, 1, 10), call(1, 2, 9), call(0, 3, 8)];
    expect(linearize(counter, [c, b, a])).to.deep.equal({ linearizable: true, order: [a, b, c] });
  });

  it('does not put an operation before one that had returned when it was called', () => {
    const [late, early] = [call(1, 1, 2), call(0, 3, 4)];
    expect(linearize(counter, [late, early])).to.deep.equal({ linearizable: false, order: [], stuck: [late] });
  });

  it('takes one that was called when the other returned as overlapping', () => {
    expect(linearize(counter, [call(1, 1, 3), call(0, 2, 4)]).linearizable).to.equal(true);
  });

  it('lets an operation without an answer happen late, or never', () => {
    const lost = { ...call(1, 1, Infinity) };
    const late = linearize(counter, [lost, call(0, 2, 3), call(2, 4, 5)]);
    expect(late.linearizable && late.order.map(({ answer }) => answer)).to.deep.equal([0, 1, 2]);
    expect(linearize(counter, [lost, call(0, 2, 3), call(1, 4, 5)]).linearizable).to.equal(true);
    expect(linearize(counter, [lost, call(0, 2, 3), call(3, 4, 5)]).linearizable).to.equal(false);
  });

  it('tries no pair of placed operations and state twice', () => {
    const many = Array.from({ length: 12 }, (_, i) => call(-1, i, 100)); // 12! orders of 2^12 sets, before one that never fits
    const blind: typeof counter = { ...counter, step: (state, { answer }) => (answer === -1 ? state + 1 : undefined) };
    expect(linearize(blind, [...many, call(5, 12, 100)], { limit: 12 * 2 ** 12 + 13 * 2 ** 12 }).linearizable).to.equal(false);
  });

  it('gives up rather than run for ever', () => {
    const many = Array.from({ length: 40 }, (_, i) => call(-1, i, 100));
    const blind: typeof counter = { ...counter, step: (state, { answer }) => (answer === -1 ? state + 1 : undefined) };
    expect(() => linearize(blind, [...many, call(5, 41, 100)], { limit: 10_000 })).to.throw('undecided after 10000 steps');
  });

  it('has nothing against no operations', () => {
    expect(linearize(counter, [])).to.deep.equal({ linearizable: true, order: [] });
  });

  it('agrees with trying all orders, on small histories right and wrong', () => {
    const verdicts = { right: 0, wrong: 0 };
    fc.assert(
      fc.property(spoilt, (operations) => {
        const expected = anyOrderHolds(operations);
        verdicts[expected ? 'right' : 'wrong']++;
        expect(checkKey(operations) === undefined).to.equal(expected);
      }),
      { numRuns: 3000 },
    );
    expect(verdicts.right).to.be.greaterThan(100);
    expect(verdicts.wrong).to.be.greaterThan(100);
  });

  /** Up to six operations on one key, of which some have the answer of another. */
  const spoilt = fc
    .tuple(
      goodHistory({ maxLength: 6, keys: 1, spread: 3, scans: false }),
      fc.array(fc.tuple(fc.nat(5), fc.nat(5)), { minLength: 1, maxLength: 3 }),
    )
    .map(([{ operations }, swaps]) =>
      swaps.reduce((spoiled, [to, from]) => {
        const source = operations[from];
        return spoiled.map((one, i) => (i === to && source && sameKind(one, source) ? { ...one, outcome: source.outcome } : one));
      }, operations),
    );
});

function sameKind(a: Operation, b: Operation): boolean {
  return (a.action.type === 'get') === (b.action.type === 'get');
}

/** Tries them all, by definition: no memory, no shortcuts. */
function anyOrderHolds(operations: readonly Operation[]): boolean {
  const model = registerModel(new Map(operations.flatMap(seenBy).map(({ value, revision }) => [value, revision])));
  const holds = (state: Register, left: readonly Operation[]): boolean => {
    if (left.every(({ outcome }) => outcome.type === 'unknown')) return true;
    return left.some((next) => {
      const rest = left.filter((one) => one !== next);
      if (rest.some(({ outcome, returned }) => outcome.type !== 'unknown' && returned < next.called)) return false;
      const after = model.step(state, next);
      return after !== undefined && holds(after, rest);
    });
  };
  return holds(
    model.initial,
    operations.filter(({ outcome }) => outcome.type !== 'failed'),
  );
}
