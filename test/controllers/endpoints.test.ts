import { expect } from 'chai';
import type { Pod, Service, ServicePort } from 'kubernetes-types/core/v1.js';
import { endpoints } from '../../lib/api/core/endpoints.js';
import { pods } from '../../lib/api/core/pods.js';
import { services } from '../../lib/api/core/services.js';
import { nameOf } from '../../lib/api/object.js';
import { nodes } from '../../lib/api/core/nodes.js';
import { endpointsController } from '../../lib/controllers/endpoints/endpoints-controller.js';
import { nodeOf, podOf, running, setPodStatus } from './running.js';
import type { Running } from './running.js';

const service = (spec: Partial<Service['spec']> = {}, labels: Record<string, string> = {}): Service => ({
  metadata: { name: 's', namespace: 'default', labels },
  spec: { selector: { app: 'w' }, ports: [{ port: 80, targetPort: 8080 }], ...spec },
});

describe('endpoints controller', () => {
  let cluster: Running;

  beforeEach(async () => {
    cluster = await running([endpointsController()]);
    await cluster.registry(nodes).create(nodeOf('n'));
  });

  afterEach(() => cluster.stop());

  const endpointsOf = async (name = 's') => {
    await cluster.settle();
    return cluster.find(endpoints, name);
  };
  const subsets = async () => (await endpointsOf())?.subsets;
  const addresses = async () => {
    const [subset] = (await subsets()) ?? [];
    return { ready: subset?.addresses?.map(({ ip }) => ip) ?? [], notReady: subset?.notReadyAddresses?.map(({ ip }) => ip) ?? [] };
  };
  const start = async (
    name: string,
    ip: string,
    options: { ready?: boolean; pod?: Partial<Pod['spec']>; labels?: Record<string, string> } = {},
  ) => {
    const pod = await cluster.registry(pods).create(podOf(name, options.labels ?? { app: 'w' }, { nodeName: 'n', ...options.pod }));
    await setPodStatus(cluster, pod, { ip, ready: options.ready ?? true });
    return pod;
  };

  it('lists ready pods with their node and pod, on the target port', async () => {
    await cluster.registry(services).create(service());
    const pod = await start('p', '10.9.0.1');
    expect(await subsets()).to.deep.equal([
      {
        addresses: [{ ip: '10.9.0.1', nodeName: 'n', targetRef: { kind: 'Pod', namespace: 'default', name: 'p', uid: pod.metadata.uid } }],
        ports: [{ port: 8080, protocol: 'TCP' }],
      },
    ]);
  });

  it('keeps pods that are not ready apart, and follows them', async () => {
    await cluster.registry(services).create(service());
    await start('a', '10.9.0.1');
    const late = await start('b', '10.9.0.2', { ready: false });
    expect(await addresses()).to.deep.equal({ ready: ['10.9.0.1'], notReady: ['10.9.0.2'] });
    await setPodStatus(cluster, late, { ip: '10.9.0.2' });
    expect(await addresses()).to.deep.equal({ ready: ['10.9.0.1', '10.9.0.2'], notReady: [] });
  });

  it('publishes pods that are not ready where the service wants it', async () => {
    await cluster.registry(services).create(service({ publishNotReadyAddresses: true }));
    await start('a', '10.9.0.1', { ready: false });
    expect(await addresses()).to.deep.equal({ ready: ['10.9.0.1'], notReady: [] });
  });

  it('leaves out pods without an address, finished ones, and those on their way out', async () => {
    await cluster.registry(services).create(service());
    await cluster.registry(pods).create(podOf('fresh', { app: 'w' }));
    const done = await start('done', '10.9.0.1');
    await setPodStatus(cluster, done, { ip: '10.9.0.1', phase: 'Succeeded' });
    const going = await start('going', '10.9.0.2', { pod: { terminationGracePeriodSeconds: 30 } });
    expect(await addresses()).to.deep.equal({ ready: ['10.9.0.2'], notReady: [] });
    await cluster.registry(pods).delete(nameOf(going));
    expect(await addresses()).to.deep.equal({ ready: [], notReady: [] });
  });

  it('follows labels of pods and the selector of the service', async () => {
    await cluster.registry(services).create(service());
    const pod = await start('p', '10.9.0.1');
    await start('q', '10.9.0.2', { labels: { app: 'x' } });
    expect((await addresses()).ready).to.deep.equal(['10.9.0.1']);
    await cluster
      .registry(pods)
      .modify(nameOf(pod), (current) => ({ ...current, metadata: { ...current.metadata, labels: { app: 'other' } } }));
    expect((await addresses()).ready).to.deep.equal([]);
    await cluster
      .registry(services)
      .modify({ name: 's', namespace: 'default' }, (current) => ({ ...current, spec: { ...current.spec, selector: { app: 'x' } } }));
    expect((await addresses()).ready).to.deep.equal(['10.9.0.2']);
  });

  it('looks up named ports in each pod: different numbers make different subsets', async () => {
    const ports = (containerPort: number) => ({ containers: [{ name: 'c', image: 'i', ports: [{ name: 'web', containerPort }] }] });
    await cluster.registry(services).create(service({ ports: [{ port: 80, targetPort: 'web' }] }));
    await start('a', '10.9.0.1', { pod: ports(81) });
    await start('b', '10.9.0.2', { pod: ports(82) });
    await start('c', '10.9.0.3');
    expect(
      (await subsets())?.map((subset) => [subset.addresses?.map(({ ip }) => ip), subset.ports?.map(({ port }) => port)]),
    ).to.deep.equal([
      [['10.9.0.1'], [81]],
      [['10.9.0.2'], [82]],
    ]);
  });

  it('puts several ports of the same pods into one subset', async () => {
    await cluster.registry(services).create(
      service({
        ports: [
          { name: 'b', port: 81 },
          { name: 'a', port: 80, targetPort: 8080, appProtocol: 'http' },
        ] as ServicePort[],
      }),
    );
    await start('a', '10.9.0.1');
    expect((await subsets())?.map(({ ports }) => ports)).to.deep.equal([
      [
        { name: 'a', port: 8080, protocol: 'TCP', appProtocol: 'http' },
        { name: 'b', port: 81, protocol: 'TCP' },
      ],
    ]);
  });

  it('marks headless services, keeps hostnames of their subdomain, and needs no ports there', async () => {
    await cluster.registry(services).create(service({ clusterIP: 'None', ports: [] }, { tier: 'db' }));
    await start('p', '10.9.0.1', { pod: { hostname: 'one', subdomain: 's' } });
    const found = await endpointsOf();
    expect(found?.metadata.labels).to.deep.include({ tier: 'db', 'service.kubernetes.io/headless': '' });
    expect(found?.subsets?.[0]?.addresses?.[0]).to.include({ ip: '10.9.0.1', hostname: 'one' });
    expect(found?.subsets?.[0]?.ports).to.equal(undefined);
  });

  it('leaves services without a selector, and of names, alone', async () => {
    await cluster.registry(services).create({ metadata: { name: 's', namespace: 'default' }, spec: { ports: [{ port: 80 }] } });
    await cluster.registry(services).create({
      metadata: { name: 'ext', namespace: 'default' },
      spec: { type: 'ExternalName', externalName: 'x.example', selector: { app: 'w' } },
    });
    await cluster
      .registry(endpoints)
      .create({ metadata: { name: 'lonely', namespace: 'default' }, subsets: [{ addresses: [{ ip: '10.0.0.1' }], ports: [{ port: 1 }] }] });
    await cluster.settle(60_000);
    expect((await cluster.all(endpoints, 'default')).map(({ metadata }) => metadata.name)).to.deep.equal(['lonely']);
  });

  it('writes only when something has changed', async () => {
    await cluster.registry(services).create(service());
    const pod = await start('p', '10.9.0.1');
    await endpointsOf();
    const before = cluster.writes.length;
    await cluster
      .registry(pods)
      .modify(nameOf(pod), (current) => ({ ...current, metadata: { ...current.metadata, annotations: { a: 'b' } } }));
    await cluster.registry(services).modify({ name: 's', namespace: 'default' }, (current) => ({
      ...current,
      metadata: { ...current.metadata, annotations: { a: 'b' } },
    }));
    await cluster.settle();
    expect(cluster.writes.slice(before)).to.deep.equal([]);
  });

  it('sets right what somebody else has written, and makes again what was deleted', async () => {
    await cluster.registry(services).create(service());
    await start('p', '10.9.0.1');
    await endpointsOf();
    await cluster.registry(endpoints).modify({ name: 's', namespace: 'default' }, (current) => ({ ...current, subsets: [] }));
    expect((await addresses()).ready).to.deep.equal(['10.9.0.1']);
    await cluster.registry(endpoints).delete({ name: 's', namespace: 'default' });
    expect((await addresses()).ready).to.deep.equal(['10.9.0.1']);
  });

  it('removes the endpoints with their service', async () => {
    await cluster.registry(services).create(service());
    expect(await endpointsOf()).not.to.equal(undefined);
    await cluster.registry(services).delete({ name: 's', namespace: 'default' });
    expect(await endpointsOf()).to.equal(undefined);
  });
});
