import type { PersistentVolume, PersistentVolumeClaim } from 'kubernetes-types/core/v1.js';
import type { StorageClass } from 'kubernetes-types/storage/v1.js';
import { persistentVolumeClaims } from '../../api/core/persistent-volume-claims.js';
import { persistentVolumes } from '../../api/core/persistent-volumes.js';
import type { Stored } from '../../api/object.js';
import { keyOf } from '../../api/object.js';
import { storageClasses } from '../../api/storage/storage-classes.js';
import type { ControllerDefinition } from '../../controller/controller-definition.js';
import { builtInController } from '../built-in-controller.js';
import type { ReconcileContext, Reconciler, Verdict } from '../../controller/reconciler.js';
import { patient } from '../patient.js';
import { bestVolume, isFreeFor } from './volume-fit.js';

/** Milliseconds until a claim for which there was no volume is looked at again. */
const LOOK_AGAIN = 15_000;
const YES = 'yes';

/** Binds claims to volumes that are there. Volumes are not made on demand. */
export function claimBinderController(): ControllerDefinition<PersistentVolumeClaim> {
  return builtInController(persistentVolumeClaims)
    .named('persistentvolume-binder')
    .watches(persistentVolumes, ({ spec }) =>
      spec?.claimRef ? [keyOf({ namespace: spec.claimRef.namespace, name: spec.claimRef.name! })] : [],
    )
    .writes(persistentVolumes)
    .reads(storageClasses)
    .reconcileWith(() => patient(new ClaimBinder()));
}

type Context = ReconcileContext<PersistentVolumeClaim, PersistentVolume, StorageClass>;

class ClaimBinder implements Reconciler<PersistentVolumeClaim, PersistentVolume, StorageClass> {
  async reconcile(claim: Stored<PersistentVolumeClaim>, context: Context): Promise<Verdict> {
    if (claim.metadata.deletionTimestamp) return;
    const volumes = context.cache(persistentVolumes);
    const named = claim.spec?.volumeName;
    const volume = named ? volumes.get({ name: named }) : waits(claim, context) ? undefined : bestVolume(claim, volumes.list());
    if (claim.status?.phase === 'Bound') return volume ? undefined : report(context, 'Lost');
    if (!volume || !isFreeFor(volume, claim)) return { after: LOOK_AGAIN };
    await take(volume, claim, context);
    await settle(volume, context);
  }
}

/** Claims of some classes are bound only once it is known where they are used. */
function waits({ spec }: Stored<PersistentVolumeClaim>, context: Context): boolean {
  const found = spec?.storageClassName ? context.cache(storageClasses).get({ name: spec.storageClassName }) : undefined;
  return found?.volumeBindingMode === 'WaitForFirstConsumer';
}

/** Promises the volume to the claim, and says so. */
async function take(volume: Stored<PersistentVolume>, claim: Stored<PersistentVolumeClaim>, context: Context): Promise<void> {
  const registry = context.registry(persistentVolumes);
  const { signal } = context;
  const { name, namespace, uid, resourceVersion } = claim.metadata;
  const claimRef = { kind: 'PersistentVolumeClaim', apiVersion: 'v1', namespace: namespace!, name, uid, resourceVersion };
  const mine = await registry.modify(
    { name: volume.metadata.name },
    (current) => {
      // Another claim may have been quicker: then nothing changes, and the next look finds that it is not free.
      if (!isFreeFor(current, claim) || current.spec?.claimRef?.uid === uid) return current;
      const annotations = current.spec?.claimRef ? current.metadata.annotations : marked(current, 'bound-by-controller');
      return {
        ...current,
        metadata: { ...current.metadata, ...(annotations ? { annotations } : {}) },
        spec: { ...current.spec, claimRef },
      };
    },
    { signal },
  );
  if (mine.spec?.claimRef?.uid !== uid) throw new Error(`volume ${volume.metadata.name} was taken by another claim`);
  await registry
    .subresource('status')
    .modify({ name: volume.metadata.name }, (current) => ({ ...current, status: { ...current.status, phase: 'Bound' } }), { signal });
}

/** Tells the claim what it has got. */
async function settle({ metadata, spec }: Stored<PersistentVolume>, context: Context): Promise<void> {
  const registry = context.registry(persistentVolumeClaims);
  const { signal } = context;
  await registry.modify(
    context.name,
    (current) => ({
      ...current,
      metadata: {
        ...current.metadata,
        annotations: {
          ...(current.spec?.volumeName ? current.metadata.annotations : marked(current, 'bound-by-controller')),
          ...marked(current, 'bind-completed'),
        },
      },
      spec: { ...current.spec, volumeName: metadata.name },
    }),
    { signal },
  );
  const { accessModes, capacity } = spec ?? {};
  await registry.subresource('status').modify(
    context.name,
    (current) => ({
      ...current,
      status: { ...current.status, phase: 'Bound', ...(accessModes ? { accessModes } : {}), ...(capacity ? { capacity } : {}) },
    }),
    { signal },
  );
}

async function report(context: Context, phase: string): Promise<void> {
  await context
    .registry(persistentVolumeClaims)
    .subresource('status')
    .modify(context.name, (current) => ({ ...current, status: { ...current.status, phase } }), { signal: context.signal });
}

function marked({ metadata }: Stored<PersistentVolume> | Stored<PersistentVolumeClaim>, mark: string): Record<string, string> {
  return { ...metadata.annotations, [`pv.kubernetes.io/${mark}`]: YES };
}
