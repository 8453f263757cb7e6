import { Quantity } from '../meta/quantity.js';
import type { Faults } from './faults.js';
import { qualifiedName } from './names.js';

const OF_CONTAINERS = new Set(['cpu', 'memory', 'ephemeral-storage']);
const OF_QUOTAS = [
  'cpu',
  'memory',
  'ephemeral-storage',
  'requests.cpu',
  'requests.memory',
  'requests.storage',
  'requests.ephemeral-storage',
  'limits.cpu',
  'limits.memory',
  'limits.ephemeral-storage',
];
/** Things that are counted: their number has no fraction. */
const COUNTED = [
  'pods',
  'services',
  'replicationcontrollers',
  'resourcequotas',
  'secrets',
  'configmaps',
  'persistentvolumeclaims',
  'services.nodeports',
  'services.loadbalancers',
];
const OF_QUOTAS_OR_COUNTED: ReadonlySet<string> = new Set([...OF_QUOTAS, ...COUNTED]);
/** Names without a domain that some use of resources knows. */
const STANDARD: ReadonlySet<string> = new Set([...OF_QUOTAS_OR_COUNTED, 'storage']);
const INTEGERS: ReadonlySet<string> = new Set([...COUNTED]);

export const isHugePages = (name: string): boolean => name.startsWith('hugepages-');

/** A resource that a vendor counts on nodes: it has a domain that is not Kubernetes' own. */
export function isExtendedResource(name: string): boolean {
  return (
    name.includes('/') &&
    !name.includes('kubernetes.io/') &&
    !name.startsWith('requests.') &&
    qualifiedName(`requests.${name}`).length === 0
  );
}

/** Whether requests may be below limits: not so for what is handed out whole. */
export const mayOvercommit = (name: string): boolean => (!name.includes('/') || name.includes('kubernetes.io/')) && !isHugePages(name);

/** What a quota knows of itself, rather than of an extended resource or of object counts. */
export const isQuotaResource = (name: string): boolean =>
  OF_QUOTAS_OR_COUNTED.has(name) || isHugePages(name) || name.startsWith('requests.hugepages-');

/** `cpu`, `memory`, huge pages, or a resource with a domain: what a container may ask for. */
export function validateContainerResourceName(faults: Faults, path: string, name: string): void {
  validateResourceName(faults, path, name);
  if (name === '' || name.includes('/')) {
    if (name.includes('/') && !name.includes('kubernetes.io/') && !isExtendedResource(name)) {
      faults.invalid(path, name, "doesn't follow extended resource name standard");
    }
  } else if (!OF_CONTAINERS.has(name) && !isHugePages(name)) faults.invalid(path, name, 'must be a standard resource for containers');
}

/** Any resource: a known one, or one with a domain. */
export function validateResourceName(faults: Faults, path: string, name: string): void {
  if (!faults.syntax(path, name, qualifiedName)) return;
  if (!name.includes('/') && !STANDARD.has(name) && !isHugePages(name))
    faults.invalid(path, name, 'must be a standard resource type or fully qualified');
}

/** What a quota may limit: amounts, numbers of objects, or a resource with a domain. */
export function validateQuotaResourceName(faults: Faults, path: string, name: string): void {
  faults.syntax(path, name, qualifiedName);
  if (!name.includes('/') && !isQuotaResource(name)) faults.invalid(path, name, 'must be a standard resource for quota');
}

/** An amount that is not negative, and whole where things are counted. */
export function validateAmount(faults: Faults, path: string, name: string, text: string): void {
  const amount = Quantity.parse(text);
  if (amount.sign() < 0) faults.invalid(path, text, 'must be greater than or equal to 0');
  if ((INTEGERS.has(name) || isExtendedResource(name)) && !amount.isWhole()) faults.invalid(path, text, 'must be an integer');
}

/** An amount above zero. */
export function validatePositiveAmount(faults: Faults, path: string, text: string): boolean {
  return Quantity.parse(text).sign() > 0 || faults.invalid(path, text, 'must be greater than zero');
}
