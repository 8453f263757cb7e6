import type { KubeObject, ObjectName, Stored } from '../../api/object.js';
import type { ResourceDefinition, Verb } from '../../api/resource-definition.js';
import type { GetOptions } from '../../registry/registry.js';
import { success, json } from '../reply.js';
import type { Reply } from '../reply.js';
import type { ApiRequest, Handler, ServerContext } from '../api-request.js';
import { encodeList, encodeObject } from '../negotiation/object-encoding.js';
import { presentation } from '../negotiation/presentation.js';
import { readPatch, patchType } from '../negotiation/patch-body.js';
import { readResource } from '../negotiation/request-body.js';
import type { WatchTurns } from '../watch/watch-turns.js';
import { watchReply } from '../watch/watch-reply.js';
import { deleteOptions } from './delete-options.js';
import { listOptions, watchOptions } from './list-options.js';
import { addressed } from './object-address.js';
import { patchOptions, writeOptions } from './write-options.js';

/** The handlers of one kind, by verb. */
export type ResourceHandlers = Readonly<Record<Verb, Handler>>;

/** Reads and writes of one kind over its registry. */
export function resourceHandlers(definition: ResourceDefinition, context: ServerContext, turns: WatchTurns): ResourceHandlers {
  const registry = context.registries.registry(definition);
  const now = () => context.environment.now();

  const shown = (request: ApiRequest, code: number, object: Stored<KubeObject>): Reply =>
    json(code, encodeObject(object, presentation(request, definition, 'object', now())));
  /** Refuses what cannot be answered before anything is done. */
  const checkAccept = (request: ApiRequest) => void presentation(request, definition, 'object', 0);

  return {
    async get(request) {
      checkAccept(request);
      return shown(request, 200, await registry.get(nameIn(request, definition), new ReadOptions(request)));
    },

    async list(request) {
      const view = presentation(request, definition, 'list', now());
      return json(200, encodeList(await registry.list(listOptions(request, definition)), view));
    },

    watch(request) {
      const view = presentation(request, definition, 'watch', now());
      return watchReply({ registry, options: watchOptions(request, definition), view, context, turns });
    },

    async create(request) {
      checkAccept(request);
      const options = writeOptions(request, 'CreateOptions');
      const object = addressed(await readResource(request, definition, options), definition, request.info, 'create');
      return shown(request, 201, await registry.create(object, { ...options, decoded: true }));
    },

    async update(request) {
      checkAccept(request);
      const options = writeOptions(request, 'UpdateOptions');
      const object = addressed(await readResource(request, definition, options), definition, request.info, 'update');
      let code = 200;
      const stored = await registry.update(object, { ...options, decoded: true, onCreated: () => (code = 201) });
      return shown(request, code, stored);
    },

    async patch(request) {
      checkAccept(request);
      const type = patchType(request.headers['content-type'], definition.custom);
      const options = patchOptions(request, type);
      const patch = await readPatch(request, type, options);
      let code = 200;
      const stored = await registry.patch(nameIn(request, definition), patch, { ...options, onCreated: () => (code = 201) });
      return shown(request, code, stored);
    },

    async delete(request) {
      checkAccept(request);
      const options = await deleteOptions(request);
      const stored = await registry.delete(nameIn(request, definition), options);
      const waits = stored.metadata.deletionTimestamp !== undefined;
      return waits || definition.deleteReturnsObject
        ? json(200, encodeObject(stored, plain(definition)))
        : json(200, deleted(stored, definition));
    },

    async deletecollection(request) {
      const view = presentation(request, definition, 'list', now());
      const options = await deleteOptions(request);
      const list = await registry.deleteMany({ ...listOptions(request, definition), ...options });
      return json(200, encodeList(list, view));
    },
  };
}

/** How fresh a read must be, and a signal that is made only when somebody waits. */
class ReadOptions implements GetOptions {
  readonly resourceVersion: string | undefined;
  readonly #request: ApiRequest;

  constructor(request: ApiRequest) {
    this.resourceVersion = request.query.text('resourceVersion') || undefined;
    this.#request = request;
  }

  get signal(): AbortSignal {
    return this.#request.signal;
  }
}

/** The name in the path, with its namespace where the kind has them. */
export function nameIn({ info }: ApiRequest, { namespaced }: Pick<ResourceDefinition, 'namespaced'>): ObjectName {
  return namespaced ? { name: info.name, namespace: info.namespace } : { name: info.name };
}

const plain = (definition: ResourceDefinition) => ({ definition, as: undefined, includeObject: 'Metadata', now: 0 }) as const;

function deleted({ metadata }: Stored<KubeObject>, { group, plural }: ResourceDefinition): object {
  return success({ name: metadata.name, ...(group === '' ? {} : { group }), kind: plural, uid: metadata.uid });
}
