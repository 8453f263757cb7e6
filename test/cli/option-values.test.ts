import { expect } from 'chai';
import { durationValue, listenAddress, wholeNumber } from '../../lib/cli/option-values.js';

describe('option values', () => {
  it('reads host:port, :port and [address]:port', () => {
    expect(listenAddress('localhost:8443')).to.deep.equal({ host: 'localhost', port: 8443 });
    expect(listenAddress(':0')).to.deep.equal({ host: '127.0.0.1', port: 0 });
    expect(listenAddress('[::1]:6443')).to.deep.equal({ host: '::1', port: 6443 });
  });

  it('refuses what is no address', () => {
    for (const text of ['', '6443', 'a:b', 'a:70000', '1.2.3.4:', 'a:-1']) expect(() => listenAddress(text), text).to.throw('host:port');
  });

  it('keeps numbers in their range', () => {
    expect(wholeNumber(0, 3)('3')).to.equal(3);
    for (const text of ['4', '-1', '1.5', 'x', '']) expect(() => wholeNumber(0, 3)(text), text).to.throw('whole number from 0 to 3');
  });

  it('reads durations', () => {
    expect(durationValue('1m30s')).to.equal(90_000);
    expect(() => durationValue('soon')).to.throw('duration');
  });
});
