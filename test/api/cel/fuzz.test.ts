import { expect } from 'chai';
import fc from 'fast-check';
import { estimateCost } from '../../../lib/api/cel/cost-estimate.js';
import { kubernetesFunctions } from '../../../lib/api/cel/functions/kubernetes.js';
import { CostExceeded, Meter } from '../../../lib/api/cel/meter.js';
import { CompilationError, Program } from '../../../lib/api/cel/program.js';
import { DYN } from '../../../lib/api/cel/types.js';
import { EXPRESSIONS } from './expression-table.js';

const environment = { variables: new Map([['self', DYN]]), functions: kubernetesFunctions };
const known = Object.values(EXPRESSIONS)
  .flat()
  .map(([expression]) => expression);

/** Compiles, prices and runs it; all that may be thrown is that it does not compile or costs too much. */
function run(expression: string): void {
  try {
    const program = new Program(expression, environment);
    expect(estimateCost(program.checked, undefined)).to.be.at.least(0);
    program.evaluate((name) => (name === 'self' ? 'x' : undefined), new Meter(10_000));
  } catch (error) {
    if (!(error instanceof CompilationError) && !(error instanceof CostExceeded)) throw error;
  }
}

describe('expressions of any kind', () => {
  it('made of words in any order compile or are refused', () => {
    const words = [
      'self',
      '1',
      '2u',
      '1.5',
      "'a'",
      "b'a'",
      '[',
      ']',
      '{',
      '}',
      '(',
      ')',
      '.',
      ',',
      ':',
      '?',
      '+',
      '-',
      '*',
      '&&',
      '||',
      '!',
      '==',
      '<',
      'in',
      'x',
      'map',
      'all',
      'has',
      'size',
      'optMap',
      'null',
      'cel.bind',
      '__proto__',
      'constructor',
      'toString',
      'type',
      'dyn',
    ];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...words), { maxLength: 20 }), (parts) => run(parts.join(' '))),
      { numRuns: 3000 },
    );
  });

  it('made of pieces of right ones compile or are refused, and run', () => {
    const piece = fc
      .tuple(fc.constantFrom(...known), fc.nat(60), fc.nat(60))
      .map(([text, from, length]) => text.slice(from, from + length));
    const mixed = fc
      .tuple(fc.constantFrom(...known), piece, fc.nat(60))
      .map(([text, part, at]) => text.slice(0, at) + part + text.slice(at));
    fc.assert(
      fc.property(
        fc.oneof(
          mixed,
          fc.tuple(mixed, mixed).map(([a, b]) => `[${a}, ${b}]`),
        ),
        run,
      ),
      { numRuns: 5000 },
    );
  });

  it('of any characters compile or are refused', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 40 }), run), { numRuns: 2000 });
  });

  it('of great depth or length are refused, and do not overflow the stack', () => {
    for (const deep of [
      '('.repeat(50_000),
      '['.repeat(50_000),
      '-('.repeat(30_000),
      '!'.repeat(90_000) + 'true',
      '1' + '+1'.repeat(40_000),
      'self' + '.a'.repeat(40_000),
      'self' + '[0]'.repeat(30_000),
      '{1:'.repeat(30_000),
      'true?'.repeat(20_000),
      'a'.repeat(200_000),
    ])
      expect(() => run(deep), deep.slice(0, 10)).not.to.throw();
    const terms = Array.from({ length: 5000 }, (_, index) => `self == ${index}`).join(' || ');
    expect(new Program(terms, environment).evaluate(() => 4999n, new Meter(1_000_000))).to.equal(true);
  });
});
