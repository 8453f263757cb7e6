import type { LimitRange, PersistentVolume, PersistentVolumeClaim, PodTemplate, ResourceQuota } from 'kubernetes-types/core/v1.js';
import { structuralKind } from '../structural-kind.js';
import { containerImages, containerNames, labelsText } from './cells.js';

const ACCESS_MODES: Readonly<Record<string, string>> = {
  ReadWriteOnce: 'RWO',
  ReadOnlyMany: 'ROX',
  ReadWriteMany: 'RWX',
  ReadWriteOncePod: 'RWOP',
};

export const persistentVolumes = structuralKind<PersistentVolume>('v1/persistentvolumes', {
  cells: {
    Capacity: ({ spec }) => spec?.capacity?.['storage'] ?? '',
    'Access Modes': ({ spec }) => modesText(spec?.accessModes),
    'Reclaim Policy': ({ spec }) => spec?.persistentVolumeReclaimPolicy ?? '',
    Status: ({ metadata, status }) => (metadata.deletionTimestamp ? 'Terminating' : (status?.phase ?? '')),
    Claim: ({ spec }) => (spec?.claimRef ? `${spec.claimRef.namespace ?? ''}/${spec.claimRef.name ?? ''}` : ''),
    StorageClass: ({ spec }) => spec?.storageClassName ?? '',
    VolumeAttributesClass: ({ spec }) => spec?.volumeAttributesClassName ?? '<unset>',
    Reason: ({ status }) => status?.reason ?? '',
    VolumeMode: ({ spec }) => spec?.volumeMode ?? '<unset>',
  },
});

export const persistentVolumeClaims = structuralKind<PersistentVolumeClaim>('v1/persistentvolumeclaims', {
  cells: {
    Status: ({ metadata, status }) => (metadata.deletionTimestamp ? 'Terminating' : (status?.phase ?? '')),
    Volume: ({ spec }) => spec?.volumeName ?? '',
    Capacity: ({ spec, status }) => (spec?.volumeName ? (status?.capacity?.['storage'] ?? '') : ''),
    'Access Modes': ({ spec, status }) => (spec?.volumeName ? modesText(status?.accessModes) : ''),
    StorageClass: ({ spec }) => spec?.storageClassName ?? '',
    VolumeAttributesClass: ({ spec }) => spec?.volumeAttributesClassName ?? '<unset>',
    VolumeMode: ({ spec }) => spec?.volumeMode ?? '<unset>',
  },
});

export const podTemplates = structuralKind<PodTemplate>('v1/podtemplates', {
  cells: {
    Containers: ({ template }) => containerNames(template?.spec?.containers),
    Images: ({ template }) => containerImages(template?.spec?.containers),
    'Pod Labels': ({ template }) => labelsText(template?.metadata?.labels),
  },
});

export const resourceQuotas = structuralKind<ResourceQuota>('v1/resourcequotas', {
  cells: {
    Request: (quota) => usageText(quota, (name) => !name.startsWith('limits.')),
    Limit: (quota) => usageText(quota, (name) => name.startsWith('limits.')),
  },
});

export const limitRanges = structuralKind<LimitRange>('v1/limitranges');

function modesText(modes: readonly string[] | undefined): string {
  return (modes ?? []).map((mode) => ACCESS_MODES[mode] ?? mode).join(',');
}

/** `configmaps: 3/50, requests.cpu: 2m/10` */
function usageText({ status }: ResourceQuota, shown: (name: string) => boolean): string {
  const names = Object.keys(status?.hard ?? {})
    .filter(shown)
    .sort();
  return names.map((name) => `${name}: ${status?.used?.[name] ?? '0'}/${status?.hard?.[name] ?? '0'}`).join(', ');
}
