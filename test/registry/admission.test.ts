import { expect } from 'chai';
import type { Pod } from 'kubernetes-types/core/v1.js';
import type { PriorityClass } from 'kubernetes-types/scheduling/v1.js';
import { createCatalog } from '../../lib/api/catalog.js';
import { builtInDefinitions } from '../../lib/api/kinds.js';
import type { ResourceDefinition } from '../../lib/api/resource-definition.js';
import { configMaps } from '../../lib/api/core/config-maps.js';
import { pods } from '../../lib/api/core/pods.js';
import { serviceAccounts } from '../../lib/api/core/service-accounts.js';
import { forbiddenField } from '../../lib/api/field-error.js';
import { forbidden, StatusError } from '../../lib/api/status-error.js';
import type { AdmissionPlugin, AdmissionRequest } from '../../lib/registry/stored/admission.js';
import { memoryCluster } from '../support/memory-cluster.js';
import { rejection } from '../support/rejection.js';

const podNamed = (name: string, spec: Partial<Pod['spec']> = {}): Pod => ({
  metadata: { name, namespace: 'default' },
  spec: { containers: [{ name: 'main', image: 'busybox' }], ...spec },
});

describe('the default admission of pods', () => {
  const tolerated = (key: string) => ({ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 });
  const NOT_READY = 'node.kubernetes.io/not-ready';
  const UNREACHABLE = 'node.kubernetes.io/unreachable';

  const priorityClasses = createCatalog(builtInDefinitions).find('priorityclasses') as ResourceDefinition<PriorityClass>;
  let cluster: Awaited<ReturnType<typeof memoryCluster>>;
  const create = async (name: string, spec: Partial<Pod['spec']> = {}) =>
    (await cluster.registries.registry(pods).create(podNamed(name, spec))).spec!;

  beforeEach(async () => (cluster = await memoryCluster()));
  afterEach(() => cluster.stop());

  it('lets them outlive five minutes of a node that is away, behind what they tolerate themselves', async () => {
    expect((await create('a')).tolerations).to.deep.equal([tolerated(NOT_READY), tolerated(UNREACHABLE)]);
    const own = { ...tolerated(NOT_READY), tolerationSeconds: 5 };
    expect((await create('b', { tolerations: [own] })).tolerations).to.deep.equal([own, tolerated(UNREACHABLE)]);
    expect((await create('c', { tolerations: [{ operator: 'Exists' }] })).tolerations).to.deep.equal([{ operator: 'Exists' }]);
  });

  it('gives them the priority of their class, or none', async () => {
    expect(await create('a')).to.include({ priority: 0, preemptionPolicy: 'PreemptLowerPriority' });
    expect(await create('b', { priorityClassName: 'system-node-critical' })).to.include({ priority: 2_000_001_000 });
    await cluster.registries.registry(priorityClasses).create({ metadata: { name: 'high' }, value: 7, preemptionPolicy: 'Never' });
    expect(await create('c', { priorityClassName: 'high' })).to.include({ priority: 7, preemptionPolicy: 'Never' });
    const error = await rejection(create('d', { priorityClassName: 'none-such' }));
    expect(error).to.include({ reason: 'Forbidden', message: 'pods "d" is forbidden: no PriorityClass with name none-such was found' });
  });

  it('gives them an account and its pull secrets', async () => {
    expect(await create('a')).to.include({ serviceAccountName: 'default', serviceAccount: 'default' });
    const accounts = cluster.registries.registry(serviceAccounts);
    await accounts.create({ metadata: { name: 'puller', namespace: 'default' }, imagePullSecrets: [{ name: 'reg' }] });
    expect((await create('b', { serviceAccountName: 'puller' })).imagePullSecrets).to.deep.equal([{ name: 'reg' }]);
    const own = { serviceAccountName: 'puller', imagePullSecrets: [{ name: 'mine' }] };
    expect((await create('c', own)).imagePullSecrets).to.deep.equal([{ name: 'mine' }]);
    expect(await rejection(create('d', { serviceAccountName: 'none-such' }))).to.include({ reason: 'Forbidden' });
  });

  it('takes a manifest again that lacks what was filled in', async () => {
    const registry = cluster.registries.registry(pods);
    const manifest = podNamed('a', { serviceAccountName: 'default' });
    const { metadata } = await registry.create(manifest);
    expect((await registry.update(manifest)).metadata.resourceVersion).to.equal(metadata.resourceVersion);
  });
});

describe('an admission plugin', () => {
  const cluster = (plugin: AdmissionPlugin) => memoryCluster({ admission: [plugin] });
  const named = (name: string) => ({ name, namespace: 'default' });

  it('sees who writes what, with defaults, and may change it', async () => {
    const seen: AdmissionRequest[] = [];
    const { registries, stop } = await cluster({
      name: 'Labels',
      admit(request) {
        seen.push(request);
        if (request.operation === 'CREATE' && request.draft?.metadata) Object.assign(request.draft.metadata, { labels: { by: 'plugin' } });
      },
    });
    seen.length = 0; // those of the start
    const user = { name: 'ann', groups: ['dev'] };
    const made = await registries.registry(configMaps).create({ metadata: named('a') }, { user });
    expect(made.metadata.labels).to.deep.equal({ by: 'plugin' });
    await registries.registry(configMaps).modify(named('a'), (current) => ({ ...current, data: { a: '1' } }), { dryRun: true });
    await registries.registry(configMaps).delete(named('a'));
    expect(seen.map(({ operation, dryRun }) => [operation, dryRun])).to.deep.equal([
      ['CREATE', false],
      ['UPDATE', true],
      ['DELETE', false],
    ]);
    expect(seen[0]).to.include({ user });
    expect([seen[0]!.old, seen[1]!.old, seen[2]!.draft]).to.deep.equal([undefined, made, undefined]);
    await stop();
  });

  it('may refuse a write, and a delete', async () => {
    let open = false;
    const { registries, stop } = await cluster({
      name: 'Closed',
      admit({ definition, name }) {
        if (definition.plural === 'configmaps' && !open) throw forbidden(definition, name.name, 'it is closed');
      },
    });
    const registry = registries.registry(configMaps);
    expect(await rejection(registry.create({ metadata: named('a') }))).to.include({ reason: 'Forbidden' });
    open = true;
    const made = await registry.create({ metadata: named('a') });
    open = false;
    expect(await rejection(registry.update({ ...made, data: { a: '1' } }))).to.include({ reason: 'Forbidden' });
    expect(await rejection(registry.delete(named('a')))).to.include({ reason: 'Forbidden' });
    expect(await registry.get(named('a'))).to.equal(made);
    await stop();
  });

  it('adds its findings to those of the kind', async () => {
    const { registries, stop } = await cluster({
      name: 'Findings',
      validate: ({ definition }) => (definition.plural === 'configmaps' ? [forbiddenField('data', 'not today')] : undefined),
    });
    const error = await rejection(registries.registry(configMaps).create({ metadata: named('Bad_Name') }));
    expect(StatusError.is(error, 'Invalid')).to.equal(true);
    expect((error as StatusError).details?.causes?.map(({ field }) => field)).to.deep.equal(['metadata.name', 'data']);
    await stop();
  });

  it('changes what is stored before the rules look at it', async () => {
    const { registries, stop } = await cluster({
      name: 'Breaker',
      admit({ definition, draft }) {
        if (definition.plural === 'configmaps') Object.assign(draft as object, { data: { 'a b': '' } });
      },
    });
    expect(await rejection(registries.registry(configMaps).create({ metadata: named('a') }))).to.include({ reason: 'Invalid' });
    await stop();
  });
});
