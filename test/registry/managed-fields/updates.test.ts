import { expect } from 'chai';
import type { Pod } from 'kubernetes-types/core/v1.js';
import type { PriorityClass } from 'kubernetes-types/scheduling/v1.js';
import type { VirtualEnvironment } from '../../../lib/base/virtual-environment.js';
import { deployments } from '../../../lib/api/apps/kinds.js';
import { createCatalog } from '../../../lib/api/catalog.js';
import { configMaps } from '../../../lib/api/core/config-maps.js';
import { pods } from '../../../lib/api/core/pods.js';
import { builtInDefinitions } from '../../../lib/api/kinds.js';
import type { ResourceDefinition } from '../../../lib/api/resource-definition.js';
import { StatusError } from '../../../lib/api/status-error.js';
import { memoryCluster } from '../../support/memory-cluster.js';
import { rejection } from '../../support/rejection.js';
import type { Shape } from './support.js';
import { fieldsOf, shapes } from './support.js';

const NAME = { name: 'a', namespace: 'default' };
const by = (fieldManager: string) => ({ fieldManager });

describe('the managed fields of a write other than apply', () => {
  let cluster: Awaited<ReturnType<typeof memoryCluster<VirtualEnvironment>>>;
  const registry = () => cluster.registries.registry(configMaps);
  const create = (manager = 'creator') =>
    registry().create({ metadata: { ...NAME, labels: { q: 'r' }, finalizers: ['x/f'] }, data: { a: '1', b: '2' } }, by(manager));

  beforeEach(async () => (cluster = await memoryCluster({ resources: [shapes] })));
  afterEach(() => cluster.stop());

  it('are all that a new object has, maps and lists included, under the name kubelib unless there is another', async () => {
    const made = await registry().create({ metadata: { ...NAME, finalizers: ['x/f'] }, data: { a: '1' } });
    expect(made.metadata.managedFields).to.deep.equal([
      {
        manager: 'kubelib',
        operation: 'Update',
        apiVersion: 'v1',
        time: made.metadata.creationTimestamp,
        fieldsType: 'FieldsV1',
        fieldsV1: { 'f:data': { '.': {}, 'f:a': {} }, 'f:metadata': { 'f:finalizers': { '.': {}, 'v:"x/f"': {} } } },
      },
    ]);
  });

  it('name what is defaulted as well, and structs that are always there by what is in them', async () => {
    const pod: Pod = { metadata: NAME, spec: { containers: [{ name: 'main', image: 'busybox', env: [{ name: 'A', value: '1' }] }] } };
    const made = await cluster.registries.registry(pods).create(pod);
    expect(fieldsOf(made)['kubelib Update']).to.deep.equal({
      'f:spec': {
        'f:containers': {
          'k:{"name":"main"}': {
            '.': {},
            'f:env': { '.': {}, 'k:{"name":"A"}': { '.': {}, 'f:name': {}, 'f:value': {} } },
            'f:image': {},
            'f:imagePullPolicy': {},
            'f:name': {},
            'f:resources': {},
            'f:terminationMessagePath': {},
            'f:terminationMessagePolicy': {},
          },
        },
        'f:dnsPolicy': {},
        'f:enableServiceLinks': {},
        'f:restartPolicy': {},
        'f:schedulerName': {},
        'f:securityContext': {},
        'f:terminationGracePeriodSeconds': {},
      },
    });
  });

  it('of a custom kind have the structs too', async () => {
    const made = await cluster.registries.registry(shapes).create({ metadata: NAME, spec: { keyed: [{ k: 'a' }] } });
    expect(fieldsOf(made)['kubelib Update']).to.deep.equal({
      'f:spec': { '.': {}, 'f:keyed': { '.': {}, 'k:{"k":"a"}': { '.': {}, 'f:k': {} } }, 'f:withDefault': {} },
    });
  });

  for (const [what, write] of [
    ['an update', (old: Awaited<ReturnType<typeof create>>) => registry().update({ ...old, data: { a: '9', c: '3' } }, by('editor'))],
    ['modify', () => registry().modify(NAME, (old) => ({ ...old, data: { a: '9', c: '3' } }), by('editor'))],
    ['a merge patch', () => registry().patch(NAME, { type: 'merge', patch: { data: { a: '9', b: null, c: '3' } } }, by('editor'))],
    [
      'a JSON patch',
      () => registry().patch(NAME, { type: 'json', patch: [{ op: 'replace', path: '/data', value: { a: '9', c: '3' } }] }, by('editor')),
    ],
    [
      'a strategic merge patch',
      () => registry().patch(NAME, { type: 'strategic', patch: { data: { a: '9', b: null, c: '3' } } }, by('editor')),
    ],
  ] as const) {
    it(`move to who changes or adds them by ${what}, and end where they are removed`, async () => {
      const changed = await write(await create());
      expect(changed.data).to.deep.equal({ a: '9', c: '3' });
      expect(fieldsOf(changed)).to.deep.equal({
        'creator Update': {
          'f:data': {},
          'f:metadata': { 'f:finalizers': { '.': {}, 'v:"x/f"': {} }, 'f:labels': { '.': {}, 'f:q': {} } },
        },
        'editor Update': { 'f:data': { 'f:a': {}, 'f:c': {} } },
      });
    });
  }

  it('of one manager are one entry, with the time of its last change', async () => {
    await create();
    await cluster.environment.advance(5000);
    const changed = await registry().patch(NAME, { type: 'merge', patch: { data: { c: '3' } } }, by('creator'));
    expect(changed.metadata.managedFields).to.have.length(1);
    expect(changed.metadata.managedFields![0]).to.include({ time: new Date(cluster.environment.now()).toISOString().replace('.000', '') });
    expect(fieldsOf(changed)['creator Update']).to.deep.nested.include({ 'f:data': { '.': {}, 'f:a': {}, 'f:b': {}, 'f:c': {} } });
  });

  it('stay as they are, the same entries, where nothing changes or is only removed', async () => {
    const made = await create();
    const { managedFields: _, ...metadata } = made.metadata;
    expect(await registry().update({ ...made, metadata }, by('editor'))).to.equal(made);
    const removed = await registry().patch(NAME, { type: 'merge', patch: { data: { a: null } } }, by('editor'));
    expect(Object.keys(fieldsOf(removed))).to.deep.equal(['creator Update']);
    const changed = await registry().patch(NAME, { type: 'merge', patch: { data: { c: '1' } } }, by('editor'));
    expect(changed.metadata.managedFields![0]).to.equal(removed.metadata.managedFields![0]);
  });

  it('of a status have the subresource, and nothing of what it may not change', async () => {
    await cluster.registries.registry(pods).create({ metadata: NAME, spec: { containers: [{ name: 'main', image: 'busybox' }] } });
    const status = cluster.registries.registry(pods).subresource('status');
    const ready = { type: 'Ready', status: 'True' };
    const change = (pod: Pod): Pod => ({
      ...pod,
      spec: { ...pod.spec!, hostname: 'no' },
      status: { phase: 'Running', conditions: [ready] },
    });
    const reported = await status.modify(NAME, change, by('kubelet'));
    expect(reported.metadata!.managedFields![0]).to.include({ manager: 'kubelet', operation: 'Update', subresource: 'status' });
    expect(fieldsOf(reported)['kubelet Update status']).to.deep.nested.include({
      'f:status.f:phase': {},
      'f:status.f:conditions.k:{"type":"Ready"}.f:status': {},
    });
    expect(fieldsOf(reported)['kubelet Update status']).to.not.have.property('f:spec');
  });

  it('of a change through scale are the replicas', async () => {
    const registryOf = cluster.registries.registry(deployments);
    const template = { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'main', image: 'busybox' }] } };
    const spec = { replicas: 1, selector: { matchLabels: { a: 'b' } }, template };
    await registryOf.apply({ metadata: NAME, spec }, by('alpha'));
    const scale = registryOf.subresource('scale');
    await scale.patch(NAME, { type: 'merge', patch: { spec: { replicas: 2 } } }, by('scaler'));
    const fields = fieldsOf(await registryOf.get(NAME));
    expect(fields['scaler Update scale']).to.deep.equal({ 'f:spec': { 'f:replicas': {} } });
    expect(fields['alpha']).to.not.have.nested.property('f:spec.f:replicas');
    const patch = { apiVersion: 'autoscaling/v1', kind: 'Scale', metadata: NAME, spec: { replicas: 3 } };
    const error = await rejection(scale.patch(NAME, { type: 'apply', patch }, by('beta')));
    expect(error).to.include({
      message: 'Apply failed with 1 conflict: conflict with "scaler" with subresource "scale" using autoscaling/v1: .spec.replicas',
    });
    await scale.patch(NAME, { type: 'apply', patch, force: true }, by('beta'));
    const taken = await registryOf.get(NAME);
    expect([taken.spec?.replicas, Object.keys(fieldsOf(taken)).sort()]).to.deep.equal([3, ['alpha', 'beta scale']]);
  });

  it('are not touched by a binding or a deletion that waits', async () => {
    const registryOf = cluster.registries.registry(pods);
    const made = await registryOf.create({ metadata: NAME, spec: { containers: [{ name: 'main', image: 'busybox' }] } });
    await registryOf.subresource('binding').create(NAME, { metadata: NAME, target: { kind: 'Node', name: 'n' } });
    await registryOf.delete(NAME);
    const waiting = await registryOf.get(NAME);
    expect(waiting.metadata.deletionTimestamp).to.be.a('string');
    expect(waiting.metadata.managedFields).to.deep.equal(made.metadata.managedFields);
  });

  for (const [what, managedFields] of [
    ['an empty list', []],
    ['one empty entry', [{}]],
  ] as const) {
    it(`are given up by ${what}, and not begun again by an update`, async () => {
      const made = await create();
      const reset = await registry().update({ ...made, metadata: { ...made.metadata, managedFields: [...managedFields] } });
      expect(reset.metadata.managedFields).to.equal(undefined);
      const changed = await registry().patch(NAME, { type: 'merge', patch: { data: { a: '9' } } }, by('editor'));
      expect([changed.data?.['a'], changed.metadata.managedFields]).to.deep.equal(['9', undefined]);
    });
  }

  it('are what a client says that writes them itself, in their one form', async () => {
    const made = await create();
    const entry = {
      manager: 'x',
      operation: 'Update',
      apiVersion: 'v1',
      fieldsType: 'FieldsV1',
      fieldsV1: { 'f:data': { 'f:b': {}, 'f:a': {} } },
    };
    const told = await registry().update({ ...made, metadata: { ...made.metadata, managedFields: [entry] } });
    expect(JSON.stringify(told.metadata.managedFields)).to.equal(
      JSON.stringify([{ ...entry, fieldsV1: { 'f:data': { 'f:a': {}, 'f:b': {} } } }]),
    );
  });

  for (const [what, entry] of [
    ['no operation', { manager: 'x', apiVersion: 'v1', fieldsType: 'FieldsV1', fieldsV1: {} }],
    ['no version', { manager: 'x', operation: 'Update', fieldsType: 'FieldsV1', fieldsV1: {} }],
    ['another type of fields', { manager: 'x', operation: 'Update', apiVersion: 'v1', fieldsType: 'FieldsV2', fieldsV1: {} }],
    ['steps that are none', { manager: 'x', operation: 'Update', apiVersion: 'v1', fieldsType: 'FieldsV1', fieldsV1: { nope: {} } }],
    [
      'fields that are no tree',
      { manager: 'x', operation: 'Update', apiVersion: 'v1', fieldsType: 'FieldsV1', fieldsV1: { 'f:a': { 'f:b': 1 } } },
    ],
  ] as const) {
    it(`are as before when a client writes entries with ${what}`, async () => {
      const made = await create();
      const changed = await registry().update({
        ...made,
        data: { a: '1', b: '2' },
        metadata: { ...made.metadata, managedFields: [entry] },
      });
      expect(changed.metadata.managedFields).to.deep.equal(made.metadata.managedFields);
    });
  }

  it('cannot be written through a subresource', async () => {
    const made = await cluster.registries.registry(shapes).create({ metadata: NAME, spec: { text: 'x' } });
    const status = cluster.registries.registry(shapes).subresource('status');
    const written = await status.update(NAME, { ...made, metadata: { ...made.metadata, managedFields: [] }, status: { phase: 'Up' } });
    expect(written.metadata!.managedFields).to.have.length(2);
  });

  it('of more than ten updaters are joined, the oldest first', async () => {
    await registry().create({ metadata: NAME, data: { first: 'v' } }, by('creator'));
    for (let at = 0; at < 13; at += 1) {
      await cluster.environment.advance(1000);
      await registry().patch(NAME, { type: 'merge', patch: { data: { [`k${at}`]: 'v' } } }, by(`m${String(at).padStart(2, '0')}`));
    }
    const object = await registry().get(NAME);
    const fields = fieldsOf(object);
    expect(Object.keys(fields)).to.have.length(10);
    expect(fields['ancient-changes Update']).to.deep.equal({
      'f:data': { '.': {}, 'f:first': {}, 'f:k0': {}, 'f:k1': {}, 'f:k2': {}, 'f:k3': {} },
    });
    expect(Object.keys(object.data!)).to.have.length(14);
  });

  it('of an object that began without any field are not counted before the first apply', async () => {
    await registry().create({ metadata: NAME }, by('creator'));
    const changed = await registry().patch(NAME, { type: 'merge', patch: { data: { a: '1' } } }, by('editor'));
    expect(changed.metadata.managedFields).to.equal(undefined);
  });

  it('count labels named like members of every object as any other', async () => {
    await registry().create({ metadata: { ...NAME, labels: { constructor: 'a', toString: 'b' } } }, by('creator'));
    const changed = await registry().patch(
      NAME,
      { type: 'merge', patch: { metadata: { labels: { constructor: null, valueOf: 'c' } } } },
      by('editor'),
    );
    expect(fieldsOf(changed)).to.deep.equal({
      'creator Update': { 'f:metadata': { 'f:labels': { '.': {}, 'f:toString': {} } } },
      'editor Update': { 'f:metadata': { 'f:labels': { 'f:valueOf': {} } } },
    });
  });

  it('tell objects of one shape apart by keys and values that count', async () => {
    const registryOf = cluster.registries.registry(shapes);
    const created = async (name: string, spec: Shape['spec']) =>
      fieldsOf(await registryOf.create({ metadata: { ...NAME, name }, spec: spec! }))['kubelib Update'];
    expect(await created('a', { keyed: [{ k: 'a' }], words: ['x'] })).to.have.nested.property('f:spec.f:keyed.k:{"k":"a"}');
    const second = await created('b', { keyed: [{ k: 'b' }], words: ['y'] });
    expect(second).to.have.nested.property('f:spec.f:keyed.k:{"k":"b"}');
    expect(second).to.have.nested.property('f:spec.f:words.v:"y"');
  });

  it('leave out what is as it is in every new object', async () => {
    const classes = createCatalog(builtInDefinitions).find('priorityclasses') as ResourceDefinition<PriorityClass>;
    const created = async (name: string, value: number) =>
      fieldsOf(await cluster.registries.registry(classes).create({ metadata: { name }, value }))['kubelib Update'];
    expect(await created('a', 0)).to.not.have.property('f:value');
    expect(await created('b', 5)).to.have.property('f:value');
  });

  it('are the struct and what is in it, where one is new under the name of a member that every object has', async () => {
    await cluster.registries.registry(shapes).create({ metadata: NAME, spec: { free: { a: '1' } } }, by('creator'));
    const patch = { spec: { free: { constructor: { x: '1' } } } };
    const changed = await cluster.registries.registry(shapes).patch(NAME, { type: 'merge', patch }, by('editor'));
    expect(fieldsOf(changed)['editor Update']).to.deep.equal({
      'f:spec': { 'f:free': { 'f:constructor': { '.': {}, 'f:x': {} } } },
    });
  });

  for (const more of [{}, { data: { a: '1' } }]) {
    it(`are stored with ${Object.keys(more)[0] ?? 'nothing'} besides the metadata as the object has them`, async () => {
      const made = await registry().create({ metadata: { ...NAME, labels: { a: 'b' } }, ...more });
      const { value } = (await cluster.storage.get('/registry/configmaps/default/a'))!;
      const { resourceVersion: _, ...metadata } = made.metadata;
      expect(JSON.parse(Buffer.from(value).toString())).to.deep.equal({ ...made, metadata });
    });
  }

  it('make no write of their own fail: a lost race is a conflict as before', async () => {
    const made = await create();
    await registry().patch(NAME, { type: 'merge', patch: { data: { a: '9' } } }, by('editor'));
    const error = await rejection(registry().update({ ...made, data: {} }));
    expect(StatusError.is(error, 'Conflict')).to.equal(true);
  });
});
