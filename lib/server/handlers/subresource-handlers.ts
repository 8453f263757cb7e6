import type { KubeObject, Stored } from '../../api/object.js';
import type { Column, ResourceDefinition, SubresourceDefinition } from '../../api/resource-definition.js';
import { humanAge } from '../../api/meta/time.js';
import type { SubresourceRegistry, SubresourceTypes } from '../../registry/registry.js';
import { badRequest } from '../../api/status-error.js';
import type { ApiRequest, Handler, ServerContext } from '../api-request.js';
import { encodeObject } from '../negotiation/object-encoding.js';
import { patchType, readPatch } from '../negotiation/patch-body.js';
import { presentation } from '../negotiation/presentation.js';
import type { ExpectedType } from '../negotiation/request-body.js';
import { readResource, readTyped } from '../negotiation/request-body.js';
import { json, success } from '../reply.js';
import { deleteOptionsOf } from './delete-options.js';
import { addressed } from './object-address.js';
import { nameIn } from './resource-handlers.js';
import { patchOptions, writeOptions } from './write-options.js';

/** The handlers of one subresource, by verb; those that it lacks are absent. */
export type SubresourceHandlers = Partial<Record<'create' | 'get' | 'update' | 'patch', Handler>>;

/** What one subresource is. */
export interface SubresourcePlace {
  readonly parent: ResourceDefinition;
  readonly name: string;
  readonly sub: SubresourceDefinition;
}

/** Reads and writes of a subresource that is (a view of) an object: `status`, `finalize`, `scale`, … */
export function viewHandlers({ parent, name, sub }: SubresourcePlace, context: ServerContext): SubresourceHandlers {
  const registry = subresourceRegistry(parent, name, context);
  const shownAs = sub.type === 'scale' ? { ...parent, kind: sub.kind, columns: SCALE_COLUMNS } : parent;
  const expected: ExpectedType = { ...typeOf(sub), custom: false };

  const shown = async (request: ApiRequest, work: () => Promise<KubeObject>) => {
    const view = presentation(request, shownAs, 'object', context.environment.now());
    return json(200, encodeObject((await work()) as Stored<KubeObject>, view));
  };

  return {
    get: (request) => shown(request, () => registry.get(nameIn(request, parent))),

    update: (request) =>
      shown(request, async () => {
        const options = writeOptions(request, 'UpdateOptions');
        const isParent = sub.type === 'object';
        const object: KubeObject = isParent ? await readResource(request, parent, options) : await readTyped(request, expected, options);
        return registry.update(nameIn(request, parent), addressed(object, parent, request.info, 'update'), {
          ...options,
          decoded: isParent,
        });
      }),

    patch: (request) =>
      shown(request, async () => {
        const type = patchType(request.headers['content-type'], parent.custom);
        const options = patchOptions(request, type);
        const patch = await readPatch(request, type, options);
        return registry.patch(nameIn(request, parent), patch, options);
      }),
  };
}

/** Subresources that make something of their object, and answer with that: `token`. */
export function productHandlers({ parent, name, sub }: SubresourcePlace, context: ServerContext): SubresourceHandlers {
  const registry = subresourceRegistry(parent, name, context);
  return {
    async create(request) {
      const options = writeOptions(request, 'CreateOptions');
      const object = await readTyped(request, { ...typeOf(sub), custom: false }, options);
      const named = { ...object, metadata: { ...object.metadata, name: object.metadata?.name ?? request.info.name } };
      return json(201, await registry.create(nameIn(request, parent), addressed(named, parent, request.info, 'update'), options));
    },
  };
}

/** Subresources that do something to their object and keep nothing: `binding`, `eviction`. */
export function actionHandlers({ parent, name, sub }: SubresourcePlace, context: ServerContext): SubresourceHandlers {
  const registry = subresourceRegistry(parent, name, context);
  return {
    async create(request) {
      const options = writeOptions(request, 'CreateOptions');
      const object = await readTyped(request, { ...typeOf(sub), custom: false }, options);
      const named = { ...object, metadata: { ...object.metadata, name: object.metadata?.name ?? request.info.name } };
      const target = addressed(named, parent, request.info, 'update');
      await registry.create(nameIn(request, parent), withDeleteOptions(target), options);
      return json(201, { ...success(undefined), code: 201 });
    },
  };
}

function subresourceRegistry(parent: ResourceDefinition, name: string, { registries }: ServerContext): SubresourceRegistry<KubeObject> {
  return registries.registry(parent).subresource(name as keyof SubresourceTypes<KubeObject>);
}

/** An Eviction's options, checked and in the form of the registries. */
function withDeleteOptions(object: KubeObject & Record<string, unknown>): KubeObject {
  const options = object['deleteOptions'];
  if (options === undefined || options === null) return object;
  if (typeof options !== 'object' || Array.isArray(options))
    throw badRequest('json: cannot unmarshal into Go struct field Eviction.deleteOptions of type v1.DeleteOptions');
  const checked: KubeObject & Record<string, unknown> = { ...object, deleteOptions: deleteOptionsOf(options) };
  return checked;
}

function typeOf({ group, version, kind }: SubresourceDefinition): { apiVersion: string; kind: string } {
  return { kind, apiVersion: group === '' ? version : `${group}/${version}` };
}

/** What `kubectl get --subresource=scale` prints. */
const SCALE_COLUMNS: readonly Column[] = [
  { name: 'Name', type: 'string', value: (scale) => scale.metadata.name },
  { name: 'Desired', type: 'integer', value: (scale) => replicasOf(scale, 'spec') },
  { name: 'Available', type: 'integer', value: (scale) => replicasOf(scale, 'status') },
  { name: 'Age', type: 'string', value: (scale, now) => humanAge(scale.metadata.creationTimestamp, now) },
];

function replicasOf(scale: KubeObject, part: 'spec' | 'status'): number {
  return (scale as { spec?: { replicas?: number }; status?: { replicas?: number } })[part]?.replicas ?? 0;
}
