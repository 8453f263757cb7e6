import { BlockList, isIP, isIPv4 } from 'node:net';
import type { Faults } from './faults.js';
import type { Syntax } from './names.js';

/** An IPv4 or IPv6 address. */
export const ipAddress: Syntax = (value) => (isIP(value) === 0 ? ['must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'] : []);

/** A block of addresses: `10.0.0.0/24`. */
export const cidr: Syntax = (value) => {
  const [address = '', length = '', ...rest] = value.split('/');
  const family = isIP(address);
  const fine = family !== 0 && rest.length === 0 && /^(0|[1-9][0-9]{0,2})$/.test(length) && Number(length) <= (family === 4 ? 32 : 128);
  return fine ? [] : ['must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)'];
};

/** Whether a text is an address rather than a name. */
export const isAddress = (value: string): boolean => isIP(value) !== 0;

/** Whether a block of addresses lies in another one and is smaller. Both must be valid. */
export function isStrictlyWithin(inner: string, outer: string): boolean {
  const [address = '', length = ''] = inner.split('/');
  const [outerAddress = '', outerLength = ''] = outer.split('/');
  if (isIP(address) !== isIP(outerAddress) || Number(length) <= Number(outerLength)) return false;
  const family = isIPv4(address) ? 'ipv4' : 'ipv6';
  const block = new BlockList();
  block.addSubnet(outerAddress, Number(outerLength), family);
  return block.check(address, family);
}

/** The family of an address, in the API's words. */
export function familyOf(address: string): 'IPv4' | 'IPv6' {
  return isIPv4(address) ? 'IPv4' : 'IPv6';
}

const special: readonly (readonly [words: string, blocks: BlockList])[] = [
  ['may not be unspecified', blocks(['0.0.0.0', 32], ['::', 128])],
  // The rest of 127/8 is left to pods: nodes without a network of their own give them addresses there.
  ['may not be in the loopback range (127.0.0.0/24, ::1/128)', blocks(['127.0.0.0', 24], ['::1', 128])],
  ['may not be in the link-local range (169.254.0.0/16, fe80::/10)', blocks(['169.254.0.0', 16], ['fe80::', 10])],
  ['may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)', blocks(['224.0.0.0', 24], ['ff02::', 16])],
];

/** An address that traffic can be sent to: not loopback, unspecified or link-local. */
export function validateReachableAddress(faults: Faults, path: string, address: string): void {
  if (!faults.syntax(path, address, ipAddress)) return;
  const family = isIPv4(address) ? 'ipv4' : 'ipv6';
  for (const [words, range] of special) if (range.check(address, family)) faults.invalid(path, address, words);
}

function blocks(ipv4: readonly [string, number], ipv6: readonly [string, number]): BlockList {
  const list = new BlockList();
  list.addSubnet(ipv4[0], ipv4[1], 'ipv4');
  list.addSubnet(ipv6[0], ipv6[1], 'ipv6');
  return list;
}
