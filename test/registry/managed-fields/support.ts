import type { ManagedFieldsEntry } from 'kubernetes-types/meta/v1.js';
import type { KubeObject } from '../../../lib/api/object.js';
import { defineResource } from '../../../lib/api/define-resource.js';
import type { Schema } from '../../../lib/api/schema/schema.js';

/** A kind with each way of merging in its spec. */
export interface Shape extends KubeObject {
  spec?: {
    text?: string;
    count?: number;
    labels?: Record<string, string>;
    sealed?: Record<string, string>;
    plain?: readonly string[];
    words?: readonly string[];
    keyed?: readonly { readonly k: string; readonly v?: string; readonly inner?: { readonly n?: number } }[];
    free?: unknown;
    withDefault?: number;
  };
  status?: { phase?: string };
}

const text: Schema = { type: 'string' };
const texts: Schema = { type: 'object', additionalProperties: text };

export const shapes = defineResource<Shape>({
  group: 'play.example.com',
  version: 'v1',
  kind: 'Shape',
  schema: {
    type: 'object',
    properties: {
      spec: {
        type: 'object',
        properties: {
          text,
          count: { type: 'integer' },
          labels: texts,
          sealed: { ...texts, 'x-kubernetes-map-type': 'atomic' },
          plain: { type: 'array', items: text },
          words: { type: 'array', items: text, 'x-kubernetes-list-type': 'set' },
          keyed: {
            type: 'array',
            'x-kubernetes-list-type': 'map',
            'x-kubernetes-list-map-keys': ['k'],
            items: {
              type: 'object',
              required: ['k'],
              properties: { k: text, v: text, inner: { type: 'object', properties: { n: { type: 'integer' } } } },
            },
          },
          free: { 'x-kubernetes-preserve-unknown-fields': true },
          withDefault: { type: 'integer', default: 7 },
        },
      },
      status: { type: 'object', properties: { phase: text } },
    },
  },
});

/** Entries without their times and versions, by manager. */
export function fieldsOf(object: KubeObject): Record<string, unknown> {
  const entries = object.metadata?.managedFields ?? [];
  return Object.fromEntries(entries.map((entry) => [nameOf(entry), entry.fieldsV1]));
}

/** `manager`, or `manager Update`, or `manager Apply status`. */
function nameOf({ manager, operation, subresource }: ManagedFieldsEntry): string {
  return [manager, operation, subresource].filter((part) => part !== undefined && part !== 'Apply').join(' ');
}
