import { bytesOf } from '../../api/encode.js';
import type { KubeObject, ObjectList, Stored } from '../../api/object.js';
import type { ResourceDefinition } from '../../api/resource-definition.js';
import { partialMetadata } from './partial-metadata.js';
import type { Presentation } from './presentation.js';
import { tableOf } from './table.js';

const COMMA = Buffer.from(',');
const LIST_END = Buffer.from(']}');

/** One object: its remembered bytes, or a view of it. */
export function encodeObject(object: Stored<KubeObject>, presentation: Presentation): readonly Buffer[] {
  if (presentation.as === undefined) return [bytesOf(object)];
  const { resourceVersion } = object.metadata;
  const view = presentation.as === 'Table' ? tableOf(presentation, [object], { resourceVersion }) : partialMetadata(object);
  return [Buffer.from(JSON.stringify(view))];
}

/** A list: the remembered bytes of its items, joined; or a view of it. */
export function encodeList(list: ObjectList<KubeObject>, presentation: Presentation): readonly Buffer[] {
  if (presentation.as === 'Table') return [Buffer.from(JSON.stringify(tableOf(presentation, list.items, listMeta(list))))];
  const { definition } = presentation;
  const partial = presentation.as !== undefined;
  const [kind, apiVersion] = partial ? ['PartialObjectMetadataList', 'meta.k8s.io/v1'] : [definition.listKind, definition.apiVersion];
  const chunks: Buffer[] = [Buffer.from(`${JSON.stringify({ kind, apiVersion, metadata: listMeta(list) }).slice(0, -1)},"items":[`)];
  for (const item of list.items) {
    if (chunks.length > 1) chunks.push(COMMA);
    if (partial) chunks.push(Buffer.from(JSON.stringify(partialMetadata(item))));
    else chunks.push(...itemBytes(item, definition));
  }
  chunks.push(LIST_END);
  return chunks;
}

function listMeta({ resourceVersion, continue: token, remainingItemCount }: ObjectList<KubeObject>): object {
  return {
    resourceVersion,
    ...(token === undefined ? {} : { continue: token }),
    ...(remainingItemCount === undefined ? {} : { remainingItemCount }),
  };
}

const OPEN = Buffer.from('{');
const typePrefixes = new WeakMap<ResourceDefinition, Buffer>();

/** Items of built-in lists do not say what they are: the list does. Cut off without touching the rest of the bytes. */
function itemBytes(item: Stored<KubeObject>, definition: ResourceDefinition): readonly Buffer[] {
  const bytes = bytesOf(item);
  if (definition.custom) return [bytes];
  let prefix = typePrefixes.get(definition);
  if (!prefix) {
    prefix = Buffer.from(`{"kind":${JSON.stringify(definition.kind)},"apiVersion":${JSON.stringify(definition.apiVersion)},`);
    typePrefixes.set(definition, prefix);
  }
  if (bytes.subarray(0, prefix.length).equals(prefix)) return [OPEN, bytes.subarray(prefix.length)];
  const { kind: _kind, apiVersion: _apiVersion, ...rest } = item;
  return [Buffer.from(JSON.stringify(rest))];
}
