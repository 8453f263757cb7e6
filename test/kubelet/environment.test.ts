import { expect } from 'chai';
import type { Container, Pod, Service } from 'kubernetes-types/core/v1.js';
import type { EnvFacts } from '../../lib/kubelet/env/container-env.js';
import { containerEnv } from '../../lib/kubelet/env/container-env.js';
import { expand } from '../../lib/kubelet/env/expand.js';

const pod: Pod = {
  metadata: { name: 'p', namespace: 'ns', uid: 'u', labels: { app: 'web', 'a.b/c': 'x' }, annotations: { note: 'hi' } },
  spec: {
    nodeName: 'n',
    serviceAccountName: 'sa',
    containers: [{ name: 'c', resources: { limits: { cpu: '1500m', memory: '64Mi' }, requests: { cpu: '250m' } } }],
  },
};
const service = (
  name: string,
  namespace: string,
  clusterIP: string,
  ports: { name?: string; port: number; protocol?: string }[],
): Service => ({
  metadata: { name, namespace },
  spec: { clusterIP, ports },
});
const services = [
  service('back-end', 'ns', '127.96.0.9', [
    { name: 'http', port: 80 },
    { name: 'dns', port: 53, protocol: 'UDP' },
  ]),
  service('elsewhere', 'other', '127.96.0.8', [{ port: 1 }]),
  service('headless', 'ns', 'None', [{ port: 1 }]),
  service('kubernetes', 'default', '127.96.0.1', [{ name: 'https', port: 443 }]),
];

describe("A container's environment", () => {
  const facts = (more: Partial<EnvFacts> = {}): EnvFacts => ({
    pod,
    podIPs: ['10.0.0.5', 'fd00::5'],
    hostIPs: ['192.0.2.1'],
    services,
    allocatable: { cpu: '4', memory: '8Gi' },
    objects: {
      configMap: (namespace, name) => (namespace === 'ns' && name === 'cm' ? { data: { k: 'v', 'a.b': '1' } } : undefined),
      secret: (namespace, name) =>
        namespace === 'ns' && name === 's' ? { data: { password: Buffer.from('geheim').toString('base64') } } : undefined,
    },
    ...more,
  });
  const env = (container: Partial<Container>, more?: Partial<EnvFacts>) => {
    const { services: _, ...rest } = facts(more);
    return Object.fromEntries(
      containerEnv({ name: 'c', ...pod.spec!.containers[0], ...container }, { services: more?.services ?? [], ...rest }),
    );
  };

  it('has literals, which may use those before them', () => {
    const variables = [
      { name: 'A', value: '1' },
      { name: 'B', value: '$(A)-$(LATER)-$$(A)' },
      { name: 'LATER', value: 'x' },
      { name: 'EMPTY' },
    ];
    expect(env({ env: variables })).to.deep.equal({ A: '1', B: '1-$(LATER)-$(A)', LATER: 'x', EMPTY: '' });
  });

  it('tells of the pod', () => {
    const paths: Record<string, string> = {
      NAME: 'metadata.name',
      NAMESPACE: 'metadata.namespace',
      UID: 'metadata.uid',
      LABEL: "metadata.labels['a.b/c']",
      ANNOTATION: "metadata.annotations['note']",
      MISSING: "metadata.labels['none']",
      NODE: 'spec.nodeName',
      ACCOUNT: 'spec.serviceAccountName',
      HOST: 'status.hostIP',
      IP: 'status.podIP',
      IPS: 'status.podIPs',
    };
    const variables = Object.entries(paths).map(([name, fieldPath]) => ({ name, valueFrom: { fieldRef: { fieldPath } } }));
    expect(env({ env: variables })).to.deep.equal({
      NAME: 'p',
      NAMESPACE: 'ns',
      UID: 'u',
      LABEL: 'x',
      ANNOTATION: 'hi',
      MISSING: '',
      NODE: 'n',
      ACCOUNT: 'sa',
      HOST: '192.0.2.1',
      IP: '10.0.0.5',
      IPS: '10.0.0.5,fd00::5',
    });
    expect(() => env({ env: [{ name: 'X', valueFrom: { fieldRef: { fieldPath: 'spec.secret' } } }] })).to.throw(
      'unsupported fieldPath: spec.secret',
    );
  });

  it('tells of resources, in units of the divisor and rounded up; no limit is all of the node', () => {
    const fields: [string, string, string?][] = [
      ['CPU', 'limits.cpu'],
      ['CPU_MILLI', 'limits.cpu', '1m'],
      ['MEMORY', 'limits.memory', '1Mi'],
      ['REQUEST', 'requests.cpu', '1m'],
      ['NO_REQUEST', 'requests.memory'],
    ];
    const variables = fields.map(([name, resource, divisor]) => ({
      name,
      valueFrom: { resourceFieldRef: { resource, ...(divisor ? { divisor } : {}) } },
    }));
    expect(env({ env: variables })).to.deep.equal({ CPU: '2', CPU_MILLI: '1500', MEMORY: '64', REQUEST: '250', NO_REQUEST: '0' });
    const unlimited = [{ name: 'M', valueFrom: { resourceFieldRef: { resource: 'limits.memory', divisor: '1Gi' } } }];
    expect(env({ env: unlimited, resources: {} })).to.deep.equal({ M: '8' });
  });

  it('takes values from configMaps and secrets; what is optional may be missing', () => {
    const variables = [
      { name: 'A', valueFrom: { configMapKeyRef: { name: 'cm', key: 'k' } } },
      { name: 'B', valueFrom: { secretKeyRef: { name: 's', key: 'password' } } },
      { name: 'C', valueFrom: { configMapKeyRef: { name: 'none', key: 'k', optional: true } } },
      { name: 'D', valueFrom: { secretKeyRef: { name: 's', key: 'none', optional: true } } },
    ];
    expect(env({ env: variables })).to.deep.equal({ A: 'v', B: 'geheim' });
    expect(() => env({ env: [{ name: 'X', valueFrom: { secretKeyRef: { name: 'none', key: 'k' } } }] })).to.throw(
      'secret "none" not found',
    );
    expect(() => env({ env: [{ name: 'X', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } }] })).to.throw(
      "couldn't find key k in Secret ns/s",
    );
  });

  it('takes all of an object, with a prefix, and single variables win', () => {
    const envFrom = [
      { prefix: 'P_', configMapRef: { name: 'cm' } },
      { secretRef: { name: 's' } },
      { configMapRef: { name: 'none', optional: true } },
    ];
    expect(env({ envFrom, env: [{ name: 'P_k', value: 'own' }] })).to.deep.equal({ P_k: 'own', 'P_a.b': '1', password: 'geheim' });
    expect(() => env({ envFrom: [{ configMapRef: { name: 'none' } }] })).to.throw('configmap "none" not found');
  });

  it('tells of the services of the namespace and of the API', () => {
    expect(env({}, { services })).to.deep.equal({
      KUBERNETES_SERVICE_HOST: '127.96.0.1',
      KUBERNETES_SERVICE_PORT: '443',
      KUBERNETES_SERVICE_PORT_HTTPS: '443',
      KUBERNETES_PORT: 'tcp://127.96.0.1:443',
      KUBERNETES_PORT_443_TCP: 'tcp://127.96.0.1:443',
      KUBERNETES_PORT_443_TCP_PROTO: 'tcp',
      KUBERNETES_PORT_443_TCP_PORT: '443',
      KUBERNETES_PORT_443_TCP_ADDR: '127.96.0.1',
      BACK_END_SERVICE_HOST: '127.96.0.9',
      BACK_END_SERVICE_PORT: '80',
      BACK_END_SERVICE_PORT_HTTP: '80',
      BACK_END_SERVICE_PORT_DNS: '53',
      BACK_END_PORT: 'tcp://127.96.0.9:80',
      BACK_END_PORT_80_TCP: 'tcp://127.96.0.9:80',
      BACK_END_PORT_80_TCP_PROTO: 'tcp',
      BACK_END_PORT_80_TCP_PORT: '80',
      BACK_END_PORT_80_TCP_ADDR: '127.96.0.9',
      BACK_END_PORT_53_UDP: 'udp://127.96.0.9:53',
      BACK_END_PORT_53_UDP_PROTO: 'udp',
      BACK_END_PORT_53_UDP_PORT: '53',
      BACK_END_PORT_53_UDP_ADDR: '127.96.0.9',
    });
  });

  it('tells of the API alone without service links, and own variables may use those of services', () => {
    const quiet: Pod = { ...pod, spec: { ...pod.spec!, enableServiceLinks: false } };
    expect(Object.keys(env({}, { services, pod: quiet })).every((name) => name.startsWith('KUBERNETES_'))).to.equal(true);
    expect(env({ env: [{ name: 'URL', value: 'http://$(BACK_END_SERVICE_HOST)' }] }, { services })).to.include({
      URL: 'http://127.96.0.9',
    });
  });
});

describe('expand', () => {
  const cases: [string, string][] = [
    ['$(A)', 'x'],
    ['$$(A)', '$(A)'],
    ['$$$(A)', '$x'],
    ['$(B)', '$(B)'],
    ['$(A', '$(A'],
    ['$A$', '$A$'],
    ['$()', '$()'],
    ['a$(A)b$(A)', 'axbx'],
  ];
  for (const [text, expected] of cases) {
    it(`makes ${expected} of ${text}`, () => {
      expect(expand(text, (name) => (name === 'A' ? 'x' : undefined))).to.equal(expected);
    });
  }
});
