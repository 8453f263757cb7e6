import type { MatchResources, NamedRuleWithOperations, ParamKind, ParamRef } from 'kubernetes-types/admissionregistration/v1.js';
import type { LabelSelector } from 'kubernetes-types/meta/v1.js';
import type { Faults } from '../validation/faults.js';
import { validateLabelSelector } from '../validation/label-selector.js';
import { dns1035Label, dnsSubdomain, pathSegment } from '../validation/names.js';
import { validateOperations } from './webhook-rules.js';

/** Which requests a policy or a binding looks at. */
export function validateMatchResources(faults: Faults, path: string, match: MatchResources): void {
  faults.requiredOneOf(`${path}.matchPolicy`, match.matchPolicy, ['Equivalent', 'Exact']);
  if (faults.required(`${path}.namespaceSelector`, match.namespaceSelector))
    validateLabelSelector(faults, `${path}.namespaceSelector`, match.namespaceSelector);
  if (faults.required(`${path}.objectSelector`, match.objectSelector))
    validateLabelSelector(faults, `${path}.objectSelector`, match.objectSelector);
  match.resourceRules?.forEach((rule, index) => validateNamedRule(faults, `${path}.resourceRules[${index}]`, rule));
  match.excludeResourceRules?.forEach((rule, index) => validateNamedRule(faults, `${path}.excludeResourceRules[${index}]`, rule));
}

/** A policy must name resources, so that its expressions have types. */
export function validateMatchConstraints(faults: Faults, path: string, match: MatchResources | undefined): void {
  if (!faults.required(path, match)) return;
  validateMatchResources(faults, path, match!);
  faults.required(`${path}.resourceRules`, match!.resourceRules?.length || undefined);
}

function validateNamedRule(faults: Faults, path: string, rule: NamedRuleWithOperations): void {
  rule.resourceNames?.forEach((name, index, names) => {
    faults.syntax(`${path}.resourceNames[${index}]`, name, pathSegment);
    if (names.indexOf(name) < index) faults.duplicate(`${path}.resourceNames[${index}]`, name);
  });
  validateOperations(faults, path, rule);
}

/** The kind of objects that hold a policy's parameters. */
export function validateParamKind(faults: Faults, path: string, { apiVersion, kind }: ParamKind): void {
  if (faults.required(`${path}.apiVersion`, apiVersion)) validateApiVersion(faults, `${path}.apiVersion`, apiVersion!);
  if (!faults.required(`${path}.kind`, kind)) return;
  const wrong = dns1035Label(kind!.toLowerCase());
  if (wrong.length > 0) faults.invalid(`${path}.kind`, kind, `may have mixed case, but should otherwise match: ${wrong.join(',')}`);
}

function validateApiVersion(faults: Faults, path: string, apiVersion: string): void {
  const steps = apiVersion === '/' ? ['', ''] : apiVersion.split('/');
  if (steps.length > 2) {
    faults.invalid(path, apiVersion, `unexpected GroupVersion string: ${apiVersion}`);
    return;
  }
  const version = steps.at(-1)!;
  const group = steps.length === 2 ? steps[0]! : '';
  const wrongGroup = group === '' ? [] : dnsSubdomain(group);
  if (wrongGroup.length > 0) faults.invalid(path, group, wrongGroup.join(','));
  const wrongVersion = dns1035Label(version);
  if (version === '') faults.invalid(path, apiVersion, 'version must be specified');
  else if (wrongVersion.length > 0) faults.invalid(path, version, wrongVersion.join(','));
}

/** Which objects hold the parameters: one by name, or all that a selector takes. */
export function validateParamRef(faults: Faults, path: string, reference: ParamRef): void {
  const { name = '', selector, parameterNotFoundAction } = reference;
  const both = 'name and selector are mutually exclusive';
  if (name !== '') {
    faults.syntax(`${path}.name`, name, pathSegment);
    if (selector) faults.forbidden(`${path}.name`, both);
  }
  if (selector) {
    validateLabelSelector(faults, `${path}.selector`, selector);
    if (name !== '') faults.forbidden(`${path}.selector`, both);
  } else if (name === '') faults.required(path, undefined, 'one of name or selector must be specified');
  faults.requiredOneOf(`${path}.parameterNotFoundAction`, parameterNotFoundAction, ['Deny', 'Allow']);
}

/** The cell of a policy's `ParamKind`. */
export const paramKindCell = (kind: ParamKind | undefined): string => (kind ? `${kind.apiVersion}/${kind.kind}` : '<unset>');

/** The cell of a binding's `ParamRef`. */
export function paramRefCell(reference: ParamRef | undefined): string {
  if (reference?.name) return `${reference.namespace || '*'}/${reference.name}`;
  return reference?.selector ? selectorCell(reference.selector) : '<unset>';
}

// As Go prints the structure.
function selectorCell({ matchLabels = {}, matchExpressions = [] }: LabelSelector): string {
  const labels = Object.keys(matchLabels)
    .sort()
    .map((key) => `${key}: ${matchLabels[key]},`);
  const expressions = matchExpressions.map(
    ({ key, operator, values = [] }) => `LabelSelectorRequirement{Key:${key},Operator:${operator},Values:[${values.join(' ')}],},`,
  );
  return `&LabelSelector{MatchLabels:map[string]string{${labels.join('')}},MatchExpressions:[]LabelSelectorRequirement{${expressions.join('')}},}`;
}
