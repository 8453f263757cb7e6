import type { ResourceDefinition, WriteOnlyDefinition } from '../api/resource-definition.js';
import { badRequest, methodNotAllowed, notFound, StatusError } from '../api/status-error.js';
import type { Handler, ServerContext } from './api-request.js';
import { componentHandlers } from './handlers/component-handlers.js';
import { podLogHandler } from './handlers/pod-log-handler.js';
import { resourceHandlers } from './handlers/resource-handlers.js';
import type { SubresourceHandlers, SubresourcePlace } from './handlers/subresource-handlers.js';
import { actionHandlers, productHandlers, viewHandlers } from './handlers/subresource-handlers.js';
import { writeOnlyHandlers } from './handlers/write-only-handlers.js';
import { pageNotFound } from './reply.js';
import { reviewHandlers } from './reviews/review-handlers.js';
import type { RequestInfo } from './request-info.js';
import type { WatchTurns } from './watch/watch-turns.js';

type Handlers = Readonly<Record<string, Handler | undefined>>;

/** All paths of one resource: its collections, its objects, their subresources. Each maps verbs to handlers. */
interface ResourceRoutes {
  readonly definition: ResourceDefinition;
  readonly handlers: Handlers;
  readonly subresources: Readonly<Record<string, Handlers>>;
}

/** Whether a verb is about one object or about a collection. */
const NEEDS_NAME: Readonly<Record<string, boolean>> = { create: false, update: true, patch: true };

/**
 * The one table of what is served below `/api` and `/apis`, made from the definitions of a catalog; made anew when the
 * catalog has changed.
 */
export class RouteTable {
  readonly #context: ServerContext;
  readonly #turns: WatchTurns;
  #revision = -1;
  #routes = new Map<string, ResourceRoutes>();
  /** Groups that have built-in kinds. */
  #builtIn = new Set<string>();

  constructor(context: ServerContext, turns: WatchTurns) {
    this.#context = context;
    this.#turns = turns;
  }

  /** What answers a request for a resource. Throws 404 and 405 as Kubernetes does. */
  handler(info: RequestInfo, method: string): Handler {
    const routes = this.#routesFor(info);
    if (!routes || !hasPlace(routes.definition, info)) return this.#unknown(info.group);
    const handlers = info.subresource === '' ? routes.handlers : own(routes.subresources, info.subresource);
    if (!handlers && routes.definition.custom) throw notFound(routes.definition, info.name);
    if (!handlers || (info.rest.length > 0 && info.subresource !== 'proxy')) return this.#unknown(info.group);
    const handler = allowed(routes.definition, info, method) ? own(handlers, info.verb) : undefined;
    if (!handler) throw methodNotAllowed();
    const { deprecation } = routes.definition;
    return deprecation === undefined ? handler : warning(deprecation, handler);
  }

  /** The definition behind a path, for those that do not come as ordinary requests (upgrades). */
  definition(info: RequestInfo): ResourceDefinition | undefined {
    return this.#routesFor(info)?.definition;
  }

  #routesFor(info: RequestInfo): ResourceRoutes | undefined {
    this.#refresh();
    return this.#routes.get(`${info.group}/${info.version}/${info.resource}`);
  }

  /** Of a built-in group a Status; of another one the text of a server that knows nothing about it. */
  #unknown(group: string): Handler {
    if (!this.#builtIn.has(group)) return () => pageNotFound;
    throw new StatusError('NotFound', 'the server could not find the requested resource', { details: {} });
  }

  #refresh(): void {
    const { catalog } = this.#context.registries;
    if (catalog.revision === this.#revision) return;
    const { definitions } = catalog;
    this.#routes = new Map(definitions.map((one) => [`${one.group}/${one.version}/${one.plural}`, this.#routesOf(one)]));
    this.#builtIn = new Set(definitions.filter(({ custom }) => !custom).map(({ group }) => group));
    this.#revision = catalog.revision;
  }

  #routesOf(definition: ResourceDefinition): ResourceRoutes {
    const served: Handlers =
      reviewHandlers(definition, this.#context) ?? componentHandlers(definition, this.#context) ?? this.#handlersOf(definition);
    const subresources = Object.entries(definition.subresources).map(([name, sub]) => {
      return [name, only(sub.verbs, this.#subresource({ parent: definition, name, sub }))] as const;
    });
    return { definition, handlers: only(definition.verbs, served), subresources: Object.fromEntries(subresources) };
  }

  #handlersOf(definition: ResourceDefinition): Handlers {
    return isWriteOnly(definition)
      ? writeOnlyHandlers(definition, this.#context)
      : resourceHandlers(definition, this.#context, this.#turns);
  }

  #subresource(place: SubresourcePlace): SubresourceHandlers {
    switch (place.sub.type) {
      case 'object':
      case 'scale':
        return viewHandlers(place, this.#context);
      case 'action':
        return place.name === 'token' ? productHandlers(place, this.#context) : actionHandlers(place, this.#context);
      case 'connect':
        return place.name === 'log'
          ? { get: podLogHandler(place.parent, this.#context) }
          : { get: upgradeRequired, create: upgradeRequired };
    }
  }
}

function warning(text: string, handler: Handler): Handler {
  return (request) => {
    request.warn(text);
    return handler(request);
  };
}

const upgradeRequired: Handler = () => {
  throw badRequest('Upgrade request required');
};

/** Whether a resource of this scope has such a path. */
function hasPlace({ namespaced, plural, custom }: ResourceDefinition, info: RequestInfo): boolean {
  if (!namespaced) return info.namespace === '' || plural === 'namespaces';
  if (info.namespace !== '') return true;
  // Across all namespaces custom kinds have nothing but reads; built-in ones say that the method is wrong.
  return info.name === '' && (!custom || info.verb === 'list' || info.verb === 'watch');
}

/** One creates in collections, changes what has a name, and only reads across all namespaces; built-in kinds do not take HEAD. */
function allowed({ namespaced, custom }: ResourceDefinition, info: RequestInfo, method: string): boolean {
  if (method === 'HEAD' && !custom) return false;
  if (info.subresource === '' && NEEDS_NAME[info.verb] === (info.name === '')) return false;
  return !namespaced || info.namespace !== '' || info.verb === 'list' || info.verb === 'watch';
}

function isWriteOnly(definition: ResourceDefinition): definition is WriteOnlyDefinition {
  return 'writeOnly' in definition;
}

function only(verbs: readonly string[], handlers: Handlers): Handlers {
  return Object.fromEntries(Object.entries(handlers).filter(([verb]) => verbs.includes(verb)));
}

function own<T>(record: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}
