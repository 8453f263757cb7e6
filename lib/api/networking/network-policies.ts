import type { IPBlock, NetworkPolicy, NetworkPolicyPeer, NetworkPolicyPort } from 'kubernetes-types/networking/v1.js';
import { defineBuiltIn } from '../built-in.js';
import { labelSelectorOf } from '../meta/label-selector.js';
import { cidr, isStrictlyWithin } from '../validation/addresses.js';
import { Faults } from '../validation/faults.js';
import { validateLabelSelector } from '../validation/label-selector.js';
import { portName } from '../validation/names.js';

const TYPES = ['Ingress', 'Egress'];

/** Who may talk to a set of pods, and to whom they may talk. */
export const networkPolicies = defineBuiltIn<NetworkPolicy>('networking.k8s.io/v1/networkpolicies', {
  cells: { 'Pod-Selector': ({ spec }) => labelSelectorOf(spec?.podSelector).toString() || '<none>' },
  rules: {
    validate({ spec }) {
      const faults = new Faults();
      validateLabelSelector(faults, 'spec.podSelector', spec?.podSelector);
      spec?.ingress?.forEach(({ ports, from }, index) => validateRule(faults, `spec.ingress[${index}]`, ports, 'from', from));
      spec?.egress?.forEach(({ ports, to }, index) => validateRule(faults, `spec.egress[${index}]`, ports, 'to', to));
      const types = spec?.policyTypes ?? [];
      if (types.length > TYPES.length) faults.invalid('spec.policyTypes', types, 'may not specify more than two policyTypes');
      else types.forEach((type, index) => faults.oneOf(`spec.policyTypes[${index}]`, type, TYPES));
      return faults.list;
    },
  },
});

function validateRule(
  faults: Faults,
  path: string,
  ports: readonly NetworkPolicyPort[] = [],
  direction: 'from' | 'to',
  peers: readonly NetworkPolicyPeer[] = [],
): void {
  ports.forEach((port, index) => validatePort(faults, `${path}.ports[${index}]`, port));
  peers.forEach((peer, index) => validatePeer(faults, `${path}.${direction}[${index}]`, peer));
}

function validatePort(faults: Faults, path: string, { port, protocol, endPort }: NetworkPolicyPort): void {
  faults.oneOf(`${path}.protocol`, protocol, ['TCP', 'UDP', 'SCTP']);
  if (typeof port === 'number') {
    faults.port(`${path}.port`, port);
    if (endPort === undefined) return;
    if (endPort < port) faults.invalid(`${path}.endPort`, endPort, 'must be greater than or equal to `port`');
    faults.port(`${path}.endPort`, endPort);
  } else if (port !== undefined) {
    if (endPort !== undefined) faults.invalid(`${path}.endPort`, endPort, 'may not be specified when `port` is non-numeric');
    faults.syntax(`${path}.port`, port, portName);
  } else if (endPort !== undefined) faults.invalid(`${path}.endPort`, endPort, 'may not be specified when `port` is not specified');
}

function validatePeer(faults: Faults, path: string, { podSelector, namespaceSelector, ipBlock }: NetworkPolicyPeer): void {
  validateLabelSelector(faults, `${path}.podSelector`, podSelector);
  validateLabelSelector(faults, `${path}.namespaceSelector`, namespaceSelector);
  if (ipBlock) validateBlock(faults, `${path}.ipBlock`, ipBlock);
  if (!podSelector && !namespaceSelector && !ipBlock) faults.required(path, undefined, 'must specify a peer');
  else if (ipBlock && (podSelector || namespaceSelector)) faults.forbidden(path, 'may not specify both ipBlock and another peer');
}

function validateBlock(faults: Faults, path: string, block: IPBlock): void {
  if (!faults.requiredSyntax(`${path}.cidr`, block.cidr, cidr)) return;
  block.except?.forEach((range, index) => {
    const at = `${path}.except[${index}]`;
    if (faults.syntax(at, range, cidr) && !isStrictlyWithin(range, block.cidr))
      faults.invalid(at, range, 'must be a strict subset of `cidr`');
  });
}
