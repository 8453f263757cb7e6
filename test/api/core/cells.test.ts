import { expect } from 'chai';
import type { ContainerStatus, Endpoints, Event, Node, ReplicationController, Service } from 'kubernetes-types/core/v1.js';
import { configMaps } from '../../../lib/api/core/config-maps.js';
import { endpoints } from '../../../lib/api/core/endpoints.js';
import { events } from '../../../lib/api/core/events.js';
import { nodes } from '../../../lib/api/core/nodes.js';
import { pods } from '../../../lib/api/core/pods.js';
import { replicationControllers } from '../../../lib/api/core/replication-controllers.js';
import { services } from '../../../lib/api/core/services.js';
import { builtInDefinitions } from '../../../lib/api/kinds.js';
import type { KubeObject, Stored } from '../../../lib/api/object.js';
import type { ResourceDefinition } from '../../../lib/api/resource-definition.js';

const NOW = Date.UTC(2024, 0, 1, 1);
const META = { name: 'x', namespace: 'default', uid: 'u', resourceVersion: '1', creationTimestamp: '2024-01-01T00:14:00Z' };

function row<T extends KubeObject>(definition: ResourceDefinition<T>, object: object): Record<string, unknown> {
  const stored = { apiVersion: definition.apiVersion, kind: definition.kind, metadata: META, ...object } as unknown as Stored<T>;
  return Object.fromEntries(definition.columns.map((column) => [column.name, column.value(stored, NOW)]));
}

describe('table cells', () => {
  describe('of pods', () => {
    const container = (name: string, state: ContainerStatus['state'], more: object = {}): ContainerStatus => ({
      name,
      image: 'i',
      imageID: '',
      ready: false,
      restartCount: 0,
      ...(state ? { state } : {}),
      ...more,
    });
    const running = (name = 'a', ready = true) => container(name, { running: {} }, { ready });
    const pod = (status: object, spec: object = {}, metadata: object = {}): object => ({
      metadata: { ...META, ...metadata },
      spec: { containers: [{ name: 'a' }, { name: 'b' }], ...spec },
      status,
    });
    const status = (...args: Parameters<typeof pod>) => row(pods, pod(...args))['Status'];

    it('show phase, readiness, restarts and age', () => {
      const shown = row(
        pods,
        pod({ phase: 'Running', podIP: '10.0.0.1', containerStatuses: [running('a'), running('b', false)] }, { nodeName: 'n' }),
      );
      expect(shown).to.include({ Name: 'x', Ready: '1/2', Status: 'Running', Restarts: '0', Age: '46m', IP: '10.0.0.1', Node: 'n' });
      expect(row(pods, pod({ phase: 'Pending' }))).to.include({
        Ready: '0/2',
        Status: 'Pending',
        IP: '<none>',
        Node: '<none>',
        'Nominated Node': '<none>',
      });
    });

    it('tell when a container last ended', () => {
      const again = container(
        'a',
        { running: {} },
        { ready: true, restartCount: 3, lastState: { terminated: { exitCode: 1, finishedAt: '2024-01-01T00:15:00Z' } } },
      );
      expect(row(pods, pod({ phase: 'Running', containerStatuses: [again] }))['Restarts']).to.equal('3 (45m ago)');
    });

    it('tell why a container does not run', () => {
      const waiting = (reason: string) => container('a', { waiting: { reason } });
      expect(status({ phase: 'Running', containerStatuses: [waiting('CrashLoopBackOff'), running('b')] })).to.equal('CrashLoopBackOff');
      expect(status({ phase: 'Pending', containerStatuses: [waiting('ContainerCreating')] })).to.equal('ContainerCreating');
      expect(status({ phase: 'Failed', containerStatuses: [container('a', { terminated: { exitCode: 1, reason: 'Error' } })] })).to.equal(
        'Error',
      );
      expect(status({ phase: 'Failed', containerStatuses: [container('a', { terminated: { exitCode: 2 } })] })).to.equal('ExitCode:2');
      expect(status({ phase: 'Failed', containerStatuses: [container('a', { terminated: { exitCode: 0, signal: 9 } })] })).to.equal(
        'Signal:9',
      );
    });

    it('show a pod as running while one of its containers is', () => {
      const containerStatuses = [container('a', { terminated: { exitCode: 0, reason: 'Completed' } }), running('b')];
      expect(status({ phase: 'Running', containerStatuses, conditions: [{ type: 'Ready', status: 'True' }] })).to.equal('Running');
      expect(status({ phase: 'Running', containerStatuses })).to.equal('NotReady');
    });

    it('follow the init containers until they are done', () => {
      const spec = { initContainers: [{ name: 'i' }, { name: 'j' }] };
      const init = (...initContainerStatuses: ContainerStatus[]) => status({ phase: 'Pending', initContainerStatuses }, spec);
      expect(init(container('i', { running: {} }))).to.equal('Init:0/2');
      expect(init(container('i', { terminated: { exitCode: 0 } }), container('j', { waiting: { reason: 'PodInitializing' } }))).to.equal(
        'Init:1/2',
      );
      expect(init(container('i', { terminated: { exitCode: 3 } }))).to.equal('Init:ExitCode:3');
      expect(init(container('i', { terminated: { exitCode: 1, reason: 'Error' } }))).to.equal('Init:Error');
      expect(init(container('i', { waiting: { reason: 'CrashLoopBackOff' } }))).to.equal('Init:CrashLoopBackOff');
    });

    it('count sidecars among the ready ones', () => {
      const spec = { containers: [{ name: 'a' }], initContainers: [{ name: 's', restartPolicy: 'Always' }] };
      const initContainerStatuses = [container('s', { running: {} }, { ready: true, started: true, restartCount: 2 })];
      const shown = row(pods, pod({ phase: 'Running', initContainerStatuses, containerStatuses: [running()] }, spec));
      expect(shown).to.include({ Ready: '2/2', Status: 'Running', Restarts: '2' });
    });

    it('put deletion, eviction and gates first', () => {
      const deleted = { deletionTimestamp: '2024-01-01T00:59:00Z' };
      expect(status({ phase: 'Running', containerStatuses: [running()] }, {}, deleted)).to.equal('Terminating');
      expect(status({ phase: 'Running', reason: 'NodeLost' }, {}, deleted)).to.equal('Unknown');
      expect(status({ phase: 'Succeeded' }, {}, deleted)).to.equal('Succeeded');
      expect(status({ phase: 'Failed', reason: 'Evicted' })).to.equal('Evicted');
      expect(status({ phase: 'Pending', conditions: [{ type: 'PodScheduled', status: 'False', reason: 'SchedulingGated' }] })).to.equal(
        'SchedulingGated',
      );
    });

    it('count readiness gates', () => {
      const spec = { readinessGates: [{ conditionType: 'a/b' }, { conditionType: 'c/d' }] };
      expect(row(pods, pod({ conditions: [{ type: 'a/b', status: 'True' }] }, spec))['Readiness Gates']).to.equal('1/2');
      expect(row(pods, pod({}))['Readiness Gates']).to.equal('<none>');
    });
  });

  it('of services show ports and addresses', () => {
    const service = (spec: Service['spec'], status: Service['status'] = {}) => row(services, { spec, status });
    const ports = [
      { port: 80, protocol: 'TCP' },
      { port: 443, nodePort: 31_643, protocol: 'TCP' },
    ];
    expect(service({ type: 'NodePort', clusterIP: '10.0.0.1', clusterIPs: ['10.0.0.1'], ports, selector: { b: '2', a: '1' } })).to.include({
      Type: 'NodePort',
      'Cluster-IP': '10.0.0.1',
      'External-IP': '<none>',
      'Port(s)': '80/TCP,443:31643/TCP',
      Selector: 'a=1,b=2',
    });
    expect(service({ type: 'LoadBalancer' })['External-IP']).to.equal('<pending>');
    expect(service({ type: 'LoadBalancer' }, { loadBalancer: { ingress: [{ ip: '1.2.3.4' }] } })['External-IP']).to.equal('1.2.3.4');
    expect(service({ type: 'ExternalName', externalName: 'a.example' })).to.include({
      'Cluster-IP': '<none>',
      'External-IP': 'a.example',
      'Port(s)': '<none>',
    });
    expect(service({ type: 'ClusterIP', clusterIP: 'None', externalIPs: ['1.1.1.1', '2.2.2.2'] })).to.include({
      'Cluster-IP': 'None',
      'External-IP': '1.1.1.1,2.2.2.2',
    });
  });

  it('of nodes show readiness, roles and addresses', () => {
    const node = (change: Partial<Node>) => row(nodes, change);
    const ready = { conditions: [{ type: 'Ready', status: 'True' }], addresses: [{ type: 'InternalIP', address: '10.0.0.1' }] };
    expect(
      node({ metadata: { ...META, labels: { 'node-role.kubernetes.io/worker': '', 'kubernetes.io/role': 'db' } }, status: ready }),
    ).to.include({
      Status: 'Ready',
      Roles: 'db,worker',
      'Internal-IP': '10.0.0.1',
      'External-IP': '<none>',
      'OS-Image': '<unknown>',
    });
    expect(node({ spec: { unschedulable: true }, status: { conditions: [{ type: 'Ready', status: 'Unknown' }] } })['Status']).to.equal(
      'NotReady,SchedulingDisabled',
    );
    expect(node({})).to.include({ Status: 'Unknown', Roles: '<none>' });
  });

  it('of endpoints list the first addresses and count the rest', () => {
    const subset = (
      count: number,
      ports: Endpoints['subsets'] extends (infer S)[] | undefined ? (S & object)['ports' & keyof S] : never,
    ) => ({
      addresses: Array.from({ length: count }, (_, index) => ({ ip: `10.0.0.${index + 1}` })),
      ...(ports ? { ports } : {}),
    });
    expect(row(endpoints, { subsets: [subset(2, [{ port: 80 }])] })['Endpoints']).to.equal('10.0.0.1:80,10.0.0.2:80');
    expect(row(endpoints, { subsets: [subset(5, [{ port: 80 }])] })['Endpoints']).to.equal(
      '10.0.0.1:80,10.0.0.2:80,10.0.0.3:80 + 2 more...',
    );
    expect(row(endpoints, {})['Endpoints']).to.equal('<none>');
  });

  it('of events tell when, what and of whom', () => {
    const event: Partial<Event> = {
      involvedObject: { kind: 'Pod', name: 'p', fieldPath: 'spec.containers{a}' },
      lastTimestamp: '2024-01-01T00:59:00Z',
      firstTimestamp: '2024-01-01T00:50:00Z',
      reason: 'Started',
      message: 'Started container a\n',
      type: 'Normal',
      count: 4,
      source: { component: 'kubelet', host: 'n' },
    };
    expect(row(events, event)).to.deep.equal({
      'Last Seen': '60s',
      Type: 'Normal',
      Reason: 'Started',
      Object: 'pod/p',
      Subobject: 'spec.containers{a}',
      Source: 'kubelet, n',
      Message: 'Started container a',
      'First Seen': '10m',
      Count: '4',
      Name: 'x',
    });
  });

  it('of replication controllers show counts and images', () => {
    const rc: Partial<ReplicationController> = {
      spec: {
        replicas: 3,
        selector: { app: 'web' },
        template: {
          spec: {
            containers: [
              { name: 'a', image: 'i:1' },
              { name: 'b', image: 'j' },
            ],
          },
        },
      },
      status: { replicas: 2 },
    };
    expect(row(replicationControllers, rc)).to.include({
      Desired: 3,
      Current: 2,
      Ready: 0,
      Containers: 'a,b',
      Images: 'i:1,j',
      Selector: 'app=web',
    });
  });

  it('of config maps count keys', () => {
    expect(row(configMaps, { data: { a: '', b: '' }, binaryData: { c: '' } })['Data']).to.equal(3);
  });

  it('exist for every column of every kind with rules', () => {
    for (const definition of builtInDefinitions)
      for (const [name, cell] of Object.entries(row(definition, LEAST)))
        expect(cell, `${definition.plural} ${name}`).not.to.equal(undefined);
  });
});

const POD = { spec: { containers: [] } };

/** What objects of all kinds have at least, once they have been defaulted. */
const LEAST = {
  involvedObject: {},
  addressType: 'IPv4',
  revision: 1,
  provisioner: 'acme.io/disk',
  driver: 'acme.io/disk',
  value: 1,
  handler: 'runc',
  roleRef: {},
  spec: { scaleTargetRef: {}, template: POD, jobTemplate: { spec: { template: POD } } },
  status: {},
};
