import { expect } from 'chai';
import type { TokenRequestSpec } from 'kubernetes-types/authentication/v1.js';
import type { PodSpec } from 'kubernetes-types/core/v1.js';
import type { VirtualEnvironment } from '../../lib/base/virtual-environment.js';
import { nodes } from '../../lib/api/core/nodes.js';
import { pods } from '../../lib/api/core/pods.js';
import { secrets } from '../../lib/api/core/secrets.js';
import { serviceAccounts } from '../../lib/api/core/service-accounts.js';
import { StoredRegistries } from '../../lib/registry/stored/stored-registries.js';
import { memoryCluster } from '../support/memory-cluster.js';
import { rejection } from '../support/rejection.js';

const ROBOT = { namespace: 'default', name: 'robot' };
const API = 'https://kubernetes.default.svc.cluster.local';
const YEAR = 365 * 24 * 3600;

describe('The tokens of service accounts', () => {
  let cluster: Awaited<ReturnType<typeof memoryCluster<VirtualEnvironment>>>;
  let uid: string;
  beforeEach(async () => {
    cluster = await memoryCluster();
    uid = (await cluster.registries.registry(serviceAccounts).create({ metadata: ROBOT })).metadata.uid;
  });
  afterEach(() => cluster.stop());

  /** As clients ask: what they leave out is missing. */
  const ask = (spec: Partial<TokenRequestSpec> = {}, name = ROBOT) =>
    cluster.registries
      .registry(serviceAccounts)
      .subresource('token')
      .create(name, { metadata: {}, spec: spec as TokenRequestSpec });
  const claimsOf = (answer: Awaited<ReturnType<typeof ask>>) => cluster.tokenIssuer.read(answer.status?.token ?? '');
  const createPod = (name: string, spec: Partial<PodSpec> = {}) =>
    cluster.registries.registry(pods).create({
      metadata: { namespace: 'default', name },
      spec: { serviceAccountName: 'robot', containers: [{ name: 'c', image: 'i' }], ...spec },
    });

  it('say whose they are, for whom and for how long', async () => {
    const answer = await ask();
    const now = cluster.environment.now() / 1000;
    expect(answer.spec).to.deep.equal({ audiences: [API], expirationSeconds: 3600, boundObjectRef: null });
    expect(answer.metadata).to.include({ ...ROBOT, creationTimestamp: '2025-01-01T00:00:00Z' });
    expect(answer.status?.expirationTimestamp).to.equal('2025-01-01T01:00:00Z');
    const { jti, ...claims } = claimsOf(answer)!;
    expect(claims).to.deep.equal({
      aud: [API],
      exp: now + 3600,
      iat: now,
      iss: API,
      nbf: now,
      sub: 'system:serviceaccount:default:robot',
      'kubernetes.io': { namespace: 'default', serviceaccount: { name: 'robot', uid } },
    });
    expect(jti).not.to.equal(claimsOf(await ask())?.jti);
    const other = await ask({ audiences: ['vault', 'bank'], expirationSeconds: 600 });
    expect(claimsOf(other)).to.deep.include({ aud: ['vault', 'bank'], exp: now + 600 });
  });

  it('are worth nothing once their time is over', async () => {
    const answer = await ask({ expirationSeconds: 600 });
    await cluster.environment.advance(599_000);
    expect(claimsOf(answer)).to.include({ iss: API });
    await cluster.environment.advance(1000);
    expect(claimsOf(answer)).to.equal(undefined);
  });

  it('last between ten minutes and 2^32 seconds', async () => {
    for (const expirationSeconds of [599, 2 ** 32 + 1, -1, 0]) {
      const error = await rejection(ask({ expirationSeconds }));
      expect(error, String(expirationSeconds)).to.include({ code: 422, reason: 'Invalid' });
      expect((error as { details: { causes: { field: string }[] } }).details.causes[0]?.field).to.equal('spec.expirationSeconds');
    }
    for (const expirationSeconds of [600, 2 ** 32])
      expect((await ask({ expirationSeconds })).spec.expirationSeconds).to.equal(expirationSeconds);
    expect(await rejection(ask({ expirationSeconds: 'long' as unknown as number }))).to.include({ code: 400 });
  });

  it('are those of an account that is there', async () => {
    expect(await rejection(ask({}, { ...ROBOT, name: 'nobody' }))).to.include({ code: 404, message: 'serviceaccounts "nobody" not found' });
  });

  it('are bound to a pod of their account, and name its node', async () => {
    const { metadata } = await createPod('p');
    const boundObjectRef = { apiVersion: 'v1', kind: 'Pod', name: 'p' };
    const bond = { name: 'p', uid: metadata.uid };
    expect(claimsOf(await ask({ boundObjectRef }))?.['kubernetes.io'])
      .to.deep.include({ pod: bond })
      .and.not.have.property('node');
    expect(claimsOf(await ask({ boundObjectRef: { ...boundObjectRef, uid: metadata.uid } }))?.['kubernetes.io'].pod).to.deep.equal(bond);
    const stale = await rejection(ask({ boundObjectRef: { ...boundObjectRef, uid: 'older' } }));
    expect(stale).to.include({ code: 409, reason: 'Conflict' });
    expect(await rejection(ask({ boundObjectRef: { ...boundObjectRef, name: 'gone' } }))).to.include({ code: 404 });
    await createPod('others', { serviceAccountName: 'default' });
    expect(await rejection(ask({ boundObjectRef: { ...boundObjectRef, name: 'others' } }))).to.include({ code: 400 });

    const node = await cluster.registries.registry(nodes).create({ metadata: { name: 'n1' } });
    await createPod('placed', { nodeName: 'n1' });
    const placed = claimsOf(await ask({ boundObjectRef: { ...boundObjectRef, name: 'placed' } }));
    expect(placed?.['kubernetes.io'].node).to.deep.equal({ name: 'n1', uid: node.metadata.uid });
  });

  it('are bound to secrets and nodes, and to nothing else', async () => {
    const secret = await cluster.registries.registry(secrets).create({ metadata: { namespace: 'default', name: 's' } });
    const node = await cluster.registries.registry(nodes).create({ metadata: { name: 'n1' } });
    const bound = async (kind: string, name: string) =>
      claimsOf(await ask({ boundObjectRef: { apiVersion: 'v1', kind, name } }))?.['kubernetes.io'];
    expect((await bound('Secret', 's'))?.secret).to.deep.equal({ name: 's', uid: secret.metadata.uid });
    expect((await bound('Node', 'n1'))?.node).to.deep.equal({ name: 'n1', uid: node.metadata.uid });
    expect(await rejection(bound('ConfigMap', 'c'))).to.include({
      code: 400,
      message: 'cannot bind token to object of type v1, Kind=ConfigMap',
    });
  });

  it('live on for a year in pods that ask for what every pod gets, and say when they should have been renewed', async () => {
    await createPod('p');
    const boundObjectRef = { apiVersion: 'v1', kind: 'Pod', name: 'p' };
    const now = cluster.environment.now() / 1000;
    const answer = await ask({ boundObjectRef, expirationSeconds: 3607 });
    expect(answer.status?.expirationTimestamp).to.equal('2025-01-01T01:00:07Z');
    expect(claimsOf(answer)).to.deep.include({ exp: now + YEAR });
    expect(claimsOf(answer)?.['kubernetes.io'].warnafter).to.equal(now + 3607);
    const exact = [
      { boundObjectRef, expirationSeconds: 3608 },
      { boundObjectRef, expirationSeconds: 3607, audiences: ['vault'] },
      { expirationSeconds: 3607 },
    ];
    for (const spec of exact) expect(claimsOf(await ask(spec))).to.include({ exp: now + spec.expirationSeconds });
  });

  it('are not made by registries that have no issuer', async () => {
    const { environment, storage, registries } = cluster;
    const without = new StoredRegistries({ storage, environment, catalog: registries.catalog });
    const asked = without
      .registry(serviceAccounts)
      .subresource('token')
      .create(ROBOT, { metadata: {}, spec: {} as TokenRequestSpec });
    expect(await rejection(asked)).to.include({ code: 405 });
  });

  it('reach pods by a volume in every container that has nothing of its own there', async () => {
    const MOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';
    const containers = [
      { name: 'plain', image: 'i' },
      { name: 'own', image: 'i', volumeMounts: [{ name: 'mine', mountPath: MOUNT }] },
    ];
    const { spec } = await createPod('p', { containers, initContainers: [{ name: 'init', image: 'i' }], volumes: [{ name: 'mine' }] });
    const [, volume] = spec!.volumes!;
    expect(volume?.name).to.match(/^kube-api-access-[a-z0-9]{5}$/);
    expect(volume?.projected?.sources?.map((source) => Object.keys(source)[0])).to.deep.equal([
      'serviceAccountToken',
      'configMap',
      'downwardAPI',
    ]);
    const mount = { name: volume?.name, readOnly: true, mountPath: MOUNT };
    expect(spec?.containers.map(({ volumeMounts }) => volumeMounts)).to.deep.equal([[mount], [{ name: 'mine', mountPath: MOUNT }]]);
    expect(spec?.initContainers?.[0]?.volumeMounts).to.deep.equal([mount]);
  });

  it('do not get in the way of what is wrong with a pod', async () => {
    const none = createPod('p', { containers: undefined as unknown as [] });
    expect(await rejection(none)).to.include({ code: 422, message: 'Pod "p" is invalid: spec.containers: Required value' });
    expect(await rejection(createPod('p', { containers: [] }))).to.include({ code: 422 });
  });

  it('have no volume where the account or the pod does not want one, and no second one', async () => {
    const volumes = async (name: string, spec: Partial<PodSpec>) =>
      (await createPod(name, spec)).spec?.volumes?.map((one) => one.name) ?? [];
    const accounts = cluster.registries.registry(serviceAccounts);
    await accounts.create({ metadata: { namespace: 'default', name: 'shy' }, automountServiceAccountToken: false });
    expect(await volumes('a', { automountServiceAccountToken: false })).to.deep.equal([]);
    expect(await volumes('b', { serviceAccountName: 'shy' })).to.deep.equal([]);
    expect(await volumes('c', { serviceAccountName: 'shy', automountServiceAccountToken: true })).to.have.length(1);
    expect(await volumes('d', { serviceAccountName: 'default' }), 'nobody made the account').to.deep.equal([]);
    expect(await volumes('e', { volumes: [{ name: 'kube-api-access-mine', emptyDir: {} }] })).to.deep.equal(['kube-api-access-mine']);
  });
});
