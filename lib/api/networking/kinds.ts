export { ingressClasses } from './ingress-classes.js';
export { ingresses } from './ingresses.js';
export { networkPolicies } from './network-policies.js';
