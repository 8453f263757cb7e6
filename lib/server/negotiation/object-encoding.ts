import type { Body, Bytes } from '../../api/encode.js';
import { encoded, without } from '../../api/encode.js';
import { jsonText } from '../../api/exact-json.js';
import type { KubeObject, ObjectList, Stored } from '../../api/object.js';
import type { ResourceDefinition } from '../../api/resource-definition.js';
import { partialMetadata } from './partial-metadata.js';
import type { Presentation } from './presentation.js';
import { tableOf } from './table.js';

const COMMA = Buffer.from(',');
const LIST_END = Buffer.from(']}');

/** One object: its own bytes, or a view of it. */
export function encodeObject(object: Stored<KubeObject>, presentation: Presentation): readonly Bytes[] {
  if (presentation.as === undefined) return [encoded(object)];
  const { resourceVersion } = object.metadata;
  const view = presentation.as === 'Table' ? tableOf(presentation, [object], { resourceVersion }) : partialMetadata(object);
  return [Buffer.from(jsonText(view))];
}

/** A list: the bytes of its items, joined as they are asked for; or a view of it. */
export function encodeList(list: ObjectList<KubeObject>, presentation: Presentation): Body {
  if (presentation.as === 'Table') return [Buffer.from(jsonText(tableOf(presentation, list.items, listMeta(list))))];
  const { definition } = presentation;
  if (presentation.as !== undefined) {
    const head = headOf({ kind: 'PartialObjectMetadataList', apiVersion: 'meta.k8s.io/v1' }, list);
    return joined(head, list.items, (item) => Buffer.from(jsonText(partialMetadata(item))));
  }
  const head = headOf({ kind: definition.listKind, apiVersion: definition.apiVersion }, list);
  let bytes = head.length + LIST_END.length + Math.max(0, list.items.length - 1);
  for (const item of list.items) bytes += itemBytes(item, definition).length;
  return { bytes, [Symbol.iterator]: () => joined(head, list.items, (item) => itemBytes(item, definition)) };
}

function headOf(type: object, list: ObjectList<KubeObject>): Buffer {
  return Buffer.from(`${JSON.stringify({ ...type, metadata: listMeta(list) }).slice(0, -1)},"items":[`);
}

/** The parts of a list; nothing of an item is made before its turn. */
function* joined(head: Buffer, items: readonly Stored<KubeObject>[], encode: (item: Stored<KubeObject>) => Bytes): Generator<Bytes> {
  yield head;
  for (let i = 0; i < items.length; i++) {
    if (i > 0) yield COMMA;
    yield encode(items[i] as Stored<KubeObject>);
  }
  yield LIST_END;
}

function listMeta({ resourceVersion, continue: token, remainingItemCount }: ObjectList<KubeObject>): object {
  return {
    resourceVersion,
    ...(token === undefined ? {} : { continue: token }),
    ...(remainingItemCount === undefined ? {} : { remainingItemCount }),
  };
}

const typePrefixes = new WeakMap<ResourceDefinition, Buffer>();

/** Items of built-in lists do not say what they are: the list does. Cut off without touching the rest of the bytes. */
function itemBytes(item: Stored<KubeObject>, definition: ResourceDefinition): Bytes {
  if (definition.custom) return encoded(item);
  let prefix = typePrefixes.get(definition);
  if (!prefix) {
    prefix = Buffer.from(`{"kind":${JSON.stringify(definition.kind)},"apiVersion":${JSON.stringify(definition.apiVersion)},`);
    typePrefixes.set(definition, prefix);
  }
  const rest = without(prefix, item);
  if (rest) return rest;
  const { kind: _kind, apiVersion: _apiVersion, ...untyped } = item;
  return Buffer.from(jsonText(untyped));
}
