import type { PersistentVolume, PersistentVolumeClaim } from 'kubernetes-types/core/v1.js';
import { persistentVolumeClaims } from '../../api/core/persistent-volume-claims.js';
import { persistentVolumes } from '../../api/core/persistent-volumes.js';
import type { Stored } from '../../api/object.js';
import type { ControllerDefinition } from '../../controller/controller-definition.js';
import { builtInController } from '../built-in-controller.js';
import type { ReconcileContext, Reconciler } from '../../controller/reconciler.js';
import { patient } from '../patient.js';

/** Says of each volume whether a claim can have it, has it, or had it. */
export function volumePhaseController(): ControllerDefinition<PersistentVolume> {
  return builtInController(persistentVolumes)
    .named('persistentvolume-phases')
    .watches(persistentVolumeClaims, ({ spec }) => (spec?.volumeName ? [spec.volumeName] : []))
    .reconcileWith(() => patient(new VolumePhaseReconciler()));
}

type Context = ReconcileContext<PersistentVolume, never, PersistentVolumeClaim>;

class VolumePhaseReconciler implements Reconciler<PersistentVolume, never, PersistentVolumeClaim> {
  async reconcile(volume: Stored<PersistentVolume>, context: Context): Promise<void> {
    const phase = await phaseOf(volume, context);
    if (phase === undefined || phase === volume.status?.phase) return;
    await context
      .registry(persistentVolumes)
      .subresource('status')
      .modify(context.name, (current) => ({ ...current, status: { ...current.status, phase } }), { signal: context.signal });
  }
}

/** Undefined: as it is; whoever binds it says so. */
async function phaseOf({ spec, status }: Stored<PersistentVolume>, context: Context): Promise<string | undefined> {
  const promise = spec?.claimRef;
  if (!promise?.uid) return status?.phase === 'Bound' ? undefined : 'Available';
  // Past the cache: a claim that was made a moment ago is not gone.
  const { items } = await context
    .registry(persistentVolumeClaims)
    .list({ namespace: promise.namespace, fieldSelector: `metadata.name=${promise.name}`, signal: context.signal });
  return items.some(({ metadata }) => metadata.uid === promise.uid) ? undefined : 'Released';
}
