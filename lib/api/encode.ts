import { jsonText } from './exact-json.js';
import type { KubeObject } from './object.js';
import { isInexact } from './schema/integers.js';

/** Bytes to be sent. Every Buffer is some. */
export interface Bytes {
  readonly length: number;
  /** Writes them into `target` from `at` on, those before `from` left out. */
  copy(target: Buffer, at: number, from?: number): unknown;
}

/** What is sent, part by part. Arrays do not say how long they are in all. */
export interface Body extends Iterable<Bytes> {
  /** Bytes in all, where that is known before the parts are made. */
  readonly bytes?: number | undefined;
}

const known = new WeakMap<object, Bytes>();

/**
 * The JSON of a frozen object as UTF-8, in the order kind, apiVersion, metadata, rest. What came from a store is put together from
 * the stored bytes each time it is copied, which costs less than keeping a second copy of every object; else it is made once.
 */
export function encoded(object: KubeObject): Bytes {
  let bytes = known.get(object);
  if (!bytes) known.set(object, (bytes = Buffer.from(jsonText(ordered(object)))));
  return bytes;
}

/** What {@link encoded} gives, as a Buffer. Perhaps shared: never write into it. */
export function bytesOf(object: KubeObject): Buffer {
  return whole([encoded(object)]);
}

/** One Buffer of it all. Perhaps one of those given: never write into it. */
export function whole(parts: readonly Bytes[], length = lengthOf(parts)): Buffer {
  const [only] = parts;
  if (parts.length === 1 && Buffer.isBuffer(only)) return only;
  const all = Buffer.allocUnsafe(length);
  let at = 0;
  for (const part of parts) {
    part.copy(all, at);
    at += part.length;
  }
  return all;
}

/** How many bytes there are. */
export function lengthOf(parts: readonly Bytes[]): number {
  return parts.reduce((sum, { length }) => sum + length, 0);
}

/** An object's bytes without these first members (`{"kind":…,`), if they begin so. */
export function without(beginning: Buffer, object: KubeObject): Bytes | undefined {
  const bytes = encoded(object);
  const source = bytes instanceof StoredJson ? bytes.head : (bytes as Buffer);
  if (source.length < beginning.length || beginning.compare(source, 0, beginning.length) !== 0) return undefined;
  return new Rest(bytes, beginning.length);
}

/** Says that an object is what these stored bytes say, once its version is put in. */
export function rememberStored(object: KubeObject, stored: StoredJson): void {
  known.set(object, stored);
}

/** The JSON of a stored object: stored bytes lack the version, which goes in behind `head`, where its metadata begin. */
export class StoredJson implements Bytes {
  readonly length: number;

  private constructor(
    readonly head: Buffer,
    private readonly value: Uint8Array,
    private readonly revision: number,
  ) {
    this.length = value.length + this.#version.length;
  }

  /** `revision`: a whole number. `undefined` when the bytes do not begin with `head`. */
  static of(head: Buffer, value: Uint8Array, revision: number): StoredJson | undefined {
    if (value.length <= head.length || head.compare(value, 0, head.length) !== 0) return undefined;
    return new StoredJson(head, value, revision);
  }

  /** `from` lies within the head. */
  copy(target: Buffer, at: number, from = 0): void {
    const head = this.head.length;
    this.head.copy(target, at, from);
    const version = this.#version;
    target.write(version, at + head - from, 'latin1');
    target.set(this.value.subarray(head), at + head - from + version.length);
  }

  get #version(): string {
    return `"resourceVersion":"${this.revision}"${this.value[this.head.length] === 0x7d ? '' : ','}`;
  }
}

const BRACE = 0x7b;

/** An object's JSON without its first members. */
class Rest implements Bytes {
  constructor(
    private readonly bytes: Bytes,
    private readonly from: number,
  ) {}

  get length(): number {
    return this.bytes.length - this.from + 1;
  }

  copy(target: Buffer, at: number): void {
    target[at] = BRACE;
    this.bytes.copy(target, at + 1, this.from);
  }
}

/** Freezes a value and all it holds, and gives it back. Stops at what is frozen already, as that is deeply frozen too. */
export function deepFreeze<T>(value: T): T {
  freezes(value);
  return value;
}

/** Freezes as {@link deepFreeze} does, and tells whether it met a number that may not be exact: see `isInexact`. */
export function freezes(value: unknown): boolean {
  if (typeof value === 'number') return isInexact(value);
  if (value === null || typeof value !== 'object' || Object.isFrozen(value)) return false;
  Object.freeze(value);
  let inexact = false;
  if (Array.isArray(value)) for (const item of value as unknown[]) inexact = freezes(item) || inexact;
  else for (const key in value) inexact = freezes((value as Record<string, unknown>)[key]) || inexact;
  return inexact;
}

function ordered(object: KubeObject): KubeObject {
  const { kind, apiVersion, metadata, ...rest } = object;
  return {
    ...(kind === undefined ? {} : { kind }),
    ...(apiVersion === undefined ? {} : { apiVersion }),
    ...(metadata === undefined ? {} : { metadata }),
    ...rest,
  };
}
