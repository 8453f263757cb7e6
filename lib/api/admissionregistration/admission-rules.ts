import type { Faults } from '../validation/faults.js';

/** Which resources a webhook or a policy looks at. */
export interface AdmissionRule {
  readonly apiGroups?: readonly string[];
  readonly apiVersions?: readonly string[];
  readonly resources?: readonly string[];
  readonly scope?: string;
}

/** A rule names groups, versions and resources; a star stands alone. */
export function validateRule(faults: Faults, path: string, rule: AdmissionRule): void {
  const { apiGroups = [], apiVersions = [], resources = [] } = rule;
  faults.required(`${path}.apiGroups`, apiGroups.length || undefined);
  if (apiGroups.length > 1 && apiGroups.includes('*'))
    faults.invalid(`${path}.apiGroups`, apiGroups, "if '*' is present, must not specify other API groups");
  faults.required(`${path}.apiVersions`, apiVersions.length || undefined);
  if (apiVersions.length > 1 && apiVersions.includes('*'))
    faults.invalid(`${path}.apiVersions`, apiVersions, "if '*' is present, must not specify other API versions");
  apiVersions.forEach((version, index) => faults.required(`${path}.apiVersions[${index}]`, version));
  validateResources(faults, `${path}.resources`, resources);
  faults.oneOf(`${path}.scope`, rule.scope, ['*', 'Cluster', 'Namespaced']);
}

// `pods`, `pods/log`, `pods/*`, `*/scale`, `*`, `*/*`: nothing that another one covers already.
function validateResources(faults: Faults, path: string, resources: readonly string[]): void {
  faults.required(path, resources.length || undefined);
  const everyPartOf = new Set<string>();
  const thisPartOfAll = new Set<string>();
  resources.forEach((resource, index) => {
    const at = `${path}[${index}]`;
    if (!faults.required(at, resource)) return;
    const slash = resource.indexOf('/');
    if (slash < 0) return;
    const [name, part] = [resource.slice(0, slash), resource.slice(slash + 1)];
    if (everyPartOf.has(name)) faults.invalid(at, resource, `if '${name}/*' is present, must not specify ${resource}`);
    if (thisPartOfAll.has(part)) faults.invalid(at, resource, `if '*/${part}' is present, must not specify ${resource}`);
    if (part === '*') everyPartOf.add(name);
    if (name === '*') thisPartOfAll.add(part);
  });
  if (resources.length > 1 && resources.includes('*/*'))
    faults.invalid(path, resources, "if '*/*' is present, must not specify other resources");
  // The last one without a part decides, as in the real server.
  const last = resources.filter((resource) => resource !== '' && !resource.includes('/')).at(-1);
  if (resources.includes('*') && last !== undefined && last !== '*')
    faults.invalid(path, resources, "if '*' is present, must not specify other resources without subresources");
}
