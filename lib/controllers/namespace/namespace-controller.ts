import type { Namespace } from 'kubernetes-types/core/v1.js';
import { namespaces } from '../../api/core/namespaces.js';
import { pods } from '../../api/core/pods.js';
import type { Stored } from '../../api/object.js';
import { StatusError } from '../../api/status-error.js';
import type { ControllerDefinition } from '../../controller/controller-definition.js';
import { builtInController } from '../built-in-controller.js';
import type { ReconcileContext, Reconciler, Verdict } from '../../controller/reconciler.js';
import { deletionConditions } from './namespace-conditions.js';
import { deleteContents } from './namespace-contents.js';
import { patient } from '../patient.js';

type Context = ReconcileContext<Namespace>;

/** Our own name in `spec.finalizers`. */
const FINALIZER = 'kubernetes';
/** Milliseconds until contents that are slow to go are looked for again; pods tell by themselves. */
const LOOK_AGAIN = 1000;

/** Empties namespaces that are being deleted, and lets them go once they are empty. */
export function namespaceController(): ControllerDefinition<Namespace> {
  return builtInController(namespaces)
    .named('namespace-controller')
    .watches(pods, ({ metadata }) => (metadata.deletionTimestamp && metadata.namespace ? [metadata.namespace] : []))
    .reconcileWith(() => patient(new NamespaceReconciler()));
}

class NamespaceReconciler implements Reconciler<Namespace> {
  async reconcile(namespace: Stored<Namespace>, context: Context): Promise<Verdict> {
    if (!namespace.metadata.deletionTimestamp || !namespace.spec?.finalizers?.includes(FINALIZER)) return;
    const contents = await deleteContents(namespace.metadata.name, context.registries, context.signal);
    if (contents.remaining.length + contents.errors.length === 0) return ignoringGone(() => finalize(namespace, context));
    const conditions = deletionConditions(namespace, contents, context.environment.now());
    if (conditions !== namespace.status?.conditions) await ignoringGone(() => setConditions(namespace, conditions, context));
    if (contents.errors.length > 0)
      throw new AggregateError(contents.errors, `could not delete everything in namespace ${namespace.metadata.name}`);
    return { after: LOOK_AGAIN };
  }
}

async function setConditions(
  namespace: Stored<Namespace>,
  conditions: ReturnType<typeof deletionConditions>,
  context: Context,
): Promise<void> {
  const next = { ...namespace, status: { ...namespace.status, conditions: [...conditions] } };
  await context.registry(namespaces).subresource('status').update(context.name, next, { signal: context.signal });
}

async function finalize(namespace: Stored<Namespace>, context: Context): Promise<void> {
  const finalizers = namespace.spec?.finalizers?.filter((name) => name !== FINALIZER) ?? [];
  const next = { ...namespace, spec: { ...namespace.spec, finalizers } };
  await context.registry(namespaces).subresource('finalize').update(context.name, next, { signal: context.signal });
}

async function ignoringGone(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!StatusError.is(error, 'NotFound')) throw error;
  }
}
