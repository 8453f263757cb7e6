import { expect } from 'chai';
import type { Pod, ServicePort } from 'kubernetes-types/core/v1.js';
import { endpoints } from '../../lib/api/core/endpoints.js';
import { nodes } from '../../lib/api/core/nodes.js';
import { pods } from '../../lib/api/core/pods.js';
import { services } from '../../lib/api/core/services.js';
import { endpointSlices } from '../../lib/api/discovery/endpoint-slices.js';
import { nameOf } from '../../lib/api/object.js';
import { endpointSliceController } from '../../lib/controllers/endpoints/endpoint-slice-controller.js';
import { endpointSliceMirroringController } from '../../lib/controllers/endpoints/endpoint-slice-mirroring-controller.js';
import { nodeOf, podOf, running, setPodStatus } from './running.js';
import type { Running } from './running.js';

const port = (more: Partial<ServicePort> = {}): ServicePort => ({ port: 80, targetPort: 8080, ...more });

describe('endpoint slice controllers', () => {
  let cluster: Running;

  beforeEach(async () => {
    cluster = await running([endpointSliceController(), endpointSliceMirroringController()]);
    await cluster.registry(nodes).create(nodeOf('n'));
  });

  afterEach(() => cluster.stop());

  const slices = async () => {
    await cluster.settle();
    return cluster.all(endpointSlices, 'default');
  };
  const createService = (spec: object = {}, labels: Record<string, string> = {}) =>
    cluster
      .registry(services)
      .create({ metadata: { name: 's', namespace: 'default', labels }, spec: { selector: { app: 'w' }, ports: [port()], ...spec } });
  const start = async (name: string, ip: string, ready = true, spec: Partial<Pod['spec']> = {}) => {
    const pod = await cluster.registry(pods).create(podOf(name, { app: 'w' }, { nodeName: 'n', ...spec }));
    await setPodStatus(cluster, pod, { ip, ready });
    return pod;
  };

  it('makes an empty slice with labels, owner and generated name', async () => {
    await createService({}, { tier: 'web' });
    const [slice] = await slices();
    expect(slice?.metadata.name).to.match(/^s-.{5}$/);
    expect(slice?.metadata.generateName).to.equal('s-');
    expect(slice?.addressType).to.equal('IPv4');
    expect(slice?.metadata.labels).to.deep.equal({
      tier: 'web',
      'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
      'kubernetes.io/service-name': 's',
    });
    expect(slice?.metadata.ownerReferences?.[0]).to.include({ kind: 'Service', name: 's', controller: true, blockOwnerDeletion: true });
    expect(slice?.endpoints ?? []).to.deep.equal([]);
  });

  it('says of each pod whether it is ready, serves, or goes', async () => {
    await createService();
    const ready = await start('a', '10.9.0.1');
    await start('b', '10.9.0.2', false);
    const going = await start('c', '10.9.0.3', true, { terminationGracePeriodSeconds: 30 });
    await cluster.registry(pods).delete(nameOf(going));
    const [slice, ...others] = await slices();
    expect(others).to.deep.equal([]);
    expect(slice?.ports).to.deep.equal([{ name: '', protocol: 'TCP', port: 8080 }]);
    const byIp = new Map(slice?.endpoints.map((endpoint) => [endpoint.addresses[0], endpoint]));
    expect(byIp.get('10.9.0.1')).to.deep.equal({
      addresses: ['10.9.0.1'],
      conditions: { ready: true, serving: true, terminating: false },
      nodeName: 'n',
      targetRef: { kind: 'Pod', namespace: 'default', name: 'a', uid: ready.metadata.uid },
    });
    expect(byIp.get('10.9.0.2')?.conditions).to.deep.equal({ ready: false, serving: false, terminating: false });
    expect(byIp.get('10.9.0.3')?.conditions).to.deep.equal({ ready: false, serving: true, terminating: true });
  });

  it('calls unready pods ready where the service publishes them, but not serving', async () => {
    await createService({ publishNotReadyAddresses: true });
    await start('a', '10.9.0.1', false);
    expect((await slices())[0]?.endpoints[0]?.conditions).to.deep.equal({ ready: true, serving: false, terminating: false });
  });

  it('keeps the slice when its last endpoint goes, and when the first one comes', async () => {
    await createService();
    const [empty] = await slices();
    const pod = await start('a', '10.9.0.1');
    const [filled] = await slices();
    expect([filled?.metadata.uid, filled?.endpoints.length]).to.deep.equal([empty?.metadata.uid, 1]);
    await cluster.registry(pods).delete(nameOf(pod));
    const [emptied, ...others] = await slices();
    expect([emptied?.metadata.uid, emptied?.endpoints ?? [], others]).to.deep.equal([empty?.metadata.uid, [], []]);
  });

  it('puts pods whose named ports differ into slices of their own', async () => {
    await createService({ ports: [port({ targetPort: 'web' })] });
    for (const number of [81, 82])
      await start(`p${number}`, `10.9.0.${number}`, true, {
        containers: [{ name: 'c', image: 'i', ports: [{ name: 'web', containerPort: number }] }],
      });
    expect((await slices()).map((slice) => [slice.ports?.[0]?.port, slice.endpoints.length]).sort()).to.deep.equal([
      [81, 1],
      [82, 1],
    ]);
  });

  it('fills slices to 100 endpoints, and rewrites one of them for one pod', async () => {
    await createService();
    for (let i = 0; i < 150; i++) await start(`p${i}`, `10.9.1.${i}`);
    const before = await slices();
    expect(before.map((slice) => slice.endpoints.length).sort()).to.deep.equal([100, 50]);
    await cluster.registry(pods).delete({ name: 'p3', namespace: 'default' });
    const after = await slices();
    const changed = after.filter((slice) => !before.some((old) => old.metadata.resourceVersion === slice.metadata.resourceVersion));
    expect(changed).to.have.length(1);
    expect(after.flatMap((slice) => slice.endpoints)).to.have.length(149);
  });

  it('makes no slice twice, though its cache is late', async () => {
    await cluster.stop();
    cluster = await running([endpointSliceController()], { lag: 500 });
    await cluster.registry(nodes).create(nodeOf('n'));
    await createService();
    for (let i = 0; i < 5; i++) {
      await start(`p${i}`, `10.9.1.${i}`);
      await cluster.settle(200);
    }
    await cluster.settle(10_000);
    expect(cluster.writes.filter((call) => call === 'endpointslices create')).to.have.length(1);
    expect((await slices()).map((slice) => slice.endpoints.length)).to.deep.equal([5]);
  });

  it('makes again a slice that was deleted, and follows labels of the service', async () => {
    await createService();
    const [slice] = await slices();
    await cluster.registry(endpointSlices).delete(nameOf(slice!));
    const [again, ...others] = await slices();
    expect(others).to.deep.equal([]);
    expect(again?.metadata.uid).not.to.equal(slice?.metadata.uid);
    await cluster.registry(services).modify({ name: 's', namespace: 'default' }, (current) => ({
      ...current,
      metadata: { ...current.metadata, labels: { new: 'label' } },
    }));
    expect((await slices())[0]?.metadata.labels).to.include({ new: 'label', 'kubernetes.io/service-name': 's' });
  });

  it('writes nothing when nothing has changed', async () => {
    await createService({ ports: [port({ name: 'http', appProtocol: 'http' })] });
    const pod = await start('a', '10.9.0.1', true, { hostname: 'h', subdomain: 's' });
    await cluster.settle();
    const before = cluster.writes.length;
    await cluster
      .registry(pods)
      .modify(nameOf(pod), (current) => ({ ...current, metadata: { ...current.metadata, annotations: { a: 'b' } } }));
    await cluster.settle();
    expect(cluster.writes.slice(before)).to.deep.equal([]);
  });

  it('makes none for a service of names, and takes them back when the selector goes', async () => {
    await createService({ type: 'ExternalName', externalName: 'x.example', ports: [] });
    expect(await slices()).to.deep.equal([]);
    await cluster.registry(services).delete({ name: 's', namespace: 'default' });
    await createService();
    expect(await slices()).to.have.length(1);
    await cluster.registry(services).modify({ name: 's', namespace: 'default' }, ({ spec, ...rest }) => {
      const { selector: _, ...others } = spec ?? {};
      return { ...rest, spec: others };
    });
    expect(await slices()).to.deep.equal([]);
  });

  it('mirrors Endpoints of a service without selector, and only those', async () => {
    const own = (name: string) =>
      cluster.registry(endpoints).create({
        metadata: { name, namespace: 'default', labels: { own: 'x' } },
        subsets: [{ addresses: [{ ip: '10.9.0.14' }], notReadyAddresses: [{ ip: 'fd00::1' }], ports: [{ port: 7 }] }],
      });
    await cluster.registry(services).create({ metadata: { name: 's', namespace: 'default' }, spec: { ports: [port()] } });
    await own('s');
    await own('nobody');
    const mirrored = await slices();
    expect(mirrored.map((slice) => [slice.addressType, slice.endpoints, slice.ports]).sort()).to.deep.equal([
      ['IPv4', [{ addresses: ['10.9.0.14'], conditions: { ready: true } }], [{ name: '', protocol: 'TCP', port: 7 }]],
      ['IPv6', [{ addresses: ['fd00::1'], conditions: { ready: false } }], [{ name: '', protocol: 'TCP', port: 7 }]],
    ]);
    expect(mirrored[0]?.metadata.labels).to.deep.equal({
      own: 'x',
      'endpointslice.kubernetes.io/managed-by': 'endpointslicemirroring-controller.k8s.io',
      'kubernetes.io/service-name': 's',
    });
    expect(mirrored[0]?.metadata.ownerReferences?.[0]?.kind).to.equal('Endpoints');
    await cluster.registry(endpoints).modify({ name: 's', namespace: 'default' }, (current) => ({ ...current, subsets: [] }));
    expect(await slices()).to.deep.equal([]);
  });
});
