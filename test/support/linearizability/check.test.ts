import { expect } from 'chai';
import fc from 'fast-check';
import { seededRandom } from '../../../lib/base/seeded-random.js';
import { checkHistory } from './check.js';
import { corruptions } from './corruptions.js';
import { goodHistory } from './generate.js';
import type { Action, Operation, Outcome, Scan, Seen } from './operation.js';

const at = (value: string, revision: number): NonNullable<Seen> => ({ value, revision });
const get: Action = { type: 'get' };
const put = (value: string, guard?: number): Action => ({ type: 'put', value, guard });
const remove = (guard?: number): Action => ({ type: 'delete', guard });
const read = (seen?: Seen): Outcome => ({ type: 'read', seen });
const written = (revision: number, removed?: Seen): Outcome => ({ type: 'written', revision, removed });
const refused = (code: 'Exists' | 'Conflict' | 'NotFound', seen?: Seen): Outcome => ({ type: 'refused', code, seen });
const unknown: Outcome = { type: 'unknown' };

/** Operations on `/k`: action, outcome, called, returned. */
type Line = readonly [Action, Outcome, number, number];

function failureOf(lines: readonly Line[], scans: readonly Scan[] = []): string | undefined {
  const operations: Operation[] = lines.map(([action, outcome, called, returned], client) => ({
    client,
    key: '/k',
    action,
    outcome,
    called,
    returned,
  }));
  return checkHistory({ operations, scans });
}

const accepts = (...lines: readonly Line[]) => expect(failureOf(lines)).to.equal(undefined);
const rejects = (...lines: readonly Line[]) => expect(failureOf(lines)).to.be.a('string');

describe('the linearizability checker', function () {
  this.timeout(60_000);

  it('knows a key that nobody has written', () => {
    accepts([get, read(), 1, 2], [remove(), refused('NotFound'), 3, 4], [put('a', 7), refused('NotFound'), 5, 6]);
    rejects([get, read(at('a', 2)), 1, 2]);
  });

  it('wants a read to see the write that went before', () => {
    accepts([put('a'), written(2), 1, 2], [get, read(at('a', 2)), 3, 4]);
    rejects([put('a'), written(2), 1, 2], [get, read(), 3, 4]);
    rejects([put('a'), written(2), 1, 2], [put('b'), written(3), 3, 4], [get, read(at('a', 2)), 5, 6]);
  });

  it('lets a read that overlaps a write see it or not, but none after it go back', () => {
    const write: Line = [put('b'), written(3), 3, 10];
    const first: Line = [put('a'), written(2), 1, 2];
    accepts(first, write, [get, read(at('a', 2)), 4, 5], [get, read(at('b', 3)), 6, 7]);
    rejects(first, write, [get, read(at('b', 3)), 4, 5], [get, read(at('a', 2)), 6, 7]);
    accepts(first, write, [get, read(at('b', 3)), 4, 7], [get, read(at('a', 2)), 5, 8]);
  });

  it('lets one of two compare-and-sets win', () => {
    const first: Line = [put('a', 0), written(2), 1, 2];
    accepts(first, [put('b', 2), written(3), 3, 8], [put('c', 2), refused('Conflict', at('b', 3)), 4, 7]);
    rejects(first, [put('b', 2), written(3), 3, 8], [put('c', 2), written(4), 4, 7]);
    rejects(first, [put('b', 2), refused('Conflict'), 3, 8], [put('c', 2), refused('Conflict'), 4, 7]);
  });

  it('wants every refusal to have had its reason', () => {
    rejects([put('a', 0), refused('Exists'), 1, 2]);
    rejects([put('a'), written(2), 1, 2], [put('b', 2), refused('NotFound'), 3, 4]);
    rejects([put('a'), written(2), 1, 2], [put('b', 7), refused('Conflict', at('c', 3)), 3, 4]);
    rejects([put('a'), written(2), 1, 2], [put('b', 2), refused('Conflict'), 3, 4]);
    rejects([put('a'), written(2), 1, 2], [remove(), refused('NotFound'), 3, 4]);
    accepts([put('a'), written(2), 1, 2], [put('b', 1), refused('Conflict', at('a', 2)), 3, 4]);
  });

  it('wants a delete to have found what it says it removed', () => {
    const first: Line = [put('a'), written(2), 1, 2];
    accepts(first, [remove(2), written(3, at('a', 2)), 3, 4], [get, read(), 5, 6]);
    rejects(first, [remove(2), written(3, at('a', 1)), 3, 4]);
    rejects(first, [put('b'), written(3), 3, 4], [remove(), written(4, at('a', 2)), 5, 6]);
    rejects([remove(), written(2), 1, 2]);
    rejects(first, [remove(), written(3), 3, 4], [remove(), written(4), 5, 6]);
  });

  it('lets a write without an answer land late, once, or never', () => {
    const first: Line = [put('a'), written(2), 1, 2];
    const lost: Line = [put('b'), unknown, 3, 4];
    accepts(first, lost, [get, read(at('a', 2)), 5, 6]);
    accepts(first, lost, [get, read(at('a', 2)), 5, 6], [get, read(at('b', 3)), 7, 8]);
    rejects(first, lost, [get, read(at('b', 3)), 5, 6], [get, read(at('a', 2)), 7, 8]);
    rejects(first, lost, [get, read(at('b', 3)), 5, 6], [put('c'), written(4), 7, 8], [get, read(at('b', 3)), 9, 10]);
    rejects([get, read(at('b', 3)), 1, 2], lost);
  });

  it('knows what a lost write may explain though nobody saw it', () => {
    const first: Line = [put('a'), written(2), 1, 2];
    accepts(first, [remove(), unknown, 3, 4], [put('b', 0), written(4), 5, 6]);
    rejects(first, [put('b', 0), written(4), 5, 6]);
    accepts([put('a'), unknown, 1, 2], [put('b', 0), refused('Exists'), 3, 4]);
    accepts(first, [put('b'), unknown, 3, 4], [put('c', 2), refused('Conflict'), 5, 6]);
    rejects(first, [put('b', 1), unknown, 3, 4], [put('c', 2), refused('Conflict'), 5, 6]); // its guard cannot have held
  });

  it('takes a write that was said to have failed at its word', () => {
    accepts([put('a'), { type: 'failed' }, 1, 2], [get, read(), 3, 4]);
    rejects([put('a'), { type: 'failed' }, 1, 2], [get, read(at('a', 2)), 3, 4]);
  });

  it('wants revisions to rise, each given once', () => {
    rejects([put('a'), written(3), 1, 2], [put('b'), written(2), 3, 4]);
    rejects([put('a'), written(2), 1, 4], [put('b'), written(2), 2, 3]);
    accepts([put('a'), written(3), 1, 4], [put('b'), written(2), 2, 3]);
    rejects([put('a'), written(2), 1, 2], [get, read(at('a', 3)), 3, 4]);
    rejects([put('a'), unknown, 1, 2], [get, read(at('a', 9)), 3, 4], [put('b'), written(8), 5, 6]);
  });

  it('wants revisions to rise across keys, too', () => {
    const base = { client: 0, action: put('a'), outcome: written(3), called: 1, returned: 2, key: '/one' };
    const other = { ...base, key: '/two', action: put('b'), outcome: written(2), called: 3, returned: 4 };
    expect(checkHistory({ operations: [base, other], scans: [] })).to.match(/revision 3 was there before this was called/);
    const same = { ...other, outcome: written(3), called: 1.5, returned: 4 };
    expect(checkHistory({ operations: [base, same], scans: [] })).to.match(/revision 3 was given twice/);
  });

  it('wants a scan to be of one moment, and no old one', () => {
    const first: Line = [put('a'), written(2), 1, 2];
    const second: Line = [put('b'), written(3), 5, 6];
    const scan = (revision: number, seen: Seen, called = 3, returned = 10): Scan => ({
      client: 9,
      revision,
      entries: new Map(seen ? [['/k', seen]] : []),
      called,
      returned,
    });
    expect(failureOf([first, second], [scan(2, at('a', 2))])).to.equal(undefined);
    expect(failureOf([first, second], [scan(3, at('b', 3))])).to.equal(undefined);
    expect(failureOf([first, second], [scan(2, undefined)])).to.match(/no order/);
    expect(failureOf([first, second], [scan(3, at('a', 2))])).to.match(/does not show/);
    expect(failureOf([first, second], [scan(2, at('b', 3))])).to.match(/and has \/k at 3/);
    expect(failureOf([first, second], [scan(2, at('a', 2), 7)])).to.match(/3 was there before/);
    expect(failureOf([first], [{ ...scan(2, at('a', 2)), entries: new Map([['/other', at('x', 2)]]) }])).to.match(/nobody wrote/);
  });

  it('shows where it got stuck', () => {
    const failure = failureOf([
      [put('a'), written(2), 1, 2],
      [put('b'), written(3), 3, 4],
      [get, read(at('a', 2)), 5, 6],
    ]);
    expect(failure).to.include('after 2 of 3');
    expect(failure).to.include('? c2 get /k: a@2 [5, 6]');
  });

  it('will not judge a history in which two puts write the same', () => {
    expect(() =>
      failureOf([
        [put('a'), written(2), 1, 2],
        [put('a'), written(3), 3, 4],
      ]),
    ).to.throw('two puts write a');
  });

  it('accepts whatever a right store may have answered', () => {
    fc.assert(
      fc.property(goodHistory({ maxLength: 120 }), (history) => {
        expect(checkHistory(history)).to.equal(undefined);
      }),
      { numRuns: 500 },
    );
  });

  it('accepts histories of many more operations, 64 at a time', () => {
    fc.assert(
      fc.property(goodHistory({ maxLength: 2000, keys: 2, spread: 32 }), (history) => {
        expect(checkHistory(history)).to.equal(undefined);
      }),
      { numRuns: 10 },
    );
  });

  for (const [what, corrupt] of Object.entries(corruptions)) {
    it(`notices that ${what}`, () => {
      let spoilt = 0;
      fc.assert(
        fc.property(goodHistory({ maxLength: 80 }), fc.integer(), (history, seed) => {
          const bad = corrupt(history, seededRandom(seed));
          if (bad === undefined) return;
          spoilt++;
          expect(checkHistory(bad)).to.be.a('string');
        }),
        { numRuns: 600 },
      );
      expect(spoilt, 'histories that could be spoilt').to.be.greaterThan(20);
    });
  }
});
