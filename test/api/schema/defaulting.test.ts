import { expect } from 'chai';
import { pods } from '../../../lib/api/core/pods.js';
import { replicationControllers } from '../../../lib/api/core/replication-controllers.js';
import { services } from '../../../lib/api/core/services.js';
import { defineResource } from '../../../lib/api/define-resource.js';
import { builtInDefinitions } from '../../../lib/api/kinds.js';
import type { KubeObject } from '../../../lib/api/object.js';
import type { ResourceDefinition } from '../../../lib/api/resource-definition.js';
import { decode } from '../../../lib/api/schema/decode.js';
import { applyDefaults } from '../../../lib/api/schema/defaulting.js';

function defaulted<T extends KubeObject>(definition: ResourceDefinition<T>, value: unknown): T {
  const { object } = decode(definition, value);
  applyDefaults(definition, object);
  return object;
}
const container = (rest: object = {}) => ({ name: 'c', image: 'i', ...rest });

describe('applyDefaults', () => {
  it('sets what a pod leaves unset, and nothing else', () => {
    const { spec } = defaulted(pods, { spec: { containers: [container()], restartPolicy: 'Never' } });
    expect(spec).to.deep.include({
      restartPolicy: 'Never',
      dnsPolicy: 'ClusterFirst',
      schedulerName: 'default-scheduler',
      terminationGracePeriodSeconds: 30,
      enableServiceLinks: true,
      securityContext: {},
    });
    expect(spec?.containers[0]).to.deep.equal({
      name: 'c',
      image: 'i',
      resources: {},
      imagePullPolicy: 'Always',
      terminationMessagePath: '/dev/termination-log',
      terminationMessagePolicy: 'File',
    });
  });

  it('takes the pull policy from tag and digest', () => {
    const policies = ['a', 'a:latest', 'a:1', 'reg.example:5000/a', 'reg.example:5000/a:2', 'a@sha256:0a'].map(
      (image) => defaulted(pods, { spec: { containers: [container({ image })] } }).spec?.containers[0]?.imagePullPolicy,
    );
    expect(policies).to.deep.equal(['Always', 'Always', 'IfNotPresent', 'Always', 'IfNotPresent', 'IfNotPresent']);
  });

  it('takes a zero as unset only where presence does not count', () => {
    const { spec } = defaulted(pods, {
      spec: { terminationGracePeriodSeconds: 0, containers: [container({ livenessProbe: { tcpSocket: { port: 1 }, periodSeconds: 0 } })] },
    });
    expect(spec?.terminationGracePeriodSeconds).to.equal(0);
    expect(spec?.containers[0]?.livenessProbe?.periodSeconds).to.equal(10);
  });

  it('makes requests of limits in pods, not in templates', () => {
    const resources = { limits: { cpu: '1', memory: '1Gi' }, requests: { cpu: '100m' } };
    const pod = defaulted(pods, { spec: { containers: [container({ resources })] } });
    expect(pod.spec?.containers[0]?.resources?.requests).to.deep.equal({ cpu: '100m', memory: '1Gi' });
    const rc = defaulted(replicationControllers, { spec: { template: { spec: { containers: [container({ resources })] } } } });
    expect(rc.spec?.template?.spec?.containers[0]?.resources?.requests).to.deep.equal({ cpu: '100m' });
    expect(rc.spec?.template?.spec).not.to.have.property('enableServiceLinks');
  });

  it('copies ports to the node with the host network', () => {
    const pod = defaulted(pods, { spec: { hostNetwork: true, containers: [container({ ports: [{ containerPort: 80 }] })] } });
    expect(pod.spec?.containers[0]?.ports).to.deep.equal([{ containerPort: 80, hostPort: 80, protocol: 'TCP' }]);
  });

  it('makes a volume without source an emptyDir', () => {
    const { spec } = defaulted(pods, {
      spec: { containers: [container()], volumes: [{ name: 'a' }, { name: 'b', configMap: { name: 'm' } }] },
    });
    expect(spec?.volumes).to.deep.equal([
      { name: 'a', emptyDir: {} },
      { name: 'b', configMap: { name: 'm', defaultMode: 420 } },
    ]);
  });

  it('gives a replication controller selector and labels of its template', () => {
    const rc = defaulted(replicationControllers, { spec: { template: { metadata: { labels: { a: 'b' } }, spec: { containers: [] } } } });
    expect(rc).to.deep.include({ metadata: { labels: { a: 'b' } } });
    expect(rc.spec).to.deep.include({ replicas: 1, selector: { a: 'b' } });
    rc.spec!.selector!['a'] = 'changed';
    expect(rc.spec?.template?.metadata?.labels).to.deep.equal({ a: 'b' });
  });

  it('sets what depends on a default after it', () => {
    const { spec } = defaulted(services, { spec: { ports: [{ port: 80 }] } });
    expect(spec).to.deep.include({ type: 'ClusterIP', internalTrafficPolicy: 'Cluster', sessionAffinity: 'None' });
    expect(spec?.ports).to.deep.equal([{ port: 80, targetPort: 80, protocol: 'TCP' }]);
    expect(spec).not.to.have.property('externalTrafficPolicy');
    expect(defaulted(services, { spec: { type: 'NodePort', sessionAffinity: 'ClientIP' } }).spec).to.deep.include({
      externalTrafficPolicy: 'Cluster',
      sessionAffinityConfig: { clientIP: { timeoutSeconds: 10_800 } },
    });
  });

  it('changes nothing the second time, in any kind', () => {
    for (const definition of builtInDefinitions) {
      const once = defaulted(definition, { metadata: { name: 'x' }, spec: {} });
      const twice = structuredClone(once);
      applyDefaults(definition, twice);
      expect(twice, definition.plural).to.deep.equal(once);
    }
  });

  it('sets the defaults of a custom schema, also inside what it sets, in lists and in maps', () => {
    const widgets = defineResource({
      group: 'wire.example.com',
      version: 'v1',
      kind: 'Widget',
      schema: {
        type: 'object',
        properties: {
          spec: {
            type: 'object',
            default: {},
            properties: {
              a: { type: 'string', default: 'x' },
              list: { type: 'array', items: { type: 'object', properties: { p: { type: 'string', default: 'TCP' } } } },
              map: { type: 'object', additionalProperties: { type: 'object', properties: { n: { type: 'integer', default: 3 } } } },
            },
          },
        },
      },
    });
    const head = { apiVersion: 'wire.example.com/v1', kind: 'Widget' };
    expect(defaulted(widgets, head)).to.deep.include({ spec: { a: 'x' } });
    expect(defaulted(widgets, { ...head, spec: { a: '', list: [{}, { p: 'UDP' }], map: { k: {} } } })).to.deep.include({
      spec: { a: '', list: [{ p: 'TCP' }, { p: 'UDP' }], map: { k: { n: 3 } } },
    });
  });
});
