import type { CSIDriver, CSINode, CSIStorageCapacity, StorageClass, VolumeAttachment } from 'kubernetes-types/storage/v1.js';
import type { KubeObject } from '../object.js';
import { structuralKind } from '../structural-kind.js';

export const storageClasses = structuralKind<StorageClass>('storage.k8s.io/v1/storageclasses', {
  cells: {
    Provisioner: ({ provisioner }) => provisioner,
    ReclaimPolicy: ({ reclaimPolicy }) => reclaimPolicy ?? 'Delete',
    VolumeBindingMode: ({ volumeBindingMode }) => volumeBindingMode ?? 'Immediate',
    AllowVolumeExpansion: ({ allowVolumeExpansion }) => allowVolumeExpansion ?? false,
  },
});
export const csiDrivers = structuralKind<CSIDriver>('storage.k8s.io/v1/csidrivers');
export const csiNodes = structuralKind<CSINode>('storage.k8s.io/v1/csinodes', {
  cells: { Drivers: ({ spec }) => (spec.drivers ?? []).length },
});
export const csiStorageCapacities = structuralKind<CSIStorageCapacity>('storage.k8s.io/v1/csistoragecapacities');
export const volumeAttachments = structuralKind<VolumeAttachment>('storage.k8s.io/v1/volumeattachments');
export const volumeAttributesClasses = structuralKind<KubeObject>('storage.k8s.io/v1/volumeattributesclasses');
