import type { ServiceSpec } from 'kubernetes-types/core/v1.js';
import { ipAddress } from '../validation/addresses.js';
import type { Faults } from '../validation/faults.js';

const HEADLESS = 'None';

/** Cluster addresses and their families. */
export function validateAddresses(faults: Faults, spec: ServiceSpec): void {
  if (spec.type === 'ExternalName') return;
  const addresses = spec.clusterIPs ?? (spec.clusterIP ? [spec.clusterIP] : []);
  faults.oneOf('spec.ipFamilyPolicy', spec.ipFamilyPolicy, ['PreferDualStack', 'RequireDualStack', 'SingleStack']);
  validateFamilies(faults, spec.ipFamilies ?? []);
  if (addresses.length > 0 && (spec.clusterIP ?? '') !== addresses[0])
    faults.invalid('spec.clusterIPs', addresses, 'first value must match `clusterIP`');
  if (addresses.length > 2) faults.invalid('spec.clusterIPs', addresses, 'may only hold up to 2 values');
  addresses.forEach((address, index) => {
    const path = `spec.clusterIPs[${index}]`;
    if (address === HEADLESS && index === 0) {
      if (spec.type === 'LoadBalancer' || spec.type === 'NodePort')
        faults.invalid(path, address, `may not be set to 'None' for ${spec.type} services`);
    } else faults.syntax(path, address, ipAddress);
  });
}

/** Once given, an address and the first family stay. */
export function validateAddressesUpdate(faults: Faults, spec: ServiceSpec, old: ServiceSpec): void {
  if (spec.type === 'ExternalName' || old.type === 'ExternalName') return;
  const [address, before] = [spec.clusterIPs?.[0] ?? spec.clusterIP, old.clusterIPs?.[0] ?? old.clusterIP];
  if (before && address && address !== before)
    faults.invalid('spec.clusterIPs[0]', spec.clusterIPs ?? [address], 'may not change once set');
  const [family, familyBefore] = [spec.ipFamilies?.[0], old.ipFamilies?.[0]];
  if (familyBefore && family && family !== familyBefore) faults.invalid('spec.ipFamilies[0]', spec.ipFamilies, 'may not change once set');
}

function validateFamilies(faults: Faults, families: readonly string[]): void {
  families.forEach((family, index) => {
    const path = `spec.ipFamilies[${index}]`;
    faults.oneOf(path, family, ['IPv4', 'IPv6']);
    if (families.indexOf(family) < index) faults.duplicate(path, family);
  });
}
