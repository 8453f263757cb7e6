import type {
  CustomResourceConversion,
  CustomResourceDefinition,
  CustomResourceDefinitionNames,
  CustomResourceDefinitionSpec,
} from 'kubernetes-types/apiextensions/v1.js';
import type { FieldError } from '../field-error.js';
import { Faults } from '../validation/faults.js';
import { dns1035Label, dnsSubdomain } from '../validation/names.js';
import { columnFaults, scaleFaults } from './crd-view-rules.js';
import { partsOf } from './hoisted.js';
import { selectableFieldFaults } from './selectable-fields.js';
import { schemaFaults } from './structural-schema.js';

/** A definition is named after what it defines; none of that can change later. */
export function newDefinitionFaults({ metadata, spec }: CustomResourceDefinition): readonly FieldError[] {
  const faults = new Faults();
  const name = metadata?.name ?? '';
  if (name !== `${spec.names.plural}.${spec.group}`) faults.invalid('metadata.name', name, 'must be spec.names.plural+"."+spec.group');
  return faults.list;
}

/** All else that is wrong with a definition. */
export function definitionFaults({ spec, status }: CustomResourceDefinition): readonly FieldError[] {
  const faults = new Faults();
  const { group, names } = spec;
  if (faults.required('spec.group', group)) {
    faults.syntax('spec.group', group, dnsSubdomain);
    if (!group.includes('.')) faults.invalid('spec.group', group, 'should be a domain with at least one dot');
  }
  faults.requiredOneOf('spec.scope', spec.scope, ['Cluster', 'Namespaced']);
  versionFaults(faults, spec);
  if (spec.preserveUnknownFields)
    faults.invalid(
      'spec.preserveUnknownFields',
      true,
      'cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead',
    );
  nameFaults(faults, names);
  if (spec.conversion) conversionFaults(faults, spec.conversion);
  viewFaults(faults, spec);
  storedVersionFaults(faults, spec, status?.storedVersions ?? []);
  return faults.list;
}

function versionFaults(faults: Faults, { versions }: CustomResourceDefinitionSpec): void {
  versions.forEach(({ name, schema }, index) => {
    if (faults.required(`spec.versions[${index}].name`, name)) {
      faults.syntax(`spec.versions[${index}].name`, name, dns1035Label);
      if (index === 0) faults.syntax('spec.version', name, dns1035Label);
    }
    faults.required(`spec.versions[${index}].schema.openAPIV3Schema`, schema?.openAPIV3Schema, 'schemas are required');
  });
  const all = versions.map(({ name }) => name);
  if (new Set(all).size < all.length) faults.invalid('spec.versions', all, 'must contain unique version names');
  if (versions.filter(({ storage }) => storage).length !== 1)
    faults.invalid('spec.versions', all, 'must have exactly one version marked as storage version');
}

function nameFaults(faults: Faults, names: CustomResourceDefinitionNames): void {
  const path = 'spec.names';
  for (const part of ['plural', 'singular'] as const) faults.requiredSyntax(`${path}.${part}`, names[part], dns1035Label);
  for (const part of ['kind', 'listKind'] as const)
    faults.requiredSyntax(`${path}.${part}`, names[part], (text) =>
      dns1035Label(text.toLowerCase()).map((why) => `may have mixed case, but should otherwise match: ${why}`),
    );
  names.shortNames?.forEach((name, index) => faults.syntax(`${path}.shortNames[${index}]`, name, dns1035Label));
  names.categories?.forEach((name, index) => faults.syntax(`${path}.categories[${index}]`, name, dns1035Label));
  if (names.kind && names.kind === names.listKind)
    faults.invalid(`${path}.listKind`, names.listKind, 'kind and listKind may not be the same');
}

function conversionFaults(faults: Faults, { strategy, webhook }: CustomResourceConversion): void {
  const path = 'spec.conversion';
  if (!faults.requiredOneOf(`${path}.strategy`, strategy, ['None', 'Webhook'])) return;
  if (strategy === 'None') {
    if (webhook) faults.forbidden(`${path}.webhookClientConfig`, 'should not be set when strategy is not set to Webhook');
    return;
  }
  faults.required(`${path}.webhookClientConfig`, webhook?.clientConfig, 'required when strategy is set to Webhook');
  if (!webhook?.conversionReviewVersions?.length) faults.required(`${path}.conversionReviewVersions`, undefined);
}

function viewFaults(faults: Faults, spec: CustomResourceDefinitionSpec): void {
  for (const { path, value } of partsOf(spec, 'schema'))
    if (value.openAPIV3Schema) schemaFaults(faults, `${path}.openAPIV3Schema`, value.openAPIV3Schema);
  for (const { path, value } of partsOf(spec, 'subresources')) if (value.scale) scaleFaults(faults, `${path}.scale`, value.scale);
  for (const { path, value } of partsOf(spec, 'additionalPrinterColumns')) columnFaults(faults, path, value);
  selectableFieldFaults(faults, spec);
}

function storedVersionFaults(faults: Faults, { versions }: CustomResourceDefinitionSpec, stored: readonly string[]): void {
  const path = 'status.storedVersions';
  if (stored.length === 0) {
    faults.invalid(path, stored, 'must have at least one stored version');
    return;
  }
  for (const { name, storage } of versions)
    if (storage && !stored.includes(name)) faults.invalid(path, name, `must have the storage version ${name}`);
  stored.forEach((name, index) => {
    if (!versions.some((version) => version.name === name)) faults.invalid(`${path}[${index}]`, name, 'must appear in spec.versions');
  });
}
