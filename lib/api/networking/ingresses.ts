import type { TypedLocalObjectReference } from 'kubernetes-types/core/v1.js';
import type { HTTPIngressPath, Ingress, IngressBackend, IngressRule, IngressSpec, IngressTLS } from 'kubernetes-types/networking/v1.js';
import { defineBuiltIn } from '../built-in.js';
import { isAddress } from '../validation/addresses.js';
import { Faults } from '../validation/faults.js';
import { dns1035Label, dnsSubdomain, pathSegment, portName, wildcardDnsSubdomain } from '../validation/names.js';
import { validateIngressPoint } from './load-balancer-status.js';

const CLASS_ANNOTATION = 'kubernetes.io/ingress.class';
const PATH_TYPES = ['Exact', 'ImplementationSpecific', 'Prefix'];

/** Which HTTP traffic from outside goes to which services. */
export const ingresses = defineBuiltIn<Ingress>('networking.k8s.io/v1/ingresses', {
  cells: {
    Class: ({ spec }) => spec?.ingressClassName ?? '<none>',
    Hosts: ({ spec }) => (spec?.rules ?? []).map(({ host }) => host || '*').join(',') || '*',
    Address: ({ status }) => (status?.loadBalancer?.ingress ?? []).map(({ ip, hostname }) => ip || hostname).join(','),
    Ports: ({ spec }) => (spec?.tls ? '80, 443' : '80'),
  },
  rules: {
    validate({ spec = {} }) {
      const faults = new Faults();
      validateSpec(faults, spec);
      return faults.list;
    },
    validateCreate({ metadata, spec }) {
      const faults = new Faults();
      const annotation = metadata?.annotations?.[CLASS_ANNOTATION];
      if (annotation !== undefined && spec?.ingressClassName !== undefined && annotation !== spec.ingressClassName)
        faults.invalid(`annotations.${CLASS_ANNOTATION}`, annotation, 'must match `ingressClassName` when both are specified');
      return faults.list;
    },
    validateUpdate({ status }, _old, { subresource }) {
      const faults = new Faults();
      if (subresource === 'status')
        status?.loadBalancer?.ingress?.forEach((point, index) =>
          validateIngressPoint(faults, `status.loadBalancer.ingress[${index}]`, point),
        );
      return faults.list;
    },
  },
});

function validateSpec(faults: Faults, spec: IngressSpec): void {
  const rules = spec.rules ?? [];
  if (rules.length === 0 && !spec.defaultBackend) faults.invalid('spec', rules, 'either `defaultBackend` or `rules` must be specified');
  if (spec.defaultBackend) validateBackend(faults, 'spec.defaultBackend', spec.defaultBackend);
  rules.forEach((rule, index) => validateRule(faults, `spec.rules[${index}]`, rule));
  spec.tls?.forEach((tls, index) => validateTls(faults, `spec.tls[${index}]`, tls));
  if (spec.ingressClassName !== undefined) faults.syntax('spec.ingressClassName', spec.ingressClassName, dnsSubdomain);
}

function validateRule(faults: Faults, path: string, { host, http }: IngressRule): void {
  if (host) {
    if (isAddress(host)) faults.invalid(`${path}.host`, host, 'must be a DNS name, not an IP address');
    faults.syntax(`${path}.host`, host, hostSyntax(host));
  }
  if (!http) return;
  // Without any in the body it is null.
  const paths = http.paths as readonly HTTPIngressPath[] | null;
  if (!paths || paths.length === 0) faults.required(`${path}.http.paths`, undefined);
  else paths.forEach((one, index) => validatePath(faults, `${path}.http.paths[${index}]`, one));
}

function validatePath(faults: Faults, path: string, { path: url = '', pathType, backend }: HTTPIngressPath): void {
  if (!faults.required(`${path}.pathType`, pathType, 'pathType must be specified')) return;
  if (faults.oneOf(`${path}.pathType`, pathType, PATH_TYPES))
    validateUrlPath(faults, `${path}.path`, url, pathType === 'ImplementationSpecific');
  validateBackend(faults, `${path}.backend`, backend);
}

function validateUrlPath(faults: Faults, at: string, url: string, anything: boolean): void {
  if (!url.startsWith('/') && !(anything && url === '')) faults.invalid(at, url, 'must be an absolute path');
  if (anything) return;
  for (const part of ['//', '/./', '/../', '%2f', '%2F']) if (url.includes(part)) faults.invalid(at, url, `must not contain '${part}'`);
  for (const end of ['/..', '/.']) if (url.endsWith(end)) faults.invalid(at, url, `cannot end with '${end}'`);
}

function validateBackend(faults: Faults, path: string, { service, resource }: IngressBackend): void {
  if (resource && service) faults.invalid(path, '', 'cannot set both resource and service backends');
  else if (resource) validateReference(faults, `${path}.resource`, resource);
  else if (service) {
    faults.requiredSyntax(`${path}.service.name`, service.name, dns1035Label);
    const { name, number } = service.port ?? {};
    if (name && number) faults.invalid(path, '', 'cannot set both port name & port number');
    else if (name) faults.syntax(`${path}.service.port.name`, name, portName);
    else if (number) faults.port(`${path}.service.port.number`, number);
    else faults.required(path, undefined, 'port name or number is required');
  } else faults.invalid(path, '', 'resource or service backend is required');
}

function validateReference(faults: Faults, path: string, { apiGroup, kind, name }: TypedLocalObjectReference): void {
  if (apiGroup !== undefined && apiGroup !== null) faults.syntax(`${path}.apiGroup`, apiGroup, dnsSubdomain);
  faults.requiredSyntax(`${path}.kind`, kind, pathSegment);
  faults.requiredSyntax(`${path}.name`, name, pathSegment);
}

function validateTls(faults: Faults, path: string, { hosts = [], secretName }: IngressTLS): void {
  hosts.forEach((host, index) => faults.syntax(`${path}.hosts[${index}]`, host, hostSyntax(host)));
  if (secretName) faults.syntax(`${path}.secretName`, secretName, dnsSubdomain);
}

const hostSyntax = (host: string) => (host.includes('*') ? wildcardDnsSubdomain : dnsSubdomain);
