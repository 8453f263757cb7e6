import type { PersistentVolumeClaim, Pod } from 'kubernetes-types/core/v1.js';
import { persistentVolumeClaims } from '../../api/core/persistent-volume-claims.js';
import { pods } from '../../api/core/pods.js';
import type { Stored } from '../../api/object.js';
import { keyOf } from '../../api/object.js';
import type { ControllerDefinition } from '../../controller/controller-definition.js';
import { builtInController } from '../built-in-controller.js';
import type { ReconcileContext, Reconciler } from '../../controller/reconciler.js';
import { patient } from '../patient.js';
import { withoutFinalizer } from './without-finalizer.js';

const FINALIZER = 'kubernetes.io/pvc-protection';

/** Lets go of claims that are being deleted once no pod uses them. */
export function claimProtectionController(): ControllerDefinition<PersistentVolumeClaim> {
  return builtInController(persistentVolumeClaims)
    .named('pvc-protection-controller')
    .watches(pods, claimsOf)
    .reconcileWith(() => patient(new ClaimProtectionReconciler()));
}

class ClaimProtectionReconciler implements Reconciler<PersistentVolumeClaim, never, Pod> {
  async reconcile(claim: Stored<PersistentVolumeClaim>, context: ReconcileContext<PersistentVolumeClaim, never, Pod>): Promise<void> {
    const { namespace, deletionTimestamp, finalizers } = claim.metadata;
    if (!deletionTimestamp || !finalizers?.includes(FINALIZER)) return;
    // Past the cache: a pod that was made a moment ago counts.
    const { items } = await context.registry(pods).list({ namespace, signal: context.signal });
    if (!items.some((pod) => claimsOf(pod).includes(keyOf(claim)))) await withoutFinalizer(persistentVolumeClaims, FINALIZER, context);
  }
}

/** The keys of the claims that a pod uses until it has ended; those that are made for it are named after it. */
function claimsOf({ metadata, spec, status }: Stored<Pod>): string[] {
  if (status?.phase === 'Succeeded' || status?.phase === 'Failed') return [];
  return (spec?.volumes ?? []).flatMap(({ name, persistentVolumeClaim, ephemeral }) => {
    const claim = persistentVolumeClaim?.claimName ?? (ephemeral ? `${metadata.name}-${name}` : undefined);
    return claim === undefined ? [] : [keyOf({ namespace: metadata.namespace, name: claim })];
  });
}
