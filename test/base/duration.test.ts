import { expect } from 'chai';
import { parseDuration } from '../../lib/base/duration.js';

describe('parseDuration', () => {
  const cases: readonly [number | string, number][] = [
    [1500, 1500],
    [0, 0],
    ['0', 0],
    ['250ms', 250],
    ['10s', 10_000],
    ['5m', 300_000],
    ['1h30m', 5_400_000],
    ['1.5h', 5_400_000],
    ['.5s', 500],
    ['-2s', -2000],
    ['+1m1s1ms', 61_001],
    ['2us', 0.002],
    ['2µs', 0.002],
  ];
  for (const [text, milliseconds] of cases)
    it(`reads ${JSON.stringify(text)} as ${milliseconds} ms`, () => expect(parseDuration(text)).to.be.closeTo(milliseconds, 1e-9));

  for (const text of ['', '5', '5x', '1h 30m', 's', '.s', 'abc', '1d', '--1s', NaN, Infinity])
    it(`refuses ${JSON.stringify(text)} (${String(text)})`, () =>
      expect(() => parseDuration(text)).to.throw(RangeError, 'invalid duration'));
});
