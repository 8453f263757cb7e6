import type { Service, ServicePort, ServiceSpec } from 'kubernetes-types/core/v1.js';
import type { FieldError } from '../field-error.js';
import { cidr, validateReachableAddress } from '../validation/addresses.js';
import { Faults } from '../validation/faults.js';
import { validateLabels } from '../validation/metadata.js';
import { dnsLabel, dnsSubdomain, qualifiedName } from '../validation/names.js';
import { validateNumberOrName } from '../validation/ports.js';
import { validateAddresses, validateAddressesUpdate } from './service-addresses.js';

const PROTOCOLS = ['SCTP', 'TCP', 'UDP'];
const MAX_AFFINITY_SECONDS = 86_400;

/** What must be true of a service. */
export function validateService({ spec = {} }: Service): readonly FieldError[] {
  const faults = new Faults();
  const ports = spec.ports ?? [];
  if (ports.length === 0 && spec.clusterIP !== 'None' && spec.type !== 'ExternalName') faults.required('spec.ports', undefined);
  if (spec.type === 'ExternalName') validateExternalName(faults, spec);
  validatePorts(faults, ports);
  validateLabels(faults, 'spec.selector', spec.selector);
  validateAffinity(faults, spec);
  validateAddresses(faults, spec);
  spec.externalIPs?.forEach((address, index) => validateReachableAddress(faults, `spec.externalIPs[${index}]`, address));
  faults.requiredOneOf('spec.type', spec.type, ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort']);
  validateNodePorts(faults, spec);
  validateLoadBalancer(faults, spec);
  validateTraffic(faults, spec);
  return faults.list;
}

/** What of a service may not change. */
export function validateServiceUpdate({ spec = {} }: Service, { spec: old = {} }: Service): readonly FieldError[] {
  const faults = new Faults();
  validateAddressesUpdate(faults, spec, old);
  if (spec.type === 'LoadBalancer' && old.type === 'LoadBalancer' && spec.loadBalancerClass !== old.loadBalancerClass)
    faults.invalid('spec.loadBalancerClass', spec.loadBalancerClass ?? '', 'may not change once set');
  return faults.list;
}

function validateExternalName(faults: Faults, spec: ServiceSpec): void {
  if (spec.clusterIPs && spec.clusterIPs.length > 0) faults.forbidden('spec.clusterIPs', 'may not be set for ExternalName services');
  if (spec.ipFamilies && spec.ipFamilies.length > 0) faults.forbidden('spec.ipFamilies', 'may not be set for ExternalName services');
  if (spec.ipFamilyPolicy) faults.forbidden('spec.ipFamilyPolicy', 'may not be set for ExternalName services');
  const name = spec.externalName?.replace(/\.$/, '');
  faults.requiredSyntax('spec.externalName', name, dnsSubdomain);
}

function validatePorts(faults: Faults, ports: readonly ServicePort[]): void {
  const names = new Set<string>();
  const seen = new Set<string>();
  ports.forEach(({ name, port, protocol, targetPort, appProtocol }, index) => {
    const path = `spec.ports[${index}]`;
    if (ports.length > 1 && !name) faults.required(`${path}.name`, name);
    else if (name) {
      faults.syntax(`${path}.name`, name, dnsLabel);
      if (names.has(name)) faults.duplicate(`${path}.name`, name);
      names.add(name);
    }
    faults.port(`${path}.port`, port);
    faults.requiredOneOf(`${path}.protocol`, protocol, PROTOCOLS);
    validateNumberOrName(faults, `${path}.targetPort`, targetPort ?? 0);
    if (appProtocol !== undefined) faults.syntax(`${path}.appProtocol`, appProtocol, qualifiedName);
    const both = `${port}/${protocol}`;
    if (seen.has(both)) faults.duplicate(path, { protocol, port });
    seen.add(both);
  });
}

function validateAffinity(faults: Faults, { sessionAffinity, sessionAffinityConfig }: ServiceSpec): void {
  if (!faults.requiredOneOf('spec.sessionAffinity', sessionAffinity, ['ClientIP', 'None'])) return;
  const path = 'spec.sessionAffinityConfig';
  if (sessionAffinity === 'None') {
    if (sessionAffinityConfig) faults.forbidden(path, 'must not be set when session affinity is None');
    return;
  }
  const seconds = sessionAffinityConfig?.clientIP?.timeoutSeconds;
  if (!faults.required(`${path}.clientIP.timeoutSeconds`, seconds)) return;
  if (seconds! <= 0 || seconds! > MAX_AFFINITY_SECONDS)
    faults.invalid(`${path}.clientIP.timeoutSeconds`, seconds, `must be greater than 0 and less than ${MAX_AFFINITY_SECONDS}`);
}

function validateNodePorts(faults: Faults, { type, ports = [] }: ServiceSpec): void {
  const seen = new Set<string>();
  ports.forEach(({ nodePort, protocol }, index) => {
    if (!nodePort) return;
    const path = `spec.ports[${index}].nodePort`;
    if (type === 'ClusterIP') faults.forbidden(path, "may not be used when `type` is 'ClusterIP'");
    const both = `${nodePort}/${protocol}`;
    if (seen.has(both)) faults.duplicate(path, nodePort);
    seen.add(both);
  });
}

/** The path of the source ranges begins with a capital in the real server too. */
function validateLoadBalancer(faults: Faults, spec: ServiceSpec): void {
  const isBalancer = spec.type === 'LoadBalancer';
  const ranges = spec.loadBalancerSourceRanges ?? [];
  if (ranges.length > 0 && !isBalancer) faults.forbidden('spec.LoadBalancerSourceRanges', "may only be used when `type` is 'LoadBalancer'");
  else ranges.forEach((range, index) => faults.syntax(`spec.LoadBalancerSourceRanges[${index}]`, range.trim(), cidr));
  if (spec.allocateLoadBalancerNodePorts !== undefined && !isBalancer)
    faults.forbidden('spec.allocateLoadBalancerNodePorts', "may only be used when `type` is 'LoadBalancer'");
  if (spec.loadBalancerClass !== undefined) {
    if (!isBalancer) faults.forbidden('spec.loadBalancerClass', "may only be used when `type` is 'LoadBalancer'");
    else faults.syntax('spec.loadBalancerClass', spec.loadBalancerClass, qualifiedName);
  }
}

function validateTraffic(faults: Faults, spec: ServiceSpec): void {
  const external =
    spec.type === 'LoadBalancer' || spec.type === 'NodePort' || (spec.type === 'ClusterIP' && (spec.externalIPs ?? []).length > 0);
  if (external) faults.requiredOneOf('spec.externalTrafficPolicy', spec.externalTrafficPolicy, ['Cluster', 'Local']);
  else if (spec.externalTrafficPolicy)
    faults.invalid('spec.externalTrafficPolicy', spec.externalTrafficPolicy, 'may only be set for externally-accessible services');
  const hasHealthPort = spec.type === 'LoadBalancer' && spec.externalTrafficPolicy === 'Local';
  if (spec.healthCheckNodePort) {
    if (hasHealthPort) faults.port('spec.healthCheckNodePort', spec.healthCheckNodePort);
    else
      faults.invalid(
        'spec.healthCheckNodePort',
        spec.healthCheckNodePort,
        "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'",
      );
  }
  if (spec.type !== 'ExternalName') faults.oneOf('spec.internalTrafficPolicy', spec.internalTrafficPolicy, ['Cluster', 'Local']);
}
