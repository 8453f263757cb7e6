import type { ObjectMeta, OwnerReference } from 'kubernetes-types/meta/v1.js';
import type { Faults } from './faults.js';
import { sameJson } from './faults.js';
import type { Syntax } from './names.js';
import { dnsLabel, labelValue, qualifiedName } from './names.js';

/** All keys and values of the annotations together. */
const MAX_ANNOTATION_BYTES = 262_144;
const STANDARD_FINALIZERS: readonly string[] = ['kubernetes', 'orphan', 'foregroundDeletion'];

/** What the metadata of a kind must look like. */
export interface MetadataRules {
  readonly namespaced: boolean;
  /** The form of names. */
  readonly name: Syntax;
  /** Finalizers without a domain must be Kubernetes' own. False for custom kinds. Default true. */
  readonly standardFinalizers?: boolean;
}

/** Checks the metadata of any object. */
export function validateMetadata(faults: Faults, metadata: ObjectMeta, rules: MetadataRules): void {
  if (metadata.generateName) faults.syntax('metadata.generateName', withoutDash(metadata.generateName), rules.name);
  if (faults.required('metadata.name', metadata.name, 'name or generateName is required'))
    faults.syntax('metadata.name', metadata.name!, rules.name);
  validateNamespace(faults, metadata.namespace, rules.namespaced);
  faults.nonNegative('metadata.generation', metadata.generation);
  validateLabels(faults, 'metadata.labels', metadata.labels);
  validateAnnotations(faults, 'metadata.annotations', metadata.annotations);
  if (metadata.ownerReferences) validateOwnerReferences(faults, metadata.ownerReferences);
  if (metadata.finalizers) validateFinalizers(faults, metadata.finalizers, rules.standardFinalizers ?? true);
}

/** What may not change in metadata. */
export function validateMetadataUpdate(faults: Faults, metadata: ObjectMeta, old: ObjectMeta): void {
  for (const field of ['name', 'namespace', 'uid', 'creationTimestamp'] as const)
    if (metadata[field] !== old[field]) faults.invalid(`metadata.${field}`, metadata[field], 'field is immutable');
  if ((metadata.generation ?? 0) < (old.generation ?? 0))
    faults.invalid('metadata.generation', metadata.generation, 'must not be decremented');
  if (!old.deletionTimestamp) return;
  const before = new Set(old.finalizers);
  const added = (metadata.finalizers ?? []).filter((name) => !before.has(name));
  if (added.length > 0)
    faults.forbidden(
      'metadata.finalizers',
      `no new finalizers can be added if the object is being deleted, found new finalizers []string{${added.map((name) => JSON.stringify(name)).join(', ')}}`,
    );
}

/** Checks a map of labels; faults stand on the map. */
export function validateLabels(faults: Faults, path: string, labels: Readonly<Record<string, string>> | undefined): void {
  for (const key in labels) {
    faults.syntax(path, key, qualifiedName);
    faults.syntax(path, labels[key]!, labelValue);
  }
}

/** Checks a map of annotations: any values, keys whose prefix may have capitals. */
export function validateAnnotations(faults: Faults, path: string, annotations: Readonly<Record<string, string>> | undefined): void {
  if (!annotations) return;
  let bytes = 0;
  for (const [key, value] of Object.entries(annotations)) {
    for (const detail of qualifiedName(key.toLowerCase())) faults.invalid(path, key, detail);
    bytes += Buffer.byteLength(key) + Buffer.byteLength(value);
  }
  if (bytes > MAX_ANNOTATION_BYTES) faults.tooLong(path, MAX_ANNOTATION_BYTES);
}

function validateNamespace(faults: Faults, namespace: string | undefined, namespaced: boolean): void {
  if (namespaced) faults.requiredSyntax('metadata.namespace', namespace, dnsLabel);
  else if (namespace) faults.forbidden('metadata.namespace', 'not allowed on this type');
}

function validateOwnerReferences(faults: Faults, references: readonly OwnerReference[]): void {
  const path = 'metadata.ownerReferences';
  for (const reference of references) {
    const version = reference.apiVersion.slice(reference.apiVersion.indexOf('/') + 1);
    if (version === '' || reference.apiVersion.split('/').length > 2)
      faults.invalid(`${path}.apiVersion`, reference.apiVersion, 'version must not be empty');
    if (reference.kind === '') faults.invalid(`${path}.kind`, '', 'must not be empty');
    if (reference.name === '') faults.invalid(`${path}.name`, '', 'must not be empty');
    if (reference.uid === '') faults.invalid(`${path}.uid`, '', 'must not be empty');
    if (reference.kind === 'Event' && reference.apiVersion === 'v1')
      faults.invalid(path, reference, '/v1, Kind=Event is disallowed from being an owner');
  }
  const controllers = references.filter((reference) => reference.controller === true);
  if (controllers.length > 1)
    faults.invalid(
      path,
      references,
      `Only one reference can have Controller set to true. Found "true" in references for ${controllers[0]!.kind}/${controllers[0]!.name} and ${controllers[1]!.kind}/${controllers[1]!.name}`,
    );
}

function validateFinalizers(faults: Faults, finalizers: readonly string[], standard: boolean): void {
  const path = 'metadata.finalizers';
  finalizers.forEach((name, index) => {
    faults.syntax(path, name, qualifiedName);
    if (standard && !name.includes('/') && !STANDARD_FINALIZERS.includes(name))
      faults.invalid(`${path}[${index}]`, name, 'name is neither a standard finalizer name nor is it fully qualified');
  });
  if (finalizers.includes('orphan') && finalizers.includes('foregroundDeletion'))
    faults.invalid(path, finalizers, 'finalizer set cannot contain both orphan and foregroundDeletion');
}

/** A prefix may end in a dash: something follows it. */
function withoutDash(prefix: string): string {
  return prefix.length > 1 && prefix.endsWith('-') ? `${prefix.slice(0, -2)}a` : prefix;
}

/** Whether two objects differ in nothing but metadata and status. */
export function sameSpec(a: object, b: object): boolean {
  return sameJson({ ...a, metadata: undefined, status: undefined }, { ...b, metadata: undefined, status: undefined });
}
