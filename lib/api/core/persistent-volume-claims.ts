import type { PersistentVolumeClaim, PersistentVolumeClaimSpec, TypedLocalObjectReference } from 'kubernetes-types/core/v1.js';
import { defineBuiltIn } from '../built-in.js';
import { Quantity } from '../meta/quantity.js';
import type { Stored } from '../object.js';
import { Faults, sameJson } from '../validation/faults.js';
import { validateLabelSelector } from '../validation/label-selector.js';
import { dnsSubdomain } from '../validation/names.js';
import { validatePositiveAmount } from '../validation/resource-names.js';
import { accessModesText, validateAccessModes, VOLUME_MODES } from './storage-rules.js';

/** The class of a claim, from before there was a field for it. */
const CLASS_ANNOTATION = 'volume.beta.kubernetes.io/storage-class';
const SNAPSHOTS = 'snapshot.storage.k8s.io';

/** Fields that the types of this version do not have yet. */
type ClaimSpec = PersistentVolumeClaimSpec & { volumeAttributesClassName?: string };

type Draft = { -readonly [K in keyof PersistentVolumeClaim]: PersistentVolumeClaim[K] };

/** A wish for storage. */
export const persistentVolumeClaims = defineBuiltIn<PersistentVolumeClaim>('v1/persistentvolumeclaims', {
  cells: {
    Status: ({ metadata, status }) => (metadata.deletionTimestamp ? 'Terminating' : (status?.phase ?? '')),
    Volume: ({ spec }) => spec?.volumeName ?? '',
    Capacity: ({ spec, status }) => (spec?.volumeName ? (status?.capacity?.['storage'] ?? '') : ''),
    'Access Modes': ({ spec, status }) => (spec?.volumeName ? accessModesText(status?.accessModes) : ''),
    StorageClass: ({ spec }) => spec?.storageClassName ?? '',
    VolumeAttributesClass: ({ spec }) => (spec as ClaimSpec | undefined)?.volumeAttributesClassName ?? '<unset>',
    VolumeMode: ({ spec }) => spec?.volumeMode ?? '<unset>',
  },
  rules: {
    prepareCreate(claim: Draft) {
      claim.status = { phase: 'Pending' };
      if (claim.spec) mirrorDataSource(claim.spec, undefined);
    },
    prepareUpdate({ spec }, old, { subresource }) {
      if (subresource !== 'status' && spec) mirrorDataSource(spec, old.spec);
    },
    validate({ spec = {} }) {
      const faults = new Faults();
      validateClaimSpec(faults, 'spec', spec);
      return faults.list;
    },
    validateUpdate(claim, old, { subresource }) {
      const faults = new Faults();
      if (subresource === 'status') validateStatus(faults, claim);
      else validateClaimUpdate(faults, claim, old);
      return faults.list;
    },
  },
});

/** What a claim is filled from may be said in two fields; the newer one takes any kind of object. */
function mirrorDataSource(spec: PersistentVolumeClaimSpec, old: PersistentVolumeClaimSpec | undefined): void {
  if (spec.dataSource && !isOldSource(spec.dataSource) && !(old?.dataSource && !isOldSource(old.dataSource))) delete spec.dataSource;
  if (spec.dataSource && !spec.dataSourceRef) spec.dataSourceRef = { ...spec.dataSource };
  else if (!spec.dataSource && spec.dataSourceRef && !spec.dataSourceRef.namespace) {
    const { apiGroup = null, kind, name } = spec.dataSourceRef;
    spec.dataSource = { apiGroup, kind, name } as TypedLocalObjectReference;
  }
}

/** The older field is for two kinds alone; anything else there is dropped. */
function isOldSource({ apiGroup, kind }: TypedLocalObjectReference): boolean {
  return (kind === 'PersistentVolumeClaim' && !apiGroup) || (kind === 'VolumeSnapshot' && apiGroup === SNAPSHOTS);
}

/** Also for claims that are made from a template. */
export function validateClaimSpec(faults: Faults, path: string, spec: ClaimSpec): void {
  validateAccessModes(faults, `${path}.accessModes`, spec.accessModes, 'at least 1 access mode is required');
  validateLabelSelector(faults, `${path}.selector`, spec.selector);
  const size = spec.resources?.requests?.['storage'];
  if (faults.required(`${path}.resources[storage]`, size)) validatePositiveAmount(faults, `${path}.resources[storage]`, size!);
  if (spec.storageClassName) faults.syntax(`${path}.storageClassName`, spec.storageClassName, dnsSubdomain);
  faults.oneOf(`${path}.volumeMode`, spec.volumeMode, VOLUME_MODES);
  const { dataSource, dataSourceRef } = spec;
  if (dataSource) validateDataSource(faults, `${path}.dataSource`, dataSource);
  if (dataSourceRef) validateDataSource(faults, `${path}.dataSourceRef`, dataSourceRef);
  if (dataSource && dataSourceRef && !sameSource(dataSource, dataSourceRef))
    faults.invalid(path, `${path}.dataSource`, 'must match dataSourceRef');
  if (spec.volumeAttributesClassName) faults.syntax(`${path}.volumeAttributesClassName`, spec.volumeAttributesClassName, dnsSubdomain);
}

function validateDataSource(faults: Faults, path: string, { apiGroup, kind, name }: TypedLocalObjectReference): void {
  faults.required(`${path}.name`, name);
  faults.required(`${path}.kind`, kind);
  if (!apiGroup) {
    if (kind !== 'PersistentVolumeClaim') faults.invalid(path, kind, '');
  } else faults.syntax(`${path}.apiGroup`, apiGroup, dnsSubdomain);
}

function sameSource(a: TypedLocalObjectReference, b: TypedLocalObjectReference): boolean {
  return a.kind === b.kind && a.name === b.name && (a.apiGroup ?? '') === (b.apiGroup ?? '');
}

/** A claim stays as it is, but that it is bound once, and that a bound one may grow and change its attributes. */
function validateClaimUpdate(faults: Faults, claim: PersistentVolumeClaim, old: Stored<PersistentVolumeClaim>): void {
  const spec: ClaimSpec = claim.spec ?? {};
  const before: ClaimSpec = old.spec ?? {};
  const bound = old.status?.phase === 'Bound';
  const kept: ClaimSpec = { ...before };
  if (!before.volumeName && spec.volumeName) kept.volumeName = spec.volumeName;
  const upgraded = isClassUpgrade(claim, old);
  if (upgraded) kept.storageClassName = spec.storageClassName!;
  else if (claim.metadata?.annotations?.[CLASS_ANNOTATION] !== old.metadata.annotations?.[CLASS_ANNOTATION])
    faults.invalid(
      `metadata.annotations[${CLASS_ANNOTATION}]`,
      claim.metadata?.annotations?.[CLASS_ANNOTATION] ?? '',
      'field is immutable',
    );
  if (bound) keepGrowing(kept, spec);
  if (!sameJson(spec, kept))
    faults.forbidden('spec', 'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims');
  validateSize(faults, spec, before, old.status?.capacity?.['storage']);
  faults.immutable('volumeMode', spec.volumeMode, before.volumeMode);
}

/** Takes over what may change in a bound claim. */
function keepGrowing(kept: ClaimSpec, spec: ClaimSpec): void {
  const size = spec.resources?.requests?.['storage'];
  if (size !== undefined && kept.resources) kept.resources = { ...kept.resources, requests: { ...kept.resources.requests, storage: size } };
  if (spec.volumeAttributesClassName === undefined) delete kept.volumeAttributesClassName;
  else kept.volumeAttributesClassName = spec.volumeAttributesClassName;
}

/** A growth that failed may be taken back, but never below what there is. */
function validateSize(faults: Faults, spec: ClaimSpec, old: ClaimSpec, capacity: string | undefined): void {
  const sizeOf = ({ resources }: ClaimSpec) => Quantity.parse(resources?.requests?.['storage'] ?? '0');
  if (sizeOf(spec).compare(sizeOf(old)) >= 0 || sizeOf(spec).compare(Quantity.parse(capacity ?? '0')) > 0) return;
  faults.forbidden('spec.resources.requests.storage', 'field can not be less than status.capacity');
}

/** The class moves from the annotation to its field. */
function isClassUpgrade({ metadata, spec }: PersistentVolumeClaim, old: Stored<PersistentVolumeClaim>): boolean {
  const annotated = old.metadata.annotations?.[CLASS_ANNOTATION];
  const now = metadata?.annotations?.[CLASS_ANNOTATION];
  return (
    annotated !== undefined &&
    old.spec?.storageClassName === undefined &&
    spec?.storageClassName === annotated &&
    (now === undefined || now === annotated)
  );
}

function validateStatus(faults: Faults, { status }: PersistentVolumeClaim): void {
  for (const [name, amount] of Object.entries(status?.capacity ?? {}))
    if (Quantity.parse(amount).sign() < 0)
      faults.invalid(`status.capacity[${name}]`, Quantity.parse(amount).value(), 'must be a valid resource quantity');
}
