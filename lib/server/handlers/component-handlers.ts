import type { ComponentStatus } from 'kubernetes-types/core/v1.js';
import { componentStatuses } from '../../api/core/component-statuses.js';
import type { Stored } from '../../api/object.js';
import type { ResourceDefinition } from '../../api/resource-definition.js';
import { notFound } from '../../api/status-error.js';
import type { Handler, ServerContext } from '../api-request.js';
import type { HealthCheck } from '../health.js';
import { failureOf } from '../health.js';
import { encodeList, encodeObject } from '../negotiation/object-encoding.js';
import { presentation } from '../negotiation/presentation.js';
import { json } from '../reply.js';

/** The handlers of component statuses; undefined for other kinds. */
export function componentHandlers(
  definition: ResourceDefinition,
  { components, environment }: ServerContext,
): { readonly get: Handler; readonly list: Handler } | undefined {
  if (definition !== (componentStatuses as ResourceDefinition)) return undefined;
  const names = Object.keys(components).sort();
  return {
    async get(request) {
      const view = presentation(request, definition, 'object', environment.now());
      const { name } = request.info;
      if (!Object.hasOwn(components, name)) throw notFound(definition, name);
      return json(200, encodeObject(await statusOf(name, components[name]!), view));
    },
    async list(request) {
      const view = presentation(request, definition, 'list', environment.now());
      const items = await Promise.all(names.map((name) => statusOf(name, components[name]!)));
      return json(200, encodeList({ items, resourceVersion: '' }, view));
    },
  };
}

/** What is made for an answer has neither a uid nor a version. */
async function statusOf(name: string, check: HealthCheck): Promise<Stored<ComponentStatus>> {
  const error = await failureOf(check);
  const found = error === undefined ? { status: 'True', message: 'ok' } : { status: 'False', error };
  const status: ComponentStatus = {
    kind: 'ComponentStatus',
    apiVersion: 'v1',
    metadata: { name },
    conditions: [{ type: 'Healthy', ...found }],
  };
  return status as Stored<ComponentStatus>;
}
