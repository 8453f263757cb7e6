import { expect } from 'chai';
import { labelSelectorOf, parseLabelSelector, selectorFromMap } from '../../../lib/api/meta/label-selector.js';
import { StatusError } from '../../../lib/api/status-error.js';

const refusal = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    if (StatusError.is(error, 'BadRequest')) return error.message;
    throw error;
  }
  throw new Error('it was accepted');
};

describe('label selectors', () => {
  const web = { app: 'web', tier: 'front', n: '5' };
  const matches = (text: string, labels: Record<string, string> | undefined = web) => parseLabelSelector(text).matches(labels);

  it('compare by equality, in all three spellings', () => {
    expect(matches('app=web')).to.equal(true);
    expect(matches('app==web')).to.equal(true);
    expect(matches('app!=web')).to.equal(false);
    expect(matches('app=db')).to.equal(false);
  });

  it('look for values in sets', () => {
    expect(matches('app in (web, db)')).to.equal(true);
    expect(matches('app notin (web,db)')).to.equal(false);
    expect(matches('app in (,web)')).to.equal(true);
    expect(parseLabelSelector('x in (,b)').matches({ x: '' })).to.equal(true);
  });

  it('take != and notin as true when the key is absent, = and in as false', () => {
    expect(matches('gone!=x')).to.equal(true);
    expect(matches('gone notin (x)')).to.equal(true);
    expect(matches('gone=')).to.equal(false);
    expect(matches('gone in (x)')).to.equal(false);
    expect(matches('gone!=x', undefined)).to.equal(true);
  });

  it('ask whether a key exists', () => {
    expect(matches('app')).to.equal(true);
    expect(matches('!app')).to.equal(false);
    expect(matches('!gone')).to.equal(true);
  });

  it('compare numbers, and fail on what is none', () => {
    expect(matches('n>4')).to.equal(true);
    expect(matches('n<5')).to.equal(false);
    expect(matches('app>1')).to.equal(false);
  });

  it('need all terms to hold', () => {
    expect(matches('app=web,tier=front,!gone')).to.equal(true);
    expect(matches('app=web,tier=back')).to.equal(false);
  });

  it('match everything when empty, and say so', () => {
    expect(parseLabelSelector('').empty).to.equal(true);
    expect(parseLabelSelector('').matches(undefined)).to.equal(true);
    expect(parseLabelSelector('a').empty).to.equal(false);
  });

  it('never look at members that an object has by birth', () => {
    expect(matches('constructor')).to.equal(false);
    expect(matches('toString!=x')).to.equal(true);
  });

  it('take "in" as a key or a value where a name is due', () => {
    expect(parseLabelSelector('in in (in)').matches({ in: 'in' })).to.equal(true);
  });

  it('print themselves so that they can be parsed again, sorted by key', () => {
    const text = parseLabelSelector('z = 1 , a in (y,x), !b , c, n > 4').toString();
    expect(text).to.equal('a in (x,y),!b,c,n>4,z=1');
    expect(parseLabelSelector(text).toString()).to.equal(text);
  });

  it('refuse bad syntax in the words of Kubernetes', () => {
    expect(refusal(() => parseLabelSelector('a b'))).to.equal(
      "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt",
    );
    expect(refusal(() => parseLabelSelector('a,'))).to.equal("found '', expected: identifier after ','");
    expect(refusal(() => parseLabelSelector('=a'))).to.equal("found '=', expected: !, identifier, or 'end of string'");
    expect(refusal(() => parseLabelSelector('a in (x'))).to.equal("unable to parse requirement: found '', expected: ',' or ')'");
    expect(refusal(() => parseLabelSelector('a in x'))).to.equal("unable to parse requirement: found 'x' expected: '('");
    expect(refusal(() => parseLabelSelector('a=b c'))).to.equal("found 'c', expected: ',' or 'end of string'");
  });

  it('refuse keys, values and numbers that no label can have', () => {
    expect(refusal(() => parseLabelSelector('x$'))).to.match(
      /^unable to parse requirement: <nil>: Invalid value: "x\$": name part must consist/,
    );
    expect(refusal(() => parseLabelSelector('a=-b'))).to.match(/values\[0\]\[a\]: Invalid value: "-b": a valid label must be/);
    expect(refusal(() => parseLabelSelector('a>x'))).to.match(/values\[0\]: Invalid value: "x": for 'Gt', 'Lt' operators/);
    expect(refusal(() => parseLabelSelector(`${'a'.repeat(64)}=b`))).to.match(/no more than 63 characters/);
  });

  it('come from the selector of a workload: absent selects nothing, empty everything', () => {
    expect(labelSelectorOf(undefined).matches({})).to.equal(false);
    expect(labelSelectorOf({}).empty).to.equal(true);
    const selector = labelSelectorOf({
      matchLabels: { app: 'web' },
      matchExpressions: [
        { key: 'tier', operator: 'In', values: ['front'] },
        { key: 'gone', operator: 'DoesNotExist' },
      ],
    });
    expect(selector.matches(web)).to.equal(true);
    expect(selector.matches({ app: 'web' })).to.equal(false);
    expect(refusal(() => labelSelectorOf({ matchExpressions: [{ key: 'a', operator: 'Like' }] }))).to.equal(
      '"Like" is not a valid label selector operator',
    );
  });

  it('come from a plain map', () => {
    expect(selectorFromMap({ app: 'web' }).matches(web)).to.equal(true);
    expect(selectorFromMap({ app: 'db' }).matches(web)).to.equal(false);
    expect(selectorFromMap(undefined).matches(web)).to.equal(false);
    expect(selectorFromMap({}).empty).to.equal(true);
  });
});
