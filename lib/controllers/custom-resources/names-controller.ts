import type { CustomResourceDefinition, CustomResourceDefinitionNames } from 'kubernetes-types/apiextensions/v1.js';
import { customResourceDefinitions } from '../../api/custom-resources/custom-resource-definitions.js';
import { isTrue } from '../../api/custom-resources/definitions-of.js';
import { withCondition } from '../../api/meta/conditions.js';
import type { ObjectName, Stored } from '../../api/object.js';
import { nameOf } from '../../api/object.js';
import { StatusError } from '../../api/status-error.js';
import type { ControllerDefinition } from '../../controller/controller-definition.js';
import { builtInController } from '../built-in-controller.js';
import type { ReconcileContext, Reconciler, Verdict } from '../../controller/reconciler.js';
import { patient } from '../patient.js';
import { sameValue } from '../same-value.js';
import type { NameConflict, TakenNames } from './accepted-names.js';
import { acceptNames } from './accepted-names.js';

type Context = ReconcileContext<CustomResourceDefinition>;

/**
 * Accepts the names of CustomResourceDefinitions that no other kind of their group has, and then calls them established. A change of
 * one may free a name for another, so each look is at the whole group.
 */
export function customResourceNames(): ControllerDefinition<CustomResourceDefinition> {
  return builtInController(customResourceDefinitions)
    .named('custom-resource-names')
    .options({ workers: 1 })
    .reconcileWith(() => patient(new NamesReconciler()));
}

class NamesReconciler implements Reconciler<CustomResourceDefinition> {
  reconcile({ spec }: Stored<CustomResourceDefinition>, context: Context): Promise<Verdict> {
    return this.#lookAt(spec.group, context);
  }

  gone({ name }: ObjectName, context: Context): Promise<Verdict> {
    return this.#lookAt(name.slice(name.indexOf('.') + 1), context);
  }

  async #lookAt(group: string, context: Context): Promise<Verdict> {
    const all = context.cache(customResourceDefinitions).list();
    for (const crd of all.filter(({ spec }) => spec.group === group)) {
      // What this look has accepted already counts for those after it: the cache is asked anew by the next look.
      const { names, conflict } = acceptNames(crd, takenNames(crd, context));
      await setStatus(crd, names, conflict, context);
      if (!sameValue(crd.status?.acceptedNames, names)) return;
    }
  }
}

/** What the other kinds of the group have: accepted names of definitions, and those of kinds that no definition made. */
function takenNames(crd: Stored<CustomResourceDefinition>, context: Context): TakenNames {
  const all = context.cache(customResourceDefinitions).list();
  const others = all.filter(({ spec, metadata }) => spec.group === crd.spec.group && metadata.uid !== crd.metadata.uid);
  const defined = new Set(all.map(({ metadata }) => metadata.name));
  const { definitions } = context.registries.catalog;
  const builtIn = definitions.filter(({ group, plural }) => group === crd.spec.group && !defined.has(`${plural}.${group}`));
  const holders: readonly Names[] = [...others.map(({ status }) => status?.acceptedNames ?? {}), ...builtIn];
  const present = (names: readonly (string | undefined)[]) => new Set(names.filter((name) => name !== undefined && name !== ''));
  return {
    resources: present(holders.flatMap(({ plural, singular, shortNames = [] }) => [plural, singular, ...shortNames])),
    kinds: present(holders.flatMap(({ kind, listKind }) => [kind, listKind])),
  };
}

/** What is looked at of a kind, however it came to be. */
interface Names {
  readonly plural?: string;
  readonly singular?: string;
  readonly shortNames?: readonly string[];
  readonly kind?: string;
  readonly listKind?: string;
}

/** In two steps: who sees that a definition is established can rely on its names having been there before. */
async function setStatus(
  crd: Stored<CustomResourceDefinition>,
  acceptedNames: CustomResourceDefinitionNames,
  conflict: NameConflict | undefined,
  context: Context,
): Promise<void> {
  const now = context.environment.now();
  const wasAccepted = isTrue(crd, 'NamesAccepted');
  const accepted = conflict
    ? { type: 'NamesAccepted', status: 'False', ...conflict }
    : { type: 'NamesAccepted', status: 'True', reason: 'NoConflicts', message: 'no conflicts found' };
  let conditions = withCondition(crd.status?.conditions, accepted, now);
  if (!isTrue(crd, 'Established')) conditions = withCondition(conditions, establishedOf(conflict, wasAccepted), now);
  if (conditions === crd.status?.conditions && sameValue(crd.status.acceptedNames, acceptedNames)) return;
  const next = { ...crd, status: { ...crd.status, acceptedNames, conditions: [...conditions] } };
  try {
    await context.registry(customResourceDefinitions).subresource('status').update(nameOf(crd), next, { signal: context.signal });
  } catch (error) {
    if (!StatusError.is(error, 'NotFound')) throw error;
  }
}

function establishedOf(conflict: NameConflict | undefined, wasAccepted: boolean) {
  const type = 'Established';
  if (conflict) return { type, status: 'False', reason: 'NotAccepted', message: 'not all names are accepted' };
  const message = 'the initial names have been accepted';
  return wasAccepted
    ? { type, status: 'True', reason: 'InitialNamesAccepted', message }
    : { type, status: 'False', reason: 'Installing', message };
}
