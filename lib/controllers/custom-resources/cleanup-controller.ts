import type { CustomResourceDefinition } from 'kubernetes-types/apiextensions/v1.js';
import { customResourceDefinitions } from '../../api/custom-resources/custom-resource-definitions.js';
import { storedDefinitionOf } from '../../api/custom-resources/definitions-of.js';
import { withCondition } from '../../api/meta/conditions.js';
import type { Stored } from '../../api/object.js';
import { nameOf } from '../../api/object.js';
import { StatusError } from '../../api/status-error.js';
import type { ControllerDefinition } from '../../controller/controller-definition.js';
import { builtInController } from '../built-in-controller.js';
import type { ReconcileContext, Reconciler, Verdict } from '../../controller/reconciler.js';
import { patient } from '../patient.js';

type Context = ReconcileContext<CustomResourceDefinition>;
type Crd = Stored<CustomResourceDefinition>;

const FINALIZER = 'customresourcecleanup.apiextensions.k8s.io';
/** Milliseconds until instances that are slow to go are looked for again. */
const LOOK_AGAIN = 500;

/** Deletes the instances of CustomResourceDefinitions that are being deleted, and lets a definition go once it has none. */
export function customResourceCleanup(): ControllerDefinition<CustomResourceDefinition> {
  return builtInController(customResourceDefinitions)
    .named('custom-resource-cleanup')
    .reconcileWith(() => patient(new CleanupReconciler()));
}

class CleanupReconciler implements Reconciler<CustomResourceDefinition> {
  async reconcile(crd: Crd, context: Context): Promise<Verdict> {
    if (!crd.metadata.deletionTimestamp || !crd.metadata.finalizers?.includes(FINALIZER)) return;
    const left = await deleteInstances(crd, context);
    if (left > 0) {
      await setCondition(crd, inProgress(left), context);
      return { after: LOOK_AGAIN };
    }
    await ignoringGone(() =>
      context.registry(customResourceDefinitions).modify(nameOf(crd), (current) => withoutFinalizer(current), { signal: context.signal }),
    );
  }
}

/** Gives how many are still there. */
async function deleteInstances(crd: Crd, { registries, signal }: Context): Promise<number> {
  const definition = storedDefinitionOf(crd);
  if (!definition) return 0;
  const registry = registries.registry(definition);
  const { items } = await registry.list({ signal });
  if (items.length === 0) return 0;
  if (items.some(({ metadata }) => !metadata.deletionTimestamp)) await registry.deleteMany({ propagationPolicy: 'Background', signal });
  return (await registry.list({ signal })).items.length;
}

function withoutFinalizer(crd: Crd): CustomResourceDefinition {
  return { ...crd, metadata: { ...crd.metadata, finalizers: crd.metadata.finalizers?.filter((one) => one !== FINALIZER) ?? [] } };
}

function inProgress(left: number) {
  return {
    type: 'Terminating',
    status: 'True',
    reason: 'InstanceDeletionInProgress',
    message: `CustomResource deletion is in progress: ${left} instances are left`,
  };
}

async function setCondition(crd: Crd, condition: ReturnType<typeof inProgress>, context: Context): Promise<void> {
  const conditions = withCondition(crd.status?.conditions, condition, context.environment.now());
  if (conditions === crd.status?.conditions) return;
  const next = { ...crd, status: { ...crd.status, conditions: [...conditions] } };
  await ignoringGone(() =>
    context.registry(customResourceDefinitions).subresource('status').update(nameOf(crd), next, { signal: context.signal }),
  );
}

async function ignoringGone(work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!StatusError.is(error, 'NotFound')) throw error;
  }
}
