export { ingressClasses } from './ingress-classes.js';
export { ingresses } from './ingresses.js';
export { ipAddresses } from './ip-addresses.js';
export { networkPolicies } from './network-policies.js';
export { serviceCIDRs } from './service-cidrs.js';
