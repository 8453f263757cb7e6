import { isIPv4, isIPv6 } from 'node:net';
import type { Overload } from '../overload.js';
import { traversal } from '../overload.js';
import { OPAQUE_NAMES, overload } from '../signature.js';
import type { Result, Value } from '../values.js';
import { Fault, Opaque } from '../values.js';

const V4_BITS = 32;
const V6_BITS = 128;

/** An address as a number. */
class Address extends Opaque {
  readonly typeName = OPAQUE_NAMES['IP']!;

  constructor(
    readonly family: 4 | 6,
    readonly number: bigint,
  ) {
    super();
  }

  get bits(): number {
    return this.family === 4 ? V4_BITS : V6_BITS;
  }

  equals(other: Opaque): boolean {
    return other instanceof Address && this.family === other.family && this.number === other.number;
  }

  /** Without the bits after a prefix. */
  masked(length: number): Address {
    const rest = BigInt(this.bits - length);
    return new Address(this.family, (this.number >> rest) << rest);
  }

  /** Whether it lies in a block. */
  isIn(block: string): boolean {
    const [address = '', length = ''] = block.split('/');
    const base = parseAddress(address);
    return base instanceof Address && base.family === this.family && this.masked(Number(length)).number === base.number;
  }

  override toString(): string {
    return this.family === 4 ? v4Text(this.number) : v6Text(this.number);
  }
}

class Block extends Opaque {
  readonly typeName = OPAQUE_NAMES['CIDR']!;

  constructor(
    readonly address: Address,
    readonly length: number,
  ) {
    super();
  }

  equals(other: Opaque): boolean {
    return other instanceof Block && this.length === other.length && this.address.equals(other.address);
  }

  contains(address: Address, length = address.bits): boolean {
    return (
      address.family === this.address.family &&
      length >= this.length &&
      address.masked(this.length).equals(this.address.masked(this.length))
    );
  }

  override toString(): string {
    return `${this.address.toString()}/${this.length}`;
  }
}

/** Zones, and IPv4 within IPv6, are refused: what they mean depends on who reads them. */
function parseAddress(text: string): Address | Fault {
  const invalid = `IP Address ${JSON.stringify(text)} parse error during conversion from string: ParseAddr(${JSON.stringify(text)}): unable to parse IP`;
  if (isIPv4(text)) return new Address(4, v4Number(text));
  if (!isIPv6(text)) return new Fault(invalid);
  if (text.includes('%')) return new Fault(`IP address ${JSON.stringify(text)} with zone value is not allowed`);
  const number = v6Number(text);
  if (number >> 32n === 0xffffn) return new Fault(`IPv4-mapped IPv6 address ${JSON.stringify(text)} is not allowed`);
  return new Address(6, number);
}

const v4Number = (text: string) => text.split('.').reduce((number, part) => (number << 8n) | BigInt(part), 0n);

function v6Number(text: string): bigint {
  const last = text.slice(text.lastIndexOf(':') + 1);
  if (last.includes('.')) {
    const number = v4Number(last);
    const head = text.slice(0, -last.length);
    return v6Number(`${head}${(number >> 16n).toString(16)}:${(number & 0xffffn).toString(16)}`);
  }
  const [head = '', tail] = text.split('::');
  const groups = (part: string) => (part === '' ? [] : part.split(':'));
  const [front, back] = [groups(head), groups(tail ?? '')];
  const zeros = tail === undefined ? [] : new Array<string>(8 - front.length - back.length).fill('0');
  return [...front, ...zeros, ...back].reduce((number, group) => (number << 16n) | BigInt(`0x${group}`), 0n);
}

const v4Text = (number: bigint) => [24n, 16n, 8n, 0n].map((shift) => (number >> shift) & 0xffn).join('.');

/** RFC 5952: lower case, the longest run of zeros shortened. */
function v6Text(number: bigint): string {
  const groups = Array.from({ length: 8 }, (_, index) => ((number >> BigInt(16 * (7 - index))) & 0xffffn).toString(16));
  let [start, length] = [0, 0];
  for (let from = 0; from < 8; from += 1) {
    let to = from;
    while (groups[to] === '0') to += 1;
    if (to - from > length) [start, length] = [from, to - from];
  }
  if (length < 2) return groups.join(':');
  return `${groups.slice(0, start).join(':')}::${groups.slice(start + length).join(':')}`;
}

function parseBlock(text: string): Block | Fault {
  const fault = new Fault(`network address parse error during conversion from string: netip.ParsePrefix(${JSON.stringify(text)}): no '/'`);
  const [address = '', length, ...rest] = text.split('/');
  if (length === undefined || rest.length > 0 || !/^(?:0|[1-9]\d{0,2})$/.test(length)) return fault;
  const parsed = parseAddress(address);
  if (parsed instanceof Fault) return parsed;
  return Number(length) <= parsed.bits ? new Block(parsed, Number(length)) : fault;
}

const isAddress = ([text]: readonly Value[]) => !(parseAddress(text as string) instanceof Fault);
const isCanonical = ([text]: readonly Value[]): Result => {
  const address = parseAddress(text as string);
  return address instanceof Fault ? address : address.toString() === text;
};
const within =
  (blocks: readonly string[]) =>
  ([value]: readonly Value[]) =>
    blocks.some((block) => (value as Address).isIn(block));
const isMulticast = (address: Address) => address.isIn('224.0.0.0/4') || address.isIn('ff00::/8');
const LOCAL = ['0.0.0.0/32', '::/128', '127.0.0.0/8', '::1/128', '169.254.0.0/16', 'fe80::/10', '255.255.255.255/32'];

function containsAddress([block, address]: readonly Value[]): Result {
  const wanted = typeof address === 'string' ? parseAddress(address) : (address as Address);
  return wanted instanceof Fault ? wanted : (block as Block).contains(wanted);
}

function containsBlock([block, other]: readonly Value[]): Result {
  const wanted = typeof other === 'string' ? parseBlock(other) : (other as Block);
  return wanted instanceof Fault ? wanted : (block as Block).contains(wanted.address, wanted.length);
}

const parsed = { cost: ([text = 0]: readonly number[]) => traversal(text) };
const text = { resultSize: () => ({ min: 2, max: 43 }) };

/** Kubernetes' libraries of addresses and of blocks of them. */
export const addresses: readonly Overload[] = [
  overload('ip(string): IP', ([value]) => parseAddress(value as string), parsed),
  overload('isIP(string): bool', isAddress, parsed),
  overload('ip.isCanonical(string): bool', isCanonical, { cost: ([size = 0]) => Math.ceil(size * 0.2) }),
  overload('string(IP): string', ([value]) => (value as Address).toString(), text),
  overload('<IP>.family(): int', ([value]) => BigInt((value as Address).family)),
  overload('<IP>.isUnspecified(): bool', within(['0.0.0.0/32', '::/128'])),
  overload('<IP>.isLoopback(): bool', within(['127.0.0.0/8', '::1/128'])),
  overload('<IP>.isLinkLocalMulticast(): bool', within(['224.0.0.0/24', 'ff02::/16'])),
  overload('<IP>.isLinkLocalUnicast(): bool', within(['169.254.0.0/16', 'fe80::/10'])),
  overload('<IP>.isGlobalUnicast(): bool', ([value]) => !isMulticast(value as Address) && !within(LOCAL)([value!])),
  overload('cidr(string): CIDR', ([value]) => parseBlock(value as string), parsed),
  overload('isCIDR(string): bool', ([value]) => !(parseBlock(value as string) instanceof Fault), parsed),
  overload('string(CIDR): string', ([value]) => (value as Block).toString(), text),
  overload('<CIDR>.containsIP(IP): bool', containsAddress, { cost: () => 4 }),
  overload('<CIDR>.containsIP(string): bool', containsAddress, { cost: ([, size = 0]) => 4 + traversal(size) }),
  overload('<CIDR>.containsCIDR(CIDR): bool', containsBlock, { cost: () => 7 }),
  overload('<CIDR>.containsCIDR(string): bool', containsBlock, { cost: ([, size = 0]) => 7 + traversal(size) }),
  overload('<CIDR>.ip(): IP', ([block]) => (block as Block).address),
  overload(
    '<CIDR>.masked(): CIDR',
    ([block]) => new Block((block as Block).address.masked((block as Block).length), (block as Block).length),
  ),
  overload('<CIDR>.prefixLength(): int', ([block]) => BigInt((block as Block).length)),
];
