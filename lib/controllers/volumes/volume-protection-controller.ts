import type { PersistentVolume } from 'kubernetes-types/core/v1.js';
import { persistentVolumes } from '../../api/core/persistent-volumes.js';
import type { Stored } from '../../api/object.js';
import type { ControllerDefinition } from '../../controller/controller-definition.js';
import { builtInController } from '../built-in-controller.js';
import type { ReconcileContext, Reconciler } from '../../controller/reconciler.js';
import { patient } from '../patient.js';
import { withoutFinalizer } from './without-finalizer.js';

const FINALIZER = 'kubernetes.io/pv-protection';

/** Lets go of volumes that are being deleted once no claim has them. */
export function volumeProtectionController(): ControllerDefinition<PersistentVolume> {
  return builtInController(persistentVolumes)
    .named('pv-protection-controller')
    .reconcileWith(() => patient(new VolumeProtectionReconciler()));
}

class VolumeProtectionReconciler implements Reconciler<PersistentVolume> {
  async reconcile({ metadata, status }: Stored<PersistentVolume>, context: ReconcileContext<PersistentVolume>): Promise<void> {
    if (!metadata.deletionTimestamp || !metadata.finalizers?.includes(FINALIZER) || status?.phase === 'Bound') return;
    await withoutFinalizer(persistentVolumes, FINALIZER, context);
  }
}
