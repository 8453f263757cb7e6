import type { HostAlias, PodSpec } from 'kubernetes-types/core/v1.js';
import { ipAddress } from '../../validation/addresses.js';
import type { Faults } from '../../validation/faults.js';
import { dnsSubdomain } from '../../validation/names.js';

const MAX_SERVERS = 3;
const MAX_SEARCHES = 32;

/** How a pod resolves names. */
export function validateDns(faults: Faults, path: string, { dnsPolicy, dnsConfig }: PodSpec): void {
  faults.requiredOneOf(`${path}.dnsPolicy`, dnsPolicy, ['ClusterFirst', 'ClusterFirstWithHostNet', 'Default', 'None']);
  const at = `${path}.dnsConfig`;
  if (dnsPolicy === 'None') {
    if (!faults.required(at, dnsConfig, 'must provide `dnsConfig` when `dnsPolicy` is None')) return;
    faults.required(`${at}.nameservers`, dnsConfig?.nameservers, 'must provide at least one DNS nameserver when `dnsPolicy` is None');
  }
  const { nameservers = [], searches = [], options = [] } = dnsConfig ?? {};
  if (nameservers.length > MAX_SERVERS)
    faults.invalid(`${at}.nameservers`, nameservers, `must not have more than ${MAX_SERVERS} nameservers`);
  nameservers.forEach((server, index) => faults.syntax(`${at}.nameservers[${index}]`, server, ipAddress));
  if (searches.length > MAX_SEARCHES) faults.invalid(`${at}.searches`, searches, `must not have more than ${MAX_SEARCHES} search paths`);
  searches.forEach((search, index) => {
    if (search !== '.') faults.syntax(`${at}.searches[${index}]`, search.replace(/\.$/, ''), dnsSubdomain);
  });
  options.forEach(({ name }, index) => faults.required(`${at}.options[${index}]`, name, 'must not be empty'));
}

/** Lines for the pod's hosts file. */
export function validateHostAliases(faults: Faults, path: string, aliases: readonly HostAlias[]): void {
  aliases.forEach(({ ip, hostnames }, index) => {
    faults.syntax(`${path}[${index}].ip`, ip ?? '', ipAddress);
    hostnames?.forEach((name, at) => faults.syntax(`${path}[${index}].hostnames[${at}]`, name, dnsSubdomain));
  });
}
