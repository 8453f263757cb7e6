import { ipAddress, isAddress } from '../validation/addresses.js';
import type { Faults } from '../validation/faults.js';
import { dnsSubdomain } from '../validation/names.js';

/** Where traffic comes in: an address or a DNS name that a load balancer answers to. */
export function validateIngressPoint(
  faults: Faults,
  path: string,
  { ip, hostname }: { readonly ip?: string; readonly hostname?: string },
): void {
  if (ip) faults.syntax(`${path}.ip`, ip, ipAddress);
  if (!hostname) return;
  faults.syntax(`${path}.hostname`, hostname, dnsSubdomain);
  if (isAddress(hostname)) faults.invalid(`${path}.hostname`, hostname, 'must be a DNS name, not an IP address');
}
