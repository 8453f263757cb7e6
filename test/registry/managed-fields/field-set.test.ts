import { expect } from 'chai';
import fc from 'fast-check';
import type { FieldSet } from '../../../lib/registry/stored/managed-fields/field-set.js';
import {
  difference,
  differenceBelow,
  fieldAt,
  hasField,
  intersection,
  isLeaf,
  isMember,
  NO_FIELDS,
  nodeOf,
  numberOf,
  printFields,
  union,
} from '../../../lib/registry/stored/managed-fields/field-set.js';
import { canonicalElement, compareElements, keyElement } from '../../../lib/registry/stored/managed-fields/path-element.js';

const element = fc.constantFrom('f:a', 'f:b', 'f:constructor', 'k:{"n":1}', 'k:{"n":10}', 'v:"x"');
const path = fc.array(element, { minLength: 1, maxLength: 4 });
const paths = fc.array(path, { maxLength: 8 });

const setOf = (list: readonly (readonly string[])[]) => list.reduce((set, one) => union(set, fieldAt(one)), NO_FIELDS);
const text = (one: readonly string[]) => one.join('|');
const textsOf = (list: readonly (readonly string[])[]) => new Set(list.map(text));

/** The paths in a set, as texts. */
function members(set: FieldSet, prefix: readonly string[] = []): string[] {
  return Object.keys(set)
    .filter((one) => one !== '.')
    .flatMap((one) => {
      const at = [...prefix, one];
      return [...(isMember(set[one]!) ? [text(at)] : []), ...members(set[one]!, at)];
    });
}

describe('a set of fields', () => {
  const forAll = (check: (a: string[][], b: string[][]) => void) => fc.assert(fc.property(paths, paths, check), { numRuns: 500 });

  it('holds the paths that were put in, whatever stands below them', () => {
    forAll((a, b) => {
      const set = setOf(a);
      expect(new Set(members(set))).to.deep.equal(textsOf(a));
      for (const one of [...a, ...b]) expect(hasField(set, one)).to.equal(textsOf(a).has(text(one)));
    });
  });

  it('joins, meets and takes away as sets of paths do', () => {
    forAll((a, b) => {
      const [left, right] = [setOf(a), setOf(b)];
      const [mine, theirs] = [textsOf(a), textsOf(b)];
      expect(new Set(members(union(left, right)))).to.deep.equal(new Set([...mine, ...theirs]));
      expect(new Set(members(intersection(left, right)))).to.deep.equal(new Set([...mine].filter((one) => theirs.has(one))));
      expect(new Set(members(difference(left, right)))).to.deep.equal(new Set([...mine].filter((one) => !theirs.has(one))));
      const below = [...mine].filter((one) => ![...theirs].some((other) => one === other || one.startsWith(`${other}|`)));
      expect(new Set(members(differenceBelow(left, right)))).to.deep.equal(new Set(below));
    });
  });

  it('is the same tree where nothing changes', () => {
    forAll((a, b) => {
      const set = setOf(a);
      expect(union(set, intersection(set, setOf(b)))).to.equal(set);
      expect(difference(set, difference(setOf(b), set))).to.equal(set);
      expect(isLeaf(difference(set, set))).to.equal(true);
    });
  });

  it('is one with an equal set that was made lately, in any order', () => {
    const list = [['f:a'], ['f:b', 'k:{"n":1}'], ['f:b', 'v:"x"', 'f:c'], ['f:b']];
    expect(setOf([...list].reverse())).to.equal(setOf(list));
  });

  it('of thousands of fields is not shared, but equal all the same', () => {
    const wide = () => nodeOf(Object.fromEntries(Array.from({ length: 1500 }, (_, index) => [`f:${index}`, NO_FIELDS])))!;
    const [one, other] = [wide(), wide()];
    expect([numberOf(one), one === other]).to.deep.equal([undefined, false]);
    expect(isLeaf(difference(one, other))).to.equal(true);
    expect(union(one, other)).to.equal(one);
    expect(Object.keys(intersection(one, fieldAt(['f:7', 'f:a'])))).to.deep.equal([]);
    expect(Object.keys(difference(one, fieldAt(['f:7'])))).to.have.length(1499);
  });

  it('is not mistaken for another, whatever its names hold', () => {
    expect(setOf([['f:a'], ['f:b']])).to.deep.equal({ 'f:a': {}, 'f:b': {} });
    expect(setOf([['f:a0;f:b']])).to.deep.equal({ 'f:a0;f:b': {} });
  });

  it('is written in the order of Kubernetes: the field itself, members, keys by their values', () => {
    const set = setOf([['k:{"n":10}'], ['v:"x"'], ['f:b'], ['f:b', 'f:c'], ['k:{"n":9}'], ['f:a']]);
    expect(JSON.stringify(set)).to.equal('{"f:a":{},"f:b":{".":{},"f:c":{}},"k:{\\"n\\":9}":{},"k:{\\"n\\":10}":{},"v:\\"x\\"":{}}');
  });

  it('prints its paths as conflicts show them, a level before what is below it', () => {
    const set = setOf([['f:a', 'k:{"name":"web","port":80}', 'f:x'], ['f:a', 'v:"one"'], ['f:b'], ['f:c', 'i:3']]);
    expect(printFields(set)).to.deep.equal(['.b', '.a[="one"]', '.a[name="web",port=80].x', '.c[3]']);
  });
});

describe('a step of a path', () => {
  it('has one form, however a client wrote it', () => {
    expect(canonicalElement('k:{ "b":1, "a":"x" }')).to.equal(keyElement(['a', 'b'], (name) => ({ a: 'x', b: 1 })[name]));
    expect(canonicalElement('v: "\\u0061"')).to.equal('v:"a"');
    expect(canonicalElement('f:any thing')).to.equal('f:any thing');
  });

  for (const bad of ['', 'x', 'k:', 'k:[]', 'k:1', 'k:{', 'v:', 'v:nope', 'i:x', 'q:a']) {
    it(`is not ${JSON.stringify(bad)}`, () => expect(canonicalElement(bad)).to.equal(undefined));
  }

  it('is ordered: any two of different texts stand one before the other, always the same way', () => {
    fc.assert(
      fc.property(element, element, element, (a, b, c) => {
        expect(Math.sign(compareElements(a, b))).to.equal(-Math.sign(compareElements(b, a)) + 0);
        if (compareElements(a, b) <= 0 && compareElements(b, c) <= 0) expect(compareElements(a, c)).to.be.at.most(0);
      }),
    );
  });
});
