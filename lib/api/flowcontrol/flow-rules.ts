import type { NonResourcePolicyRule, ResourcePolicyRule, ServiceAccountSubject, Subject } from 'kubernetes-types/flowcontrol/v1.js';
import type { Faults } from '../validation/faults.js';
import { dnsLabel, dnsSubdomain } from '../validation/names.js';

const ALL = '*';
const VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'proxy', 'update', 'watch'];
/** The field of each kind of subject, in the order in which the others are refused. */
const SUBJECTS = { ServiceAccount: 'serviceAccount', User: 'user', Group: 'group' } as const;

type Given = readonly string[] | null | undefined;

/** Who sends requests: a service account, a user or a group. */
export function validateSubject(faults: Faults, path: string, subject: Subject): void {
  const { kind } = subject;
  if (!Object.hasOwn(SUBJECTS, kind ?? '')) {
    faults.oneOf(`${path}.kind`, kind ?? '', Object.keys(SUBJECTS).sort());
    return;
  }
  const own = SUBJECTS[kind as keyof typeof SUBJECTS];
  if (faults.required(`${path}.${own}`, subject[own], `${own} is required when subject kind is '${kind}'`)) {
    if (own === 'serviceAccount') validateServiceAccount(faults, `${path}.${own}`, subject.serviceAccount!);
    else faults.required(`${path}.${own}.name`, subject[own]!.name);
  }
  for (const [other, field] of Object.entries(SUBJECTS))
    if (field !== own && subject[field]) faults.forbidden(`${path}.${field}`, `${field} is forbidden when subject kind is not '${other}'`);
}

function validateServiceAccount(faults: Faults, path: string, { name, namespace }: ServiceAccountSubject): void {
  if (faults.required(`${path}.name`, name) && name !== ALL) faults.syntax(`${path}.name`, name, dnsSubdomain);
  if (faults.required(`${path}.namespace`, namespace, 'must specify namespace for service account'))
    faults.syntax(`${path}.namespace`, namespace, dnsLabel);
}

/** Requests for paths that are no resources. */
export function validateNonResourceRule(faults: Faults, path: string, rule: NonResourcePolicyRule): void {
  validateVerbs(faults, `${path}.verbs`, rule.verbs);
  const at = `${path}.nonResourceURLs`;
  if (!hasStarAlone(faults, at, rule.nonResourceURLs, 'nonResourceURLs must contain at least one value', 'non-resource URLs')) return;
  rule.nonResourceURLs.forEach((url, index) => validateUrl(faults, `${at}[${index}]`, url));
}

/** Requests for resources. */
export function validateResourceRule(faults: Faults, path: string, rule: ResourcePolicyRule): void {
  validateVerbs(faults, `${path}.verbs`, rule.verbs);
  hasStarAlone(faults, `${path}.apiGroups`, rule.apiGroups, 'resource rules must supply at least one api group', 'api groups');
  hasStarAlone(faults, `${path}.resources`, rule.resources, 'resource rules must supply at least one resource', 'resources');
  if (rule.clusterScope && !rule.namespaces?.length) return;
  const at = `${path}.namespaces`;
  const missing = 'resource rules that are not cluster scoped must supply at least one namespace';
  if (!hasStarAlone(faults, at, rule.namespaces, missing, 'namespaces')) return;
  rule.namespaces!.forEach((namespace, index) => {
    for (const detail of dnsLabel(namespace))
      faults.invalid(`${at}[${index}]`, namespace, `each member of this list must be '*' or a DNS-1123 label; ${detail}`);
  });
}

function validateVerbs(faults: Faults, path: string, verbs: Given): void {
  if (!hasStarAlone(faults, path, verbs, 'verbs must contain at least one value', 'verbs')) return;
  if (verbs!.some((verb) => !VERBS.includes(verb))) faults.oneOf(path, verbs, VERBS);
}

// Whether there are values that are to be looked at one by one: a star stands for all.
function hasStarAlone(faults: Faults, path: string, values: Given, missing: string, things: string): boolean {
  if (!faults.required(path, values?.length || undefined, missing)) return false;
  if (!values!.includes(ALL)) return true;
  if (values!.length > 1) faults.invalid(path, values, `if '*' is present, must not specify other ${things}`);
  return false;
}

function validateUrl(faults: Faults, path: string, url: string): void {
  if (url === '/') return;
  const stars = url.split(ALL).length - 1;
  const wrong =
    url === ''
      ? 'must not be empty'
      : !url.startsWith('/')
        ? 'must start with slash'
        : url.includes(' ')
          ? 'must not contain white-space'
          : url.includes('//')
            ? 'must not contain double slash'
            : stars > 1 || (stars === 1 && !url.endsWith('/*'))
              ? 'wildcard can only do suffix matching'
              : undefined;
  if (wrong) faults.invalid(path, url, wrong);
}
