import type { FieldFacts, TypeFacts } from './facts.js';
import { facts } from './facts.js';

/** One field of a protobuf message, and where its value goes in the JSON object. */
export interface ProtoField {
  /** Name in JSON; `undefined`: an embedded struct, whose fields stand in the object itself. */
  readonly name: string | undefined;
  readonly field: FieldFacts;
}

/** A message type: its fields by number. */
export interface ProtoMessage {
  /** Key in the facts table, such as `core/v1.Pod`. */
  readonly type: string;
  readonly facts: TypeFacts;
  readonly fields: ReadonlyMap<number, ProtoField>;
}

const messages = new Map<string, ProtoMessage>();
let byKind: ReadonlyMap<string, string> | undefined;

/** The message of a type of the facts table. */
export function protoMessage(type: string): ProtoMessage {
  let message = messages.get(type);
  if (!message) messages.set(type, (message = messageOf(type)));
  return message;
}

/** The type of a kind, such as `core/v1.Pod` for `v1` and `Pod`; kinds that every group has (`DeleteOptions`) go by name alone. */
export function protoTypeOf(apiVersion: string, kind: string): string | undefined {
  byKind ??= kindIndex();
  const groupVersion = apiVersion.includes('/') ? apiVersion : `/${apiVersion}`;
  return byKind.get(`${groupVersion}/${kind}`) ?? byKind.get(kind);
}

function messageOf(type: string): ProtoMessage {
  const known = facts.types[type];
  if (!known) throw new Error(`no such type in the facts table: ${type}`);
  const fields = new Map<number, ProtoField>();
  for (const [name, field] of Object.entries(known.message ?? known.fields ?? {})) {
    if (field.proto !== undefined) fields.set(field.proto, { name, field });
  }
  const packagePrefix = type.slice(0, type.lastIndexOf('.') + 1);
  for (const [number, embedded] of Object.entries(known.protoInline ?? {})) {
    fields.set(Number(number), { name: undefined, field: { ref: `${packagePrefix}${embedded}` } });
  }
  return { type, facts: known, fields };
}

function kindIndex(): Map<string, string> {
  const index = new Map<string, string>();
  for (const [type, { gvk }] of Object.entries(facts.types)) {
    if (gvk === 'all') index.set(type.slice(type.lastIndexOf('.') + 1), type);
    else for (const one of gvk ?? []) index.set(one, type);
  }
  return index;
}
