import { expect } from 'chai';
import { kubernetesFunctions } from '../../../lib/api/cel/functions/kubernetes.js';
import { Meter } from '../../../lib/api/cel/meter.js';
import { CompilationError, Program } from '../../../lib/api/cel/program.js';
import { EXPRESSIONS } from './expression-table.js';
import { plain } from './plain.js';

const environment = { variables: new Map(), functions: kubernetesFunctions };

function outcomeOf(expression: string): unknown {
  try {
    return plain(new Program(expression, environment).evaluate(() => undefined, new Meter(1_000_000)));
  } catch (error) {
    if (error instanceof CompilationError) return { refused: error.message };
    throw error;
  }
}

describe('expressions mean what the definitions of CEL and of the libraries of Kubernetes say', () => {
  it('of which there are at least 300', () => {
    expect(Object.values(EXPRESSIONS).flat().length).to.be.at.least(300);
  });

  for (const [about, cases] of Object.entries(EXPRESSIONS))
    describe(about, () => {
      for (const [expression, expected] of cases)
        it(expression || 'nothing', () => {
          const outcome = outcomeOf(expression);
          const words = expected as { readonly fault?: string; readonly refused?: string } | null;
          if (typeof words === 'object' && words !== null && (words.fault ?? words.refused) !== undefined) {
            const kind = words.fault === undefined ? 'refused' : 'fault';
            expect(outcome).to.have.property(kind).that.includes(words[kind]);
          } else expect(outcome).to.deep.equal(expected);
        });
    });
});
