import { expect } from 'chai';
import { ruleCosts } from '../../../lib/api/cel/schema/rule-program.js';
import { ruleTreeOf } from '../../../lib/api/cel/schema/rule-tree.js';
import type { Schema } from '../../../lib/api/schema/schema.js';

type Limited = (most: number | undefined) => Schema;

const of = (type: string, format?: string): Schema => {
  if (type === 'int-or-string') return { 'x-kubernetes-int-or-string': true };
  return { type: type as 'string', ...(format === undefined ? {} : { format }) };
};
const text: Limited = (maxLength) => ({ type: 'string', ...(maxLength === undefined ? {} : { maxLength }) });
const listOf =
  (items: Schema): Limited =>
  (maxItems) => ({ type: 'array', items, ...(maxItems === undefined ? {} : { maxItems }) });
const mapOf =
  (values: Schema): Limited =>
  (maxProperties) => ({ type: 'object', additionalProperties: values, ...(maxProperties === undefined ? {} : { maxProperties }) });
const required: Schema = {
  type: 'object',
  properties: { required: { type: 'string' }, optional: { type: 'string' } },
  required: ['required'],
};

function costOf(schema: Schema, rule: string): number {
  const tree = ruleTreeOf({ ...schema, 'x-kubernetes-validations': [{ rule }] }, false)!;
  expect(tree.rules[0]!.error, rule).to.equal(undefined);
  return ruleCosts(tree.rules[0]!, tree.declared).rule;
}

/** What the real server's own tests expect: without limits, and with the limit given. */
const FACTS: readonly (readonly [what: string, schema: Limited, rule: string, unlimited: number, most: number, limited: number])[] = [
  ['numbers', listOf(of('number')), 'self.all(x, true)', 4_718_591, 10, 32],
  ['texts', listOf(of('string')), 'self.all(x, true)', 3_145_727, 20, 62],
  ['truths', listOf(of('boolean')), 'self.all(x, true)', 1_887_437, 5, 17],
  ['lists of numbers', listOf(listOf(of('number'))(undefined)), 'self.all(x, true)', 3_145_727, 100, 302],
  ['objects with a required field', listOf(required), 'self.all(x, true)', 555_128, 50, 152],
  ['a map of numbers', mapOf(of('number')), 'self.all(x, true)', 1_348_169, 10, 32],
  ['a map of texts', mapOf(of('string')), 'self.all(x, true)', 1_179_647, 3, 11],
  ['a map of truths', mapOf(of('boolean')), 'self.all(x, true)', 943_718, 100, 302],
  ['contains', text, "self.contains('test')", 314_574, 10, 5],
  ['startsWith', text, "self.startsWith('test')", 2, 15, 2],
  ['endsWith', text, "self.endsWith('test')", 2, 30, 2],
  ['texts joined', text, 'size(self + "hello") > size("hello")', 314_578, 4, 7],
  ['an index of numbers', listOf(of('number')), 'self[1] == 0.0', 2, 5000, 2],
  ['an index of texts', listOf(of('string')), 'self[1] == self[1]', 314_577, 8, 314_577],
  ['a simple pattern', text, 'self.matches("x")', 314_574, 50, 22],
  ['a pattern on no text', text, '"".matches("(((((((((())))))))))[0-9]")', 7, 10, 7],
  ['an empty pattern', text, 'self.matches("")', 1, 100, 1],
  ['a text compared', text, 'self == "x"', 2, 0, 1],
  ['numbers compared', listOf(of('number')), 'self.all(x, x == 0.0)', 6_291_454, 3 * 1024 * 2048, 25_165_826],
  ['integers or texts', listOf(of('int-or-string')), 'self.all(x, true)', 4_718_591, 10, 32],
  ['an index of integers or texts', listOf(of('int-or-string')), 'self[0] == 5', 3, 10, 3],
  ['an index of lists of numbers', listOf(listOf(of('number'))(undefined)), 'self[0][0] == -1.0', 3, 51, 3],
  ['maps of numbers', listOf(mapOf(of('number'))(undefined)), 'self.all(x, x.y == 25.2)', 6_291_452, 12, 74],
  ['an index of maps of numbers', listOf(mapOf(of('number'))(undefined)), 'self[0].x > 2.0', 4, 3000, 4],
  ['durations', listOf(of('string', 'duration')), 'self.all(x, true)', 2_359_295, 5, 17],
  ['hours of a duration', listOf(of('string', 'duration')), 'self[0].getHours() == 2', 4, 525, 4],
  ['dates', listOf(of('string', 'date')), 'self.all(x, true)', 725_936, 15, 47],
  ['times', listOf(of('string', 'date-time')), 'self.all(x, true)', 428_963, 25, 77],
  ['minutes of a time', listOf(of('string', 'date-time')), 'self[2].getMinutes() == 45', 4, 99, 4],
  ['a map of durations', mapOf(of('string', 'duration')), 'self.all(x, true)', 1_048_577, 5, 17],
  ['a map of dates', mapOf(of('string', 'date')), 'self.all(x, true)', 524_288, 10, 32],
  ['a map of times', mapOf(of('string', 'date-time')), 'self.all(x, true)', 349_526, 25, 77],
  ['find', text, "self.find('[0-9]+') == ''", 629_147, 10, 11],
  ['a join', (most) => listOf(text(most))(most), "self.join(' ') == 'aa bb'", 329_853_068_905, 10, 43],
];

describe('the estimated cost of a rule', () => {
  for (const [what, schema, rule, unlimited, most, limited] of FACTS)
    it(`is that of the real server: ${what}`, () => {
      expect(costOf(schema(undefined), rule)).to.equal(unlimited);
      expect(costOf(schema(most), rule)).to.equal(limited);
    });

  it('grows with the power of nested loops', () => {
    const numbers = listOf(of('number'))(10);
    expect(costOf(numbers, 'self.all(x, self.all(y, true))')).to.equal(352);
    expect(costOf(numbers, 'self.all(x, self.all(y, self.all(z, true)))')).to.equal(3552);
  });

  it('allows just as many items as a server of 1.36 does, by the length of each', () => {
    for (const [maxLength, mostItems] of [
      [16, 909_090],
      [63, 333_333],
      [253, 94_339],
      [1024, 24_154],
    ] as const) {
      const costFor = (items: number) => costOf(listOf(text(maxLength))(items), "self.all(x, x.contains('gpu'))");
      expect(costFor(mostItems), `${maxLength}`).to.be.at.most(10_000_000);
      expect(costFor(mostItems + 1), `${maxLength}`).to.be.above(10_000_000);
    }
  });

  it('is beyond all limits where texts of no known length are joined', () => {
    const object: Schema = { type: 'object', properties: { min: { type: 'integer' } } };
    expect(costOf(object, "'min ' + string(self.min) != ''")).to.be.above(1e9);
    expect(costOf(listOf(text(5))(5), "self.map(x, x.trim()).join(',') != ''")).to.be.above(1e9);
  });

  it('does not explode with parts that stand at several places', () => {
    const chain = (length: number) => `optional.of(self)${'.optMap(x, x + 1)'.repeat(length)}.orValue(0) > 0`;
    expect(costOf({ type: 'integer' }, chain(100))).to.be.above(1e9);
    expect(costOf({ type: 'integer' }, chain(2))).to.be.below(1000);
  });
});
