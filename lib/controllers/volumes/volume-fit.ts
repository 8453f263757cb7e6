import type { PersistentVolume, PersistentVolumeClaim } from 'kubernetes-types/core/v1.js';
import { labelSelectorOf } from '../../api/meta/label-selector.js';
import { Quantity } from '../../api/meta/quantity.js';
import type { Stored } from '../../api/object.js';

/** Whether a volume is promised to nobody else than this claim. */
export function isFreeFor({ spec, metadata }: Stored<PersistentVolume>, { metadata: claim }: Stored<PersistentVolumeClaim>): boolean {
  const promise = spec?.claimRef;
  if (metadata.deletionTimestamp) return false;
  if (!promise) return true;
  return promise.name === claim.name && promise.namespace === claim.namespace && (!promise.uid || promise.uid === claim.uid);
}

/** The volume that a claim gets: one that is promised to it, else the smallest that is large enough; undefined: none fits. */
export function bestVolume(
  claim: Stored<PersistentVolumeClaim>,
  volumes: readonly Stored<PersistentVolume>[],
): Stored<PersistentVolume> | undefined {
  const fitting = volumes.filter((volume) => isFreeFor(volume, claim) && fits(volume, claim));
  return fitting.sort((a, b) => Number(Boolean(b.spec?.claimRef)) - Number(Boolean(a.spec?.claimRef)) || sizeOf(a).compare(sizeOf(b)))[0];
}

function fits(volume: Stored<PersistentVolume>, { spec: wanted = {} }: Stored<PersistentVolumeClaim>): boolean {
  const { spec = {}, metadata } = volume;
  return (
    (spec.storageClassName ?? '') === (wanted.storageClassName ?? '') &&
    (spec.volumeMode ?? 'Filesystem') === (wanted.volumeMode ?? 'Filesystem') &&
    (wanted.accessModes ?? []).every((mode) => spec.accessModes?.includes(mode)) &&
    sizeOf(volume).compare(Quantity.parse(wanted.resources?.requests?.['storage'] ?? '0')) >= 0 &&
    (!wanted.selector || labelSelectorOf(wanted.selector).matches(metadata.labels))
  );
}

function sizeOf({ spec }: Stored<PersistentVolume>): Quantity {
  return Quantity.parse(spec?.capacity?.['storage'] ?? '0');
}
