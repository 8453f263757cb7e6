import type { Ingress, IngressClass, NetworkPolicy } from 'kubernetes-types/networking/v1.js';
import { labelSelectorOf } from '../meta/label-selector.js';
import { structuralKind } from '../structural-kind.js';

export const ingresses = structuralKind<Ingress>('networking.k8s.io/v1/ingresses', {
  cells: {
    Class: ({ spec }) => spec?.ingressClassName ?? '<none>',
    Hosts: ({ spec }) => (spec?.rules ?? []).map(({ host }) => host || '*').join(',') || '*',
    Address: ({ status }) => (status?.loadBalancer?.ingress ?? []).map(({ ip, hostname }) => ip || hostname).join(','),
    Ports: ({ spec }) => (spec?.tls ? '80, 443' : '80'),
  },
});

export const ingressClasses = structuralKind<IngressClass>('networking.k8s.io/v1/ingressclasses', {
  cells: {
    Controller: ({ spec }) => spec?.controller ?? '',
    Parameters: ({ spec }) =>
      spec?.parameters ? `${spec.parameters.kind}.${spec.parameters.apiGroup ?? ''}/${spec.parameters.name}` : '<none>',
  },
});

export const networkPolicies = structuralKind<NetworkPolicy>('networking.k8s.io/v1/networkpolicies', {
  cells: { 'Pod-Selector': ({ spec }) => labelSelectorOf(spec?.podSelector).toString() || '<none>' },
});
