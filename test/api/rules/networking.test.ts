import { expect } from 'chai';
import { ingressClasses, ingresses, networkPolicies } from '../../../lib/api/networking/kinds.js';
import { changed, created, faults, updated } from './rules.js';

const backend = { service: { name: 's', port: { number: 80 } } };
const path = (more: object) => ({ spec: { rules: [{ http: { paths: [{ path: '/x', pathType: 'Prefix', backend, ...more }] } }] } });
const AT = 'spec.rules[0].http.paths[0]';

describe('rules of ingresses', () => {
  const cases: readonly (readonly [object, string[]])[] = [
    [path({}), []],
    [path({ path: 'x' }), [`Invalid ${AT}.path`]],
    [path({ path: '/a//b' }), [`Invalid ${AT}.path`]],
    [path({ path: '/a/..' }), [`Invalid ${AT}.path`]],
    [path({ path: '/%2f' }), [`Invalid ${AT}.path`]],
    [path({ path: '/a//b', pathType: 'ImplementationSpecific' }), []],
    [path({ path: undefined, pathType: 'ImplementationSpecific' }), []],
    [path({ pathType: 'Odd' }), [`NotSupported ${AT}.pathType`]],
    [path({ pathType: undefined, backend: {} }), [`Required ${AT}.pathType`]],
    [path({ backend: { service: { name: 's', port: { name: 'a--b' } } } }), [`Invalid ${AT}.backend.service.port.name`]],
    [
      path({ backend: { resource: { apiGroup: 'A', kind: 'a/b', name: 'n' } } }),
      [`Invalid ${AT}.backend.resource.apiGroup`, `Invalid ${AT}.backend.resource.kind`],
    ],
    [{ spec: { rules: [{ http: {} }] } }, ['Required spec.rules[0].http.paths']],
    [
      { spec: { rules: [{ host: '*.b.c' }], tls: [{ hosts: ['*', 'A'], secretName: 'a_b' }] } },
      ['Invalid spec.tls[0].hosts[0]', 'Invalid spec.tls[0].hosts[1]', 'Invalid spec.tls[0].secretName'],
    ],
    [{ spec: { defaultBackend: backend, ingressClassName: 'A' } }, ['Invalid spec.ingressClassName']],
    [
      { metadata: { annotations: { 'kubernetes.io/ingress.class': 'a' } }, spec: { defaultBackend: backend, ingressClassName: 'b' } },
      ['Invalid annotations.kubernetes.io/ingress.class'],
    ],
  ];
  for (const [body, wanted] of cases)
    it(`${JSON.stringify(body)}: ${wanted.join() || 'fine'}`, () => expect(faults(ingresses, body)).to.deep.equal(wanted));

  it('say where they are reached by address or name', () => {
    const old = created(ingresses, path({}));
    const status = { loadBalancer: { ingress: [{ ip: 'x' }, { hostname: '10.0.0.1' }, { ip: '10.0.0.1', hostname: 'a.b' }] } };
    expect(updated(ingresses, old, { ...old, status }, 'status').faults).to.deep.equal([
      'Invalid status.loadBalancer.ingress[0].ip',
      'Invalid status.loadBalancer.ingress[1].hostname',
    ]);
  });

  it('have classes with a controller that stays', () => {
    const body = { spec: { controller: 'a.example/b' } };
    expect(faults(ingressClasses, body)).to.deep.equal([]);
    expect(faults(ingressClasses, {})).to.deep.equal(['Required spec.controller']);
    expect(faults(ingressClasses, { spec: { controller: 'a' } })).to.deep.equal(['Invalid spec.controller']);
    const parameters = { kind: 'K', name: 'n' };
    expect(faults(ingressClasses, changed(body, 'spec.parameters', { ...parameters, namespace: 'n' }))).to.deep.equal([
      'Forbidden spec.parameters.namespace',
    ]);
    expect(faults(ingressClasses, changed(body, 'spec.parameters', { ...parameters, scope: 'Namespace' }))).to.deep.equal([
      'Required spec.parameters.namespace',
    ]);
    expect(updated(ingressClasses, created(ingressClasses, body), { spec: { controller: 'a.example/c' } }).faults).to.deep.equal([
      'Invalid spec.controller',
    ]);
  });
});

describe('rules of network policies', () => {
  const cases: readonly (readonly [object, string[]])[] = [
    [{ ingress: [{ from: [{ podSelector: {}, namespaceSelector: {} }] }] }, []],
    [{ ingress: [{ from: [{ ipBlock: { cidr: '2001:db8::/32', except: ['2001:db8:1::/48'] } }] }] }, []],
    [
      { egress: [{ to: [{ ipBlock: { cidr: '2001:db8::/32', except: ['10.0.0.0/8'] } }] }] },
      ['Invalid spec.egress[0].to[0].ipBlock.except[0]'],
    ],
    [{ ingress: [{ ports: [{ port: 80, endPort: 70000 }] }] }, ['Invalid spec.ingress[0].ports[0].endPort']],
    [{ policyTypes: ['Ingress', 'Odd'] }, ['NotSupported spec.policyTypes[1]']],
    [{ policyTypes: ['Ingress', 'Egress', 'Ingress'] }, ['Invalid spec.policyTypes']],
    [{ podSelector: { matchLabels: { 'a b': 'c' } } }, ['Invalid spec.podSelector.matchLabels']],
  ];
  for (const [spec, wanted] of cases)
    it(`${JSON.stringify(spec)}: ${wanted.join() || 'fine'}`, () => expect(faults(networkPolicies, { spec })).to.deep.equal(wanted));
});
