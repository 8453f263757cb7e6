import type { PersistentVolume, PersistentVolumeSpec } from 'kubernetes-types/core/v1.js';
import { defineBuiltIn } from '../built-in.js';
import { notSupported } from '../field-error.js';
import { timestamp } from '../meta/time.js';
import { Faults, sameJson } from '../validation/faults.js';
import { dnsSubdomain } from '../validation/names.js';
import { validatePositiveAmount } from '../validation/resource-names.js';
import { validateNodeSelector } from './pod-spec/affinity.js';
import { accessModesText, validateAccessModes, VOLUME_MODES } from './storage-rules.js';
import { VOLUME_SOURCES, volumeSourceOf, validateVolumeSource } from './volume-source-rules.js';

/** A piece of storage in the cluster. */
export const persistentVolumes = defineBuiltIn<PersistentVolume>('v1/persistentvolumes', {
  cells: {
    Capacity: ({ spec }) => spec?.capacity?.['storage'] ?? '',
    'Access Modes': ({ spec }) => accessModesText(spec?.accessModes),
    'Reclaim Policy': ({ spec }) => spec?.persistentVolumeReclaimPolicy ?? '',
    Status: ({ metadata, status }) => (metadata.deletionTimestamp ? 'Terminating' : (status?.phase ?? '')),
    Claim: ({ spec }) => (spec?.claimRef ? `${spec.claimRef.namespace ?? ''}/${spec.claimRef.name ?? ''}` : ''),
    StorageClass: ({ spec }) => spec?.storageClassName ?? '',
    VolumeAttributesClass: ({ spec }) => (spec as WithAttributes | undefined)?.volumeAttributesClassName ?? '<unset>',
    Reason: ({ status }) => status?.reason ?? '',
    VolumeMode: ({ spec }) => spec?.volumeMode ?? '<unset>',
  },
  rules: {
    prepareCreate(volume: Draft, { now }) {
      volume.status = { ...volume.status, phase: 'Pending', lastPhaseTransitionTime: timestamp(now) };
    },
    prepareUpdate(volume: Draft, old, { subresource, now }) {
      if (subresource === 'status' && volume.status && volume.status.phase !== old.status?.phase)
        volume.status = { ...volume.status, lastPhaseTransitionTime: timestamp(now) };
    },
    validate({ spec = {} }) {
      const faults = new Faults();
      validateSpec(faults, 'spec', spec);
      return faults.list;
    },
    validateUpdate({ spec = {} }, { spec: old = {} }, { subresource }) {
      const faults = new Faults();
      if (subresource === 'status') return faults.list;
      if (!sameJson(sourcesOf(spec, old), sourcesOf(old)))
        faults.forbidden('spec.persistentvolumesource', 'spec.persistentvolumesource is immutable after creation');
      // The paths of these two begin at the spec, as in the real server.
      faults.immutable('volumeMode', spec.volumeMode, old.volumeMode);
      if (old.nodeAffinity) faults.immutable('nodeAffinity', spec.nodeAffinity, old.nodeAffinity);
      return faults.list;
    },
  },
});

type Draft = { -readonly [K in keyof PersistentVolume]: PersistentVolume[K] };
/** Fields that the types of this version do not have yet. */
type WithAttributes = PersistentVolumeSpec & { readonly volumeAttributesClassName?: string };

function validateSpec(faults: Faults, path: string, spec: WithAttributes): void {
  validateAccessModes(faults, `${path}.accessModes`, spec.accessModes);
  validateCapacity(faults, `${path}.capacity`, spec.capacity ?? {});
  const policy = spec.persistentVolumeReclaimPolicy;
  if (policy) faults.oneOf(`${path}.persistentVolumeReclaimPolicy`, policy, ['Delete', 'Recycle', 'Retain']);
  const required = spec.nodeAffinity?.required;
  if (spec.nodeAffinity) {
    if (faults.required(`${path}.nodeAffinity.required`, required, 'must specify required node constraints'))
      validateNodeSelector(faults, `${path}.nodeAffinity.required`, required!.nodeSelectorTerms);
  }
  validateSources(faults, path, spec);
  if (spec.hostPath && cleanPath(spec.hostPath.path) === '/' && policy === 'Recycle')
    faults.forbidden(`${path}.persistentVolumeReclaimPolicy`, "may not be 'recycle' for a hostPath mount of '/'");
  if (spec.storageClassName) faults.syntax(`${path}.storageClassName`, spec.storageClassName, dnsSubdomain);
  faults.oneOf(`${path}.volumeMode`, spec.volumeMode, VOLUME_MODES);
  validateAttributesClass(faults, path, spec);
}

/** A volume has a size, and nothing else that could be measured. */
function validateCapacity(faults: Faults, path: string, capacity: Readonly<Record<string, string>>): void {
  const names = Object.keys(capacity);
  if (names.length === 0) faults.required(path, undefined);
  if (names.length !== 1 || names[0] !== 'storage') faults.add(notSupported(path, capacity, ['storage']));
  for (const name of names) validatePositiveAmount(faults, `${path}[${name}]`, capacity[name]!);
}

function validateSources(faults: Faults, path: string, spec: PersistentVolumeSpec): void {
  const [first, ...more] = VOLUME_SOURCES.filter((source) => spec[source] !== undefined);
  if (first === undefined) faults.required(path, undefined, 'must specify a volume type');
  else validateVolumeSource(faults, path, first, spec);
  for (const source of more) faults.forbidden(`${path}.${source}`, 'may not specify more than 1 volume type');
  if (spec.local && !spec.nodeAffinity) faults.required(`${path}.nodeAffinity`, undefined, 'Local volume requires node affinity');
}

function validateAttributesClass(faults: Faults, path: string, { volumeAttributesClassName: name, csi }: WithAttributes): void {
  if (name === undefined) return;
  if (name === '') faults.required(`${path}.volumeAttributesClassName`, undefined, 'an empty string is disallowed');
  else faults.syntax(`${path}.volumeAttributesClassName`, name, dnsSubdomain);
  if (!csi) faults.required(`${path}.csi`, undefined, 'has to be specified when using volumeAttributesClassName');
}

/** The source of a volume. A secret for growing it may be added to one that has none. */
function sourcesOf(spec: PersistentVolumeSpec, old?: PersistentVolumeSpec): object {
  const sources = volumeSourceOf(spec);
  if (!old?.csi || old.csi.controllerExpandSecretRef || !sources.csi) return sources;
  const { controllerExpandSecretRef: _, ...csi } = sources.csi;
  return { ...sources, csi };
}

function cleanPath(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}
