import type { KubeObject } from '../../api/object.js';
import { defineResource } from '../../api/define-resource.js';

/** A kind of a user's own, with all that such a kind can have. */
export interface Widget extends KubeObject {
  spec?: { color?: string; size?: number; tags?: string[] };
  status?: { size?: number; phase?: string };
}

export const widgets = defineResource<Widget>({
  group: 'conformance.kubelib.dev',
  version: 'v1',
  kind: 'Widget',
  schema: {
    type: 'object',
    properties: {
      spec: {
        type: 'object',
        properties: {
          color: { type: 'string', enum: ['red', 'green', 'blue'], default: 'red' },
          size: { type: 'integer', minimum: 0 },
          tags: { type: 'array', items: { type: 'string' } },
        },
      },
      status: { type: 'object', properties: { size: { type: 'integer' }, phase: { type: 'string' } } },
    },
  },
  subresources: { scale: { specReplicasPath: '.spec.size', statusReplicasPath: '.status.size' } },
  selectableFields: ['.spec.color'],
});

/** A widget in `default`. */
export function widgetNamed(name: string, spec: Widget['spec'] = {}): Widget {
  return { metadata: { name, namespace: 'default' }, spec };
}
