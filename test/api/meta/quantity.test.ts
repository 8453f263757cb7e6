import { expect } from 'chai';
import fc from 'fast-check';
import { Quantity } from '../../../lib/api/meta/quantity.js';

describe('Quantity', () => {
  const canonical = (text: string | number) => Quantity.parse(text).toString();

  it('prints the canonical form, in the family it came from', () => {
    const forms: [string | number, string][] = [
      ['1024Mi', '1Gi'],
      ['1.5Gi', '1536Mi'],
      ['1000Mi', '1000Mi'],
      ['1024', '1024'],
      ['12e2', '1200'],
      ['129e6', '129e6'],
      ['1e3', '1e3'],
      ['0.1Gi', '107374182400m'],
      ['1.1Ki', '1126400m'],
      ['.5', '500m'],
      ['1500m', '1500m'],
      ['1000m', '1'],
      ['1000000k', '1G'],
      ['2.50', '2500m'],
      ['0', '0'],
      ['0Gi', '0'],
      ['-1.5', '-1500m'],
      [1000, '1k'],
      [0.1, '100m'],
      ['100u', '100u'],
      ['1Ki', '1Ki'],
      ['0.5Ki', '512'],
    ];
    for (const [text, form] of forms) expect(canonical(text), String(text)).to.equal(form);
  });

  it('rounds what is finer than a billionth up, and ends binary ones at 2^63 - 1', () => {
    expect(canonical('0.1n')).to.equal('1n');
    expect(canonical('9999999999999Ei')).to.equal('9223372036854775807');
  });

  it('refuses what is no quantity', () => {
    for (const text of ['', '.', 'x', '1x', '1 Gi', '--1', '1e', '1Kii', '0x1', '1e999', 'Infinity', 'NaN'])
      expect(() => Quantity.parse(text), text).to.throw(RangeError);
    expect(Quantity.tryParse('x')).to.equal(undefined);
  });

  it('adds and subtracts exactly', () => {
    expect(Quantity.parse('0.1').add(Quantity.parse('0.2')).toString()).to.equal('300m');
    expect(Quantity.parse('1Gi').subtract(Quantity.parse('1Mi')).toString()).to.equal('1023Mi');
    expect(Quantity.parse('1').subtract(Quantity.parse('2')).toString()).to.equal('-1');
    expect(Quantity.zero.add(Quantity.parse('1Gi')).toString()).to.equal('1Gi');
    const sum = Array.from({ length: 1000 }, () => Quantity.parse('1m')).reduce((a, b) => a.add(b), Quantity.zero);
    expect(sum.toString()).to.equal('1');
  });

  it('compares by value, whatever the spelling', () => {
    expect(Quantity.parse('1000m').compare(Quantity.parse('1'))).to.equal(0);
    expect(Quantity.parse('1Gi').compare(Quantity.parse('1G'))).to.be.greaterThan(0);
    expect(Quantity.parse('-1').compare(Quantity.parse('0'))).to.be.lessThan(0);
    expect(Quantity.parse('0').isZero()).to.equal(true);
    expect(Quantity.parse('-3').sign()).to.equal(-1);
  });

  it('gives whole numbers rounded up', () => {
    expect(Quantity.parse('1500m').value()).to.equal(2);
    expect(Quantity.parse('0.0001').milliValue()).to.equal(1);
    expect(Quantity.parse('250m').milliValue()).to.equal(250);
    expect(Quantity.parse('2').milliValue()).to.equal(2000);
    expect(Quantity.parse('-1500m').value()).to.equal(-1);
    expect(Quantity.parse('1.0001').roundUp(3).toString()).to.equal('1001m');
    expect(Quantity.parse('1.5').isWhole()).to.equal(false);
    expect(Quantity.parse('1500k').isWhole()).to.equal(true);
  });

  it('keeps its value when printed and parsed again', () => {
    const suffix = fc.constantFrom('', 'm', 'k', 'M', 'G', 'Ki', 'Mi', 'Gi', 'e3', 'e-3', 'E');
    fc.assert(
      fc.property(fc.integer({ min: -1_000_000, max: 1_000_000 }), fc.nat(999), suffix, (whole, fraction, end) => {
        const quantity = Quantity.parse(`${whole}.${fraction}${end}`);
        const again = Quantity.parse(quantity.toString());
        return again.compare(quantity) === 0 && again.toString() === quantity.toString();
      }),
    );
  });

  it('adds in any order', () => {
    const quantity = fc
      .tuple(fc.nat(100_000), fc.constantFrom('', 'm', 'Ki', 'Gi', 'M', 'u'))
      .map(([n, end]) => Quantity.parse(`${n}${end}`));
    fc.assert(
      fc.property(
        quantity,
        quantity,
        quantity,
        (a, b, c) => a.add(b).add(c).compare(c.add(b).add(a)) === 0 && a.add(b).subtract(b).compare(a) === 0,
      ),
    );
  });
});
