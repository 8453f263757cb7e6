import type { Faults } from '../validation/faults.js';
import { dnsLabel, dnsSubdomain } from '../validation/names.js';

const MAX_REQUESTS = 32;
const MAX_ALTERNATIVES = 8;

interface DeviceAmount {
  readonly deviceClassName?: string;
  readonly allocationMode?: string;
  readonly count?: number;
}

interface DeviceRequest {
  readonly name?: string;
  readonly exactly?: DeviceAmount;
  readonly firstAvailable?: readonly (DeviceAmount & { readonly name?: string })[];
}

/** Which devices a claim asks for. */
export interface ResourceClaimSpec {
  readonly devices?: { readonly requests?: readonly DeviceRequest[] | null } | null;
}

/** Requests by name: each for some devices of a class, or for the first of several alternatives. */
export function validateClaimSpec(faults: Faults, path: string, { devices }: ResourceClaimSpec): void {
  const at = `${path}.devices.requests`;
  const requests = devices?.requests ?? [];
  if (!faults.tooMany(at, requests.length, MAX_REQUESTS)) return;
  requests.forEach((request, index) => validateRequest(faults, `${at}[${index}]`, request, requests.slice(0, index)));
}

function validateRequest(faults: Faults, path: string, request: DeviceRequest, before: readonly DeviceRequest[]): void {
  const { exactly, firstAvailable = [] } = request;
  validateName(faults, `${path}.name`, request.name, before);
  const form = 'exactly one of `exactly` or `firstAvailable` is required';
  if (exactly && firstAvailable.length > 0) faults.invalid(path, undefined, `${form}, but multiple fields are set`);
  else if (!exactly && firstAvailable.length === 0) faults.required(path, undefined, form);
  if (exactly) validateAmount(faults, `${path}.exactly`, exactly);
  if (!faults.tooMany(`${path}.firstAvailable`, firstAvailable.length, MAX_ALTERNATIVES)) return;
  firstAvailable.forEach((one, index) => {
    validateName(faults, `${path}.firstAvailable[${index}].name`, one.name, firstAvailable.slice(0, index));
    validateAmount(faults, `${path}.firstAvailable[${index}]`, one);
  });
}

function validateName(faults: Faults, path: string, name: string | undefined, before: readonly { readonly name?: string }[]): void {
  if (faults.requiredSyntax(path, name, dnsLabel) && before.some((one) => one.name === name)) faults.duplicate(path, name);
}

function validateAmount(faults: Faults, path: string, { deviceClassName, allocationMode, count = 0 }: DeviceAmount): void {
  faults.requiredSyntax(`${path}.deviceClassName`, deviceClassName, dnsSubdomain);
  if (!faults.oneOf(`${path}.allocationMode`, allocationMode ?? '', ['All', 'ExactCount'])) return;
  if (allocationMode === 'ExactCount' && count <= 0) faults.invalid(`${path}.count`, count, 'must be greater than zero');
  if (allocationMode === 'All' && count !== 0)
    faults.invalid(`${path}.count`, count, `must not be specified when allocationMode is '${allocationMode}'`);
}
