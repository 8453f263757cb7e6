import type { Random } from '../random.js';
import { oddText } from './odd-values.js';

/** Types of frames (RFC 9113, 6). */
const [DATA, HEADERS, PRIORITY, RST_STREAM, SETTINGS, PUSH_PROMISE, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION] = [
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9,
];
const END_STREAM = 0x1;
const END_HEADERS = 0x4;
const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');

type Fields = readonly (readonly [name: string, value: string])[];

/** What a client of HTTP/2 sends, and what none does, from its first byte on. `path` is that of a collection. */
export function http2Bytes(random: Random, token: string, path: string): Buffer {
  const frames = random.list(1, 20, (index) => random.pick(FRAMES)({ random, token, path, stream: 2 * index + 1 }));
  return Buffer.concat([PREFACE, random.chance(0.95) ? frame(SETTINGS, 0, 0) : Buffer.alloc(0), ...frames]);
}

interface Place {
  readonly random: Random;
  readonly token: string;
  readonly path: string;
  /** Larger than all before. */
  readonly stream: number;
}

const FRAMES: readonly ((place: Place) => Buffer)[] = [
  (place) => request(place, 'GET', END_STREAM),
  (place) => Buffer.concat([request(place, 'POST', 0), frame(DATA, END_STREAM, place.stream, Buffer.from('{"metadata":{}}'))]),
  (place) => request(place, 'POST', 0), // its body never comes
  (place) => Buffer.concat([request(place, 'POST', 0), frame(RST_STREAM, 0, place.stream, number(8))]),
  (place) =>
    Buffer.concat(
      repeated(place.random.pick([10, 100, 300]), (index) => {
        const stream = place.stream + 1000 + 2 * index;
        return Buffer.concat([request({ ...place, stream }, 'GET', END_STREAM), frame(RST_STREAM, 0, stream, number(8))]);
      }),
    ),
  ({ random, stream, ...place }) => frame(HEADERS, END_HEADERS | END_STREAM, stream, fields(oddFields({ random, stream, ...place }))),
  ({ random, stream }) =>
    Buffer.concat([
      frame(HEADERS, 0, stream, fields([[':method', 'GET']])),
      ...repeated(random.pick([1, 50, 500]), (index) => frame(CONTINUATION, 0, stream, fields([[`x-${index}`, 'a'.repeat(1000)]]))),
    ]),
  // One long field goes into the table of the connection, and is then named a thousand times by its number.
  ({ stream }) =>
    frame(HEADERS, END_HEADERS | END_STREAM, stream, Buffer.concat([Buffer.from([0x40]), text('x'), text('a'.repeat(3000)), Buffer.alloc(1000, 0xbe)])),
  ({ random }) => Buffer.concat(repeated(random.pick([1, 1000]), () => frame(PING, 0, 0, Buffer.alloc(8)))),
  ({ random }) => Buffer.concat(repeated(random.pick([1, 1000]), () => frame(SETTINGS, 0, 0, Buffer.concat([Buffer.from([0, random.below(10)]), number(random.pick([0, 1, 65_536, 0xffffffff]))])))),
  ({ random, stream }) => frame(WINDOW_UPDATE, 0, random.pick([0, stream]), number(random.pick([0, 1, 0x7fffffff]))),
  ({ random, stream }) => frame(DATA, random.below(256), random.pick([0, stream, 2]), Buffer.alloc(random.pick([0, 1, 16_384]))),
  ({ stream }) => frame(PRIORITY, 0, stream, Buffer.concat([number(stream), Buffer.from([0])])),
  ({ stream }) => frame(PUSH_PROMISE, END_HEADERS, stream, number(stream + 2)),
  ({ random }) => frame(GOAWAY, 0, 0, Buffer.concat([number(random.below(10)), number(random.below(15)), Buffer.from(oddText(random))])),
  ({ random, stream }) => frame(random.below(256), random.below(256), random.pick([0, stream]), bytes(random, random.below(300))),
  ({ random }) => bytes(random, random.between(1, 300)),
  ({ random, stream }) => frame(HEADERS, END_HEADERS | END_STREAM, stream, bytes(random, random.below(300))),
  ({ stream }) => Buffer.concat([Buffer.from([0xff, 0xff, 0xff, DATA, 0]), number(stream)]),
]; // prettier-ignore

function request({ token, path, stream }: Place, method: string, flags: number): Buffer {
  return frame(HEADERS, END_HEADERS | flags, stream, fields([...requestLine(method, path), ['authorization', `Bearer ${token}`], ['content-type', 'application/json']])); // prettier-ignore
}

const requestLine = (method: string, path: string): Fields => [
  [':method', method],
  [':scheme', 'https'],
  [':authority', 'a'],
  [':path', path],
];

function oddFields({ random, path }: Place): Fields {
  const odd = oddText(random).slice(0, 3000);
  return random.pick<() => Fields>([
    () => requestLine(odd, path),
    () => requestLine('GET', odd),
    () => requestLine('CONNECT', path),
    () => [[':method', 'CONNECT'], [':protocol', 'websocket'], [':scheme', 'https'], [':path', path], [':authority', 'a']],
    () => requestLine('GET', path).slice(random.below(4)),
    () => [...requestLine('GET', path), ...requestLine('GET', path)],
    () => [['x', 'a'], ...requestLine('GET', path)],
    () => [...requestLine('GET', path), ['Upper', 'a'], ['connection', 'close'], ['transfer-encoding', 'chunked']],
    () => [...requestLine('POST', path), ['content-length', random.pick(['-1', '5', odd])]],
    () => [...requestLine('GET', path), [odd, odd]],
    () => [...requestLine('GET', path), ...repeated(random.pick([60, 64, 65, 500]), (index) => [`x-${index}`, 'a'] as const)],
  ])(); // prettier-ignore
}

function frame(type: number, flags: number, stream: number, payload: Buffer = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

/** As literals that go into no table (RFC 7541, 6.2.3). */
function fields(list: Fields): Buffer {
  return Buffer.concat(list.flatMap(([name, value]) => [Buffer.from([0x10]), text(name), text(value)]));
}

function text(value: string): Buffer {
  const content = Buffer.from(value);
  return Buffer.concat([length(content.length), content]);
}

/** An integer with a prefix of seven bits (RFC 7541, 5.1). */
function length(value: number): Buffer {
  if (value < 127) return Buffer.from([value]);
  const rest: number[] = [];
  for (let left = value - 127; ; left >>= 7) {
    rest.push(left < 128 ? left : (left & 127) | 128);
    if (left < 128) return Buffer.from([127, ...rest]);
  }
}

function number(value: number): Buffer {
  const result = Buffer.alloc(4);
  result.writeUInt32BE(value);
  return result;
}

const bytes = (random: Random, count: number) => Buffer.from(Array.from({ length: count }, () => random.below(256)));

const repeated = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, index) => make(index));
