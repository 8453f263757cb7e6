import type { ClusterRole, PolicyRule } from 'kubernetes-types/rbac/v1.js';
import type { KubeObject } from '../api/object.js';
import type { ResourceDefinition } from '../api/resource-definition.js';
import type { ControllerDefinition } from './controller-definition.js';

/** What {@link rolesFor} takes besides controllers. */
export interface RolesOptions {
  /** Of the ClusterRole. Default: the names of the controllers, joined with `-`. */
  readonly name?: string | undefined;
  /** Whether they run behind a `LeaderElector`, which needs a Lease. Default false. */
  readonly leaderElection?: boolean | undefined;
}

const READ = ['get', 'list', 'watch'];
const WRITE = ['create', 'delete', 'patch', 'update'];

/**
 * What controllers must be allowed (RBAC) to do what they have declared, and no more: reads of all declared kinds, writes of those that
 * they own or write, updates of their own kinds with status and finalizers, events.
 *
 * What a reconciler does through `context.registries` is not declared, and not among it.
 *
 * ```ts
 * const role = rolesFor([shopController], { leaderElection: true });
 * ```
 */
export function rolesFor(
  controllers: readonly ControllerDefinition[],
  { name = controllers.map((one) => one.name).join('-'), leaderElection = false }: RolesOptions = {},
): ClusterRole {
  const verbs = new VerbsByResource();
  for (const controller of controllers) addController(verbs, controller);
  for (const group of ['', 'events.k8s.io']) verbs.add({ group, plural: 'events' }, ['create', 'patch', 'update']);
  if (leaderElection) verbs.add({ group: 'coordination.k8s.io', plural: 'leases' }, ['get', 'create', 'update']);
  return { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name }, rules: verbs.rules() };
}

function addController(verbs: VerbsByResource, controller: ControllerDefinition): void {
  const own = controller.for;
  verbs.add(own, [...READ, 'patch', 'update']);
  verbs.add(own, ['update'], 'finalizers'); // for owner references that block its deletion, where a server checks them
  if (own.subresources['status']) verbs.add(own, ['get', 'patch', 'update'], 'status');
  for (const kind of [...controller.owns, ...controller.writes]) {
    verbs.add(kind, [...READ, ...WRITE]);
    if (kind.subresources['status'] && kind.custom) verbs.add(kind, ['get', 'patch', 'update'], 'status');
  }
  for (const { definition } of [...controller.reads, ...controller.watches]) verbs.add(definition, READ);
}

/** Collects verbs, and says them in as few rules as are easily read. */
class VerbsByResource {
  readonly #verbs = new Map<string, Map<string, Set<string>>>();

  add<K extends KubeObject>(
    { group, plural }: Pick<ResourceDefinition<K>, 'group' | 'plural'>,
    verbs: readonly string[],
    subresource?: string,
  ): void {
    const resources = this.#verbs.get(group) ?? new Map<string, Set<string>>();
    this.#verbs.set(group, resources);
    const resource = subresource === undefined ? plural : `${plural}/${subresource}`;
    const all = resources.get(resource) ?? new Set<string>();
    resources.set(resource, all);
    for (const verb of verbs) all.add(verb);
  }

  /** One a group and set of verbs, in order of their names. */
  rules(): PolicyRule[] {
    const rules: PolicyRule[] = [];
    for (const [group, resources] of [...this.#verbs].sort(byName)) {
      const byVerbs = new Map<string, string[]>();
      for (const [resource, verbs] of [...resources].sort(byName)) {
        const text = [...verbs].sort().join(' ');
        byVerbs.set(text, [...(byVerbs.get(text) ?? []), resource]);
      }
      for (const [verbs, names] of byVerbs) rules.push({ apiGroups: [group], resources: names, verbs: verbs.split(' ') });
    }
    return rules;
  }
}

const byName = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]) => (a < b ? -1 : 1);
