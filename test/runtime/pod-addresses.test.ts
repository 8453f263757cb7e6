import { expect } from 'chai';
import { PodAddresses } from '../../lib/runtime/pod-addresses.js';

describe('PodAddresses', () => {
  it('gives each address once, without the first and the last', () => {
    const addresses = new PodAddresses('127.64.7.8/29');
    const given = Array.from({ length: 6 }, () => addresses.take());
    expect(given).to.deep.equal(['127.64.7.9', '127.64.7.10', '127.64.7.11', '127.64.7.12', '127.64.7.13', '127.64.7.14']);
  });

  it('says when there are no more', () => {
    const addresses = new PodAddresses('127.64.7.0/30');
    addresses.take();
    addresses.take();
    expect(() => addresses.take()).to.throw('all 2 pod addresses of 127.64.7.0/30 are in use');
  });

  it('lets a freed address rest while there are others', () => {
    const addresses = new PodAddresses('127.64.7.0/29');
    const first = addresses.take();
    addresses.release(first);
    expect(Array.from({ length: 6 }, () => addresses.take()).indexOf(first)).to.equal(5);
  });

  it('does not give what a predecessor gave', () => {
    const addresses = new PodAddresses('127.64.7.0/24');
    addresses.hold('127.64.7.1');
    expect(addresses.take()).to.equal('127.64.7.2');
  });

  for (const range of ['', '127.0.0.1', '127.0.0.0/31', '127.0.0.0/7', '300.0.0.0/24', '::1/64', '127.0.0.0/x']) {
    it(`refuses ${JSON.stringify(range)}`, () => {
      expect(() => new PodAddresses(range)).to.throw('podRange must be');
    });
  }
});
