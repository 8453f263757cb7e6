import { stringify } from 'yaml';
import type { Random } from '../random.js';
import { jsonOf } from './json-text.js';
import { protobufOf } from './protobuf.js';
import { yamlText } from './yaml-texts.js';

/** A body as it travels. */
export interface Encoded {
  readonly type: string;
  readonly bytes: Buffer;
  /** The bytes are no longer what an encoder made of the value. */
  readonly damaged: boolean;
}

const JSON_TYPE = 'application/json';
const YAML_TYPE = 'application/yaml';
const PROTOBUF_TYPE = 'application/vnd.kubernetes.protobuf';
const TYPES = [
  ...[JSON_TYPE, YAML_TYPE, PROTOBUF_TYPE, 'application/cbor', 'text/plain', 'application/xml', '', 'application/json; charset=utf-16'],
  ...[
    'application/json-patch+json',
    'application/apply-patch+yaml',
    '__proto__',
    'constructor',
    'APPLICATION/JSON',
    'application/json,text/yaml',
  ],
];
const MOST_YAML = 20_000;

/** The value in one of the forms that an API server reads. */
export function encoded(random: Random, value: unknown): Encoded {
  const json = Buffer.from(jsonOf(value));
  const form = random.weighted([
    [8, 'json'],
    [1, 'yaml'],
    [1, 'protobuf'],
  ]);
  const protobuf = form === 'protobuf' ? protobufOf(value) : undefined;
  if (protobuf) return { type: PROTOBUF_TYPE, bytes: protobuf, damaged: false };
  const yaml = form === 'yaml' && json.length < MOST_YAML ? yamlOf(json.toString()) : undefined;
  return yaml === undefined
    ? { type: JSON_TYPE, bytes: json, damaged: false }
    : { type: YAML_TYPE, bytes: Buffer.from(yaml), damaged: false };
}

/** The value in YAML; JSON that JavaScript cannot read is YAML as it is. */
function yamlOf(json: string): string {
  try {
    return stringify(JSON.parse(json), { aliasDuplicateObjects: true });
  } catch (error) {
    if (error instanceof Error) return json;
    throw error;
  }
}

/** Bytes that hardly anybody would send. */
export function damaged(random: Random, body: Encoded): Encoded {
  const bytes = random.weighted<() => Buffer>([
    [3, () => body.bytes.subarray(0, random.below(body.bytes.length + 1))],
    [3, () => spliced(random, body.bytes, random.pick(INSERTIONS))],
    [2, () => flipped(random, body.bytes)],
    [1, () => without(random, body.bytes)],
    [1, () => Buffer.concat([body.bytes, body.bytes])],
    [1, () => Buffer.from(yamlText(random))],
    [0.5, () => Buffer.from(Array.from({ length: random.below(300) }, () => random.below(256)))],
  ])();
  const type = random.chance(0.25) ? random.pick(TYPES) : body.type;
  return { type, bytes, damaged: true };
}

/** A body of YAML that is meant to hurt. */
export function hostileYaml(random: Random): Encoded {
  return { type: YAML_TYPE, bytes: Buffer.from(yamlText(random)), damaged: true };
}

const INSERTIONS: readonly Buffer[] = [
  ...['"', '{', '}', '[', ']', ',', ':', '\\', '\\u0000', '\\ud800', '\\u', '1e999', '-', '/*', '\u0000', '\n', '&a ', '*a ', '!!x ', '<<: '],
  ...['{"__proto__":{"polluted":true}},', '"__proto__":{"polluted":true},', '"\\u005f_proto__":{"polluted":true},', '"constructor":{"prototype":{"polluted":true}},'],
].map((text) => Buffer.from(text)).concat([Buffer.from([0xff]), Buffer.from([0xc0, 0x80]), Buffer.from([0xed, 0xa0, 0x80]), Buffer.from([0xf8, 0x88, 0x80, 0x80, 0x80])]); // prettier-ignore

function spliced(random: Random, bytes: Buffer, insertion: Buffer): Buffer {
  const place = random.below(bytes.length + 1);
  return Buffer.concat([bytes.subarray(0, place), insertion, bytes.subarray(place)]);
}

function flipped(random: Random, bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  for (let i = random.between(1, 5); i > 0 && copy.length > 0; i--) copy[random.below(copy.length)] = random.below(256);
  return copy;
}

function without(random: Random, bytes: Buffer): Buffer {
  const from = random.below(bytes.length + 1);
  return Buffer.concat([bytes.subarray(0, from), bytes.subarray(from + random.below(40))]);
}
