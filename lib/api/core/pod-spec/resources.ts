import type { ResourceRequirements } from 'kubernetes-types/core/v1.js';
import { Quantity } from '../../meta/quantity.js';
import type { Faults } from '../../validation/faults.js';
import { qualifiedName } from '../../validation/names.js';

const STANDARD = new Set(['cpu', 'memory', 'ephemeral-storage']);

/** What a container asks for and may use: requests are at most the limits, devices just as many. */
export function validateResources(faults: Faults, path: string, resources: ResourceRequirements | undefined): void {
  const { limits = {}, requests = {} } = resources ?? {};
  for (const name in limits) validateAmount(faults, `${path}.limits[${name}]`, name, limits[name]!);
  for (const name in requests) {
    const request = validateAmount(faults, `${path}.requests[${name}]`, name, requests[name]!);
    const text = Object.hasOwn(limits, name) ? limits[name] : undefined;
    if (text !== undefined) compare(faults, `${path}.requests`, name, request, Quantity.parse(text));
    else if (!mayOvercommit(name)) faults.required(`${path}.limits`, undefined, 'Limit must be set for non overcommitable resources');
  }
  const names = new Set([...Object.keys(limits), ...Object.keys(requests)]);
  if ([...names].some(isHugePages) && !names.has('cpu') && !names.has('memory')) faults.forbidden(path, 'HugePages require cpu or memory');
}

function validateAmount(faults: Faults, path: string, name: string, text: string): Quantity {
  const amount = Quantity.parse(text);
  if (faults.syntax(path, name, qualifiedName) && !name.includes('/') && !STANDARD.has(name) && !isHugePages(name))
    faults.invalid(path, name, 'must be a standard resource for containers');
  if (amount.sign() < 0) faults.invalid(path, text, 'must be greater than or equal to 0');
  if (!mayOvercommit(name) && !amount.isWhole()) faults.invalid(path, text, 'must be an integer');
  return amount;
}

function compare(faults: Faults, path: string, name: string, request: Quantity, limit: Quantity): void {
  const order = request.compare(limit);
  if (!mayOvercommit(name) && order !== 0)
    faults.invalid(path, request.toString(), `must be equal to ${name} limit of ${limit.toString()}`);
  else if (order > 0) faults.invalid(path, request.toString(), `must be less than or equal to ${name} limit of ${limit.toString()}`);
}

/** Devices and huge pages are either there or not. */
function mayOvercommit(name: string): boolean {
  return (!name.includes('/') || name.includes('kubernetes.io/')) && !isHugePages(name);
}

const isHugePages = (name: string) => name.startsWith('hugepages-');
