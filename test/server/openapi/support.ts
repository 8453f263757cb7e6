import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import type { Answer, TestServer } from '../support/test-server.js';

/** A schema of either version, as far as tests look at it. */
export interface SchemaNode {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly required?: readonly string[];
  readonly $ref?: string;
  readonly allOf?: readonly SchemaNode[];
  readonly 'x-kubernetes-group-version-kind'?: readonly object[];
}

export interface OperationNode {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly parameters?: readonly { readonly name?: string; readonly $ref?: string; readonly schema?: SchemaNode }[];
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, { readonly schema: SchemaNode }>> }>>;
  readonly 'x-kubernetes-group-version-kind'?: object;
}

export type PathNode = Readonly<Record<string, OperationNode>> & { readonly parameters?: readonly { readonly name?: string }[] };

export interface V2 {
  readonly swagger: string;
  readonly paths: Readonly<Record<string, PathNode>>;
  readonly definitions: Readonly<Record<string, SchemaNode>>;
  readonly parameters: Readonly<Record<string, { readonly name: string; readonly in: string }>>;
}

export interface V3 {
  readonly paths: Readonly<Record<string, PathNode>>;
  readonly components: { readonly schemas: Readonly<Record<string, SchemaNode>> };
}

export const V2_PROTOBUF = 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf';
export const V3_PROTOBUF = 'application/com.github.proto-openapi.spec.v3@v1.0+protobuf';

/** One GET; `headers` besides the token. */
export const get = (server: TestServer, path: string, headers: Record<string, string> = {}): Promise<Answer> =>
  server.request('GET', path, { headers });

export async function v2Of(server: TestServer): Promise<V2> {
  return JSON.parse((await get(server, '/openapi/v2')).text) as V2;
}

export async function v3Of(server: TestServer, key: string): Promise<V3> {
  return JSON.parse((await get(server, `/openapi/v3/${key}`)).text) as V3;
}

/** The hash of every document, by key. */
export async function hashesOf(server: TestServer): Promise<Record<string, string>> {
  const { paths } = (await get(server, '/openapi/v3')).json;
  return Object.fromEntries(Object.entries(paths).map(([key, { serverRelativeURL }]) => [key, serverRelativeURL.split('?hash=')[1] ?? '']));
}

/** A message, field by field: a reader that knows nothing of OpenAPI. */
export class Message {
  readonly #fields = new Map<number, (Uint8Array | bigint)[]>();

  constructor(bytes: Uint8Array) {
    const reader = new BinaryReader(bytes);
    while (reader.pos < reader.len) {
      const [number, type] = reader.tag();
      const value =
        type === WireType.LengthDelimited ? reader.bytes() : BigInt(type === WireType.Varint ? reader.uint64() : reader.fixed64());
      this.#fields.set(number, [...(this.#fields.get(number) ?? []), value]);
    }
  }

  has(number: number): boolean {
    return this.#fields.has(number);
  }

  /** Every occurrence of a field that holds messages. */
  messages(number: number): readonly Message[] {
    return (this.#fields.get(number) ?? []).map((value) => new Message(value as Uint8Array));
  }

  /** The first one; `path` leads on through fields of what it holds. */
  message(number: number, ...path: readonly number[]): Message {
    const found = this.messages(number)[0];
    if (!found) throw new Error(`no field ${number}`);
    const [next, ...rest] = path;
    return next === undefined ? found : found.message(next, ...rest);
  }

  text(number: number): string {
    return Buffer.from((this.#fields.get(number)?.[0] as Uint8Array | undefined) ?? []).toString();
  }

  texts(number: number): readonly string[] {
    return (this.#fields.get(number) ?? []).map((value) => Buffer.from(value as Uint8Array).toString());
  }

  number(number: number): number {
    return Number(this.#fields.get(number)?.[0] ?? 0);
  }

  /** Of a field of pairs: values by name. */
  named(number: number): ReadonlyMap<string, Message> {
    return new Map(this.messages(number).map((pair) => [pair.text(1), pair.message(2)]));
  }

  /** Of a field of pairs whose values are JSON as text. */
  json(number: number): Readonly<Record<string, unknown>> {
    return Object.fromEntries([...this.named(number)].map(([name, value]) => [name, JSON.parse(value.text(2)) as unknown]));
  }
}
