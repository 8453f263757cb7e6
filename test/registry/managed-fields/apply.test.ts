import { expect } from 'chai';
import type { ConfigMap, Pod } from 'kubernetes-types/core/v1.js';
import type { VirtualEnvironment } from '../../../lib/base/virtual-environment.js';
import { configMaps } from '../../../lib/api/core/config-maps.js';
import { pods } from '../../../lib/api/core/pods.js';
import type { StatusError } from '../../../lib/api/status-error.js';
import { memoryCluster } from '../../support/memory-cluster.js';
import { rejection } from '../../support/rejection.js';
import type { Shape } from './support.js';
import { fieldsOf, shapes } from './support.js';

const NAME = { name: 'a', namespace: 'default' };
const SECOND = 1000;

describe('server-side apply', () => {
  let cluster: Awaited<ReturnType<typeof memoryCluster<VirtualEnvironment>>>;
  const configMapRegistry = () => cluster.registries.registry(configMaps);
  const shapeRegistry = () => cluster.registries.registry(shapes);
  const apply = (manager: string, data: ConfigMap['data'], force = false) =>
    configMapRegistry().apply({ metadata: NAME, ...(data ? { data } : {}) }, { fieldManager: manager, force });
  const applyShape = (manager: string, spec: Shape['spec'], force = false) =>
    shapeRegistry().apply({ metadata: NAME, spec: spec! }, { fieldManager: manager, force });
  const causesOf = async (work: Promise<unknown>) => ((await rejection(work)) as StatusError).details?.causes;

  beforeEach(async () => (cluster = await memoryCluster({ resources: [shapes] })));
  afterEach(() => cluster.stop());

  it('gives the applier what it applies, and takes away what it gives up', async () => {
    const made = await apply('alpha', { a: '1', b: '2' });
    expect(made.metadata.managedFields).to.deep.equal([
      {
        manager: 'alpha',
        operation: 'Apply',
        apiVersion: 'v1',
        time: made.metadata.creationTimestamp,
        fieldsType: 'FieldsV1',
        fieldsV1: { 'f:data': { 'f:a': {}, 'f:b': {} } },
      },
    ]);
    const next = await apply('alpha', { b: '3' });
    expect(next.data).to.deep.equal({ b: '3' });
    expect(fieldsOf(next)).to.deep.equal({ alpha: { 'f:data': { 'f:b': {} } } });
    expect((await apply('alpha', undefined)).data).to.equal(undefined);
  });

  it('keeps what somebody else owns too, and what nobody owns', async () => {
    await configMapRegistry().create({ metadata: NAME, data: { theirs: '1' } }, { fieldManager: 'creator' });
    await apply('alpha', { theirs: '1', mine: '2' });
    expect((await apply('alpha', {})).data).to.deep.equal({ theirs: '1' });
  });

  it('refuses to change what others own, one cause for each field and owner, and changes nothing', async () => {
    await apply('alpha', { a: '1', b: '2' });
    await configMapRegistry().patch(NAME, { type: 'merge', patch: { data: { c: '3' } } }, { fieldManager: 'editor' });
    const before = await configMapRegistry().get(NAME);
    const error = (await rejection(apply('beta', { a: '9', b: '2', c: '9', d: '4' }))) as StatusError;
    expect(error).to.include({ reason: 'Conflict', code: 409 });
    expect(error.message).to.equal(
      'Apply failed with 2 conflicts: conflicts with "alpha":\n- .data.a\nconflicts with "editor" using v1:\n- .data.c',
    );
    expect(error.details).to.deep.equal({
      causes: [
        { reason: 'FieldManagerConflict', message: 'conflict with "alpha"', field: '.data.a' },
        { reason: 'FieldManagerConflict', message: 'conflict with "editor" using v1', field: '.data.c' },
      ],
    });
    expect(await configMapRegistry().get(NAME)).to.equal(before);
    const one = (await rejection(apply('beta', { a: '9' }))) as StatusError;
    expect(one.message).to.equal('Apply failed with 1 conflict: conflict with "alpha": .data.a');
  });

  it('takes by force, and leaves the loser what it had besides', async () => {
    await apply('alpha', { a: '1', b: '2' });
    const taken = await apply('beta', { a: '9' }, true);
    expect(taken.data).to.deep.equal({ a: '9', b: '2' });
    expect(fieldsOf(taken)).to.deep.equal({ alpha: { 'f:data': { 'f:b': {} } }, beta: { 'f:data': { 'f:a': {} } } });
  });

  it('shares equal values, and lets an owner change them once it is alone', async () => {
    await apply('alpha', { a: '1' });
    await apply('beta', { a: '1' });
    expect(await causesOf(apply('beta', { a: '2' }))).to.have.length(1);
    await apply('alpha', undefined);
    expect((await apply('beta', { a: '2' })).data).to.deep.equal({ a: '2' });
  });

  it('writes nothing when nothing changes, however late', async () => {
    const made = await apply('alpha', { a: '1' });
    await cluster.environment.advance(60 * SECOND);
    expect(await apply('alpha', { a: '1' })).to.equal(made);
  });

  it('enters an applier that changes no value without a time, before the others', async () => {
    await apply('alpha', { a: '1' });
    const [first, second] = (await apply('zeta', { a: '1' })).metadata.managedFields!;
    expect([first?.manager, first?.time]).to.deep.equal(['zeta', undefined]);
    expect(second?.manager).to.equal('alpha');
  });

  it('tells an applier from an updater of the same name', async () => {
    await configMapRegistry().create({ metadata: NAME, data: { a: '1' } }, { fieldManager: 'same' });
    expect(await causesOf(apply('same', { a: '2' }))).to.have.length(1);
  });

  it('makes an object of whoever is first, and refuses a uid of none', async () => {
    let created = 0;
    await configMapRegistry().apply({ metadata: NAME }, { fieldManager: 'alpha', onCreated: () => (created += 1) });
    expect(created).to.equal(1);
    const other = { metadata: { name: 'b', namespace: 'default', uid: 'none' } };
    expect(await rejection(configMapRegistry().apply(other, { fieldManager: 'alpha' }))).to.include({ reason: 'Conflict' });
  });

  it('locks by a resourceVersion, with force too', async () => {
    const { metadata } = await apply('alpha', { a: '1' });
    await apply('alpha', { a: '2' });
    const stale = { metadata: { ...NAME, resourceVersion: metadata.resourceVersion }, data: { a: '3' } };
    for (const force of [false, true])
      expect(await rejection(configMapRegistry().apply(stale, { fieldManager: 'alpha', force }))).to.include({ reason: 'Conflict' });
  });

  for (const [what, configuration, why] of [
    ['entries in the configuration', { metadata: { ...NAME, managedFields: [] } }, 'metadata.managedFields must be nil'],
    ['another kind', { kind: 'Secret', metadata: NAME }, 'invalid object type: /v1, Kind=Secret'],
    ['another version', { apiVersion: 'v2', metadata: NAME }, 'invalid object type: /v2, Kind=ConfigMap'],
  ] as const) {
    it(`refuses ${what}`, async () => {
      const error = await rejection(configMapRegistry().apply(configuration as object, { fieldManager: 'alpha' }));
      expect(error).to.include({ reason: 'BadRequest', message: why });
    });
  }

  for (const [what, spec, why] of [
    ['a field that there is not', { nope: 1 }, '.spec.nope: field not declared in schema'],
    ['a value of another type', { count: 'x' }, '.spec.count: expected numeric (int or float), got "x"'],
    ['a map for a list', { plain: {} }, '.spec.plain: expected list, got {}'],
    ['a value twice in a set', { words: ['a', 'a'] }, '.spec.words: duplicate entries for key [="a"]'],
    ['a key twice in a list', { keyed: [{ k: 'a' }, { k: 'a' }] }, '.spec.keyed: duplicate entries for key [k="a"]'],
    [
      'an element without its key',
      { keyed: [{ v: 'x' }] },
      `.spec.keyed: element 0: associative list with keys has an element that omits key field "k" (and doesn't have default value)`,
    ],
    ['the name __proto__', { labels: JSON.parse('{"__proto__":"x"}') as object }, '.spec.labels.__proto__: field not declared in schema'],
  ] as const) {
    it(`refuses ${what}`, async () => {
      const error = await rejection(applyShape('alpha', spec as Shape['spec']));
      const where = 'default/a; play.example.com/v1, Kind=Shape';
      expect(error).to.include({ code: 500, message: `failed to create typed patch object (${where}): ${why}` });
    });
  }

  it('owns atomic lists and maps as a whole, sets by value, keyed lists by key, maps and unknown structure by name', async () => {
    const made = await applyShape('alpha', {
      labels: { x: '1' },
      sealed: { x: '1' },
      plain: ['a'],
      words: ['one'],
      keyed: [{ k: 'a', inner: { n: 1 } }],
      free: { deep: { x: 1 }, list: [1] },
    });
    expect(fieldsOf(made)['alpha']).to.deep.equal({
      'f:spec': {
        'f:free': { 'f:deep': { '.': {}, 'f:x': {} }, 'f:list': {} },
        'f:keyed': { 'k:{"k":"a"}': { '.': {}, 'f:inner': { 'f:n': {} }, 'f:k': {} } },
        'f:labels': { 'f:x': {} },
        'f:plain': {},
        'f:sealed': {},
        'f:words': { 'v:"one"': {} },
      },
    });
    expect(made.spec?.withDefault).to.equal(7);
    const causes = await causesOf(
      applyShape('beta', { sealed: { y: '2' }, plain: ['b'], words: ['two'], keyed: [{ k: 'a', inner: { n: 2 } }], free: { list: [2] } }),
    );
    expect(causes?.map(({ field }) => field)).to.deep.equal([
      '.spec.plain',
      '.spec.sealed',
      '.spec.free.list',
      '.spec.keyed[k="a"].inner.n',
    ]);
  });

  it('removes from lists and maps the parts that an applier gives up, down to the last', async () => {
    await applyShape('alpha', { words: ['one'], keyed: [{ k: 'a', v: '1' }], labels: { x: '1' } });
    const both = await applyShape('beta', { words: ['two'], keyed: [{ k: 'b' }], labels: { y: '2' } });
    expect(both.spec).to.deep.include({ words: ['one', 'two'], keyed: [{ k: 'a', v: '1' }, { k: 'b' }], labels: { x: '1', y: '2' } });
    const left = await applyShape('alpha', {});
    expect(left.spec).to.deep.equal({ words: ['two'], keyed: [{ k: 'b' }], labels: { y: '2' }, withDefault: 7 });
    expect((await applyShape('beta', {})).spec).to.deep.equal({ withDefault: 7 });
  });

  it('keeps an element that another owns a part of, without the parts that are given up', async () => {
    await applyShape('alpha', { keyed: [{ k: 'a', v: '1' }] });
    await applyShape('beta', { keyed: [{ k: 'a', inner: { n: 1 } }] });
    expect((await applyShape('alpha', {})).spec?.keyed).to.deep.equal([{ k: 'a', inner: { n: 1 } }]);
  });

  it('unsets a struct that it empties', async () => {
    await applyShape('alpha', { keyed: [{ k: 'a', inner: { n: 1 } }] });
    expect((await applyShape('alpha', { keyed: [{ k: 'a', inner: {} }] })).spec?.keyed).to.deep.equal([{ k: 'a' }]);
  });

  it('knows an applier again that applied in another version', async () => {
    const { metadata } = await apply('alpha', { a: '1', b: '2' });
    const entry = { ...metadata.managedFields![0]!, apiVersion: 'v1beta1' };
    const patch = [{ op: 'replace', path: '/metadata/managedFields', value: [entry] }];
    await configMapRegistry().patch(NAME, { type: 'json', patch });
    const next = await apply('alpha', { a: '1' });
    expect([next.data, next.metadata.managedFields!.map(({ apiVersion }) => apiVersion)]).to.deep.equal([{ a: '1' }, ['v1']]);
  });

  it('owns a null, which stands for the default', async () => {
    await applyShape('alpha', { withDefault: 3, text: 'x' });
    const nulled = await applyShape('alpha', { withDefault: null, text: null } as unknown as Shape['spec']);
    expect(nulled.spec).to.deep.equal({ withDefault: 7 });
    expect(fieldsOf(nulled)['alpha']).to.deep.equal({ 'f:spec': { 'f:text': {}, 'f:withDefault': {} } });
  });

  describe('orders a keyed list', () => {
    const order = async (live: string, applied: string) => {
      await applyShape('creator', { keyed: [...live].map((k) => ({ k })) });
      const { spec } = await applyShape('alpha', { keyed: [...applied].map((k) => ({ k })) }, true);
      return spec?.keyed?.map(({ k }) => k).join('');
    };
    for (const [live, applied, expected] of [
      ['ab', 'ba', 'ba'],
      ['ab', 'bna', 'bna'],
      ['ab', 'c', 'abc'],
      ['axb', 'ba', 'xba'],
      ['xay', 'na', 'xnay'],
      ['abc', 'cn', 'abcn'],
      ['', 'ab', 'ab'],
    ] as const)
      it(`${live || 'empty'} by ${applied}: ${expected}`, async () => expect(await order(live, applied)).to.equal(expected));
  });

  it('meets who wrote before anybody kept count as one owner of everything', async () => {
    await apply('alpha', { a: '1' });
    const reset = await configMapRegistry().patch(NAME, {
      type: 'json',
      patch: [{ op: 'replace', path: '/metadata/managedFields', value: [{}] }],
    });
    expect(reset.metadata.managedFields).to.equal(undefined);
    expect(await rejection(apply('beta', { a: '2' }))).to.include({
      message: 'Apply failed with 1 conflict: conflict with "before-first-apply" using v1: .data.a',
    });
    expect(Object.keys(fieldsOf(await apply('beta', { b: '2' })))).to.deep.equal(['beta', 'before-first-apply Update']);
  });

  it('applies a status without touching the rest', async () => {
    await applyShape('alpha', { text: 'x' });
    const status = shapeRegistry().subresource('status');
    const patch = { apiVersion: 'play.example.com/v1', kind: 'Shape', metadata: NAME, spec: { text: 'no' }, status: { phase: 'Up' } };
    const reported = await status.patch(NAME, { type: 'apply', patch }, { fieldManager: 'agent' });
    expect([reported.spec?.text, reported.status]).to.deep.equal(['x', { phase: 'Up' }]);
    expect(fieldsOf(reported)['agent status']).to.deep.equal({ 'f:status': { 'f:phase': {} } });
    expect(
      await rejection(status.patch({ ...NAME, name: 'b' }, { type: 'apply', patch: { ...patch, metadata: { name: 'b' } } })),
    ).to.include({
      reason: 'NotFound',
    });
  });

  it('does all of it but store on a dry run', async () => {
    const dry = await configMapRegistry().apply({ metadata: NAME, data: { a: '1' } }, { fieldManager: 'alpha', dryRun: true });
    expect(fieldsOf(dry)).to.deep.equal({ alpha: { 'f:data': { 'f:a': {} } } });
    expect(await rejection(configMapRegistry().get(NAME))).to.include({ reason: 'NotFound' });
  });

  describe('after kubectl has applied on its own side', () => {
    const LAST = 'kubectl.kubernetes.io/last-applied-configuration';
    const lastApplied = `${JSON.stringify({ apiVersion: 'v1', data: { a: '1', gone: 'x' }, kind: 'ConfigMap', metadata: { name: 'a' } })}\n`;
    beforeEach(() =>
      configMapRegistry().create(
        { metadata: { ...NAME, annotations: { [LAST]: lastApplied } }, data: { a: '1', b: '2' } },
        { fieldManager: 'kubectl-client-side-apply' },
      ),
    );

    it('lets kubectl take what its annotation names, and brings the annotation up to date', async () => {
      const taken = await apply('kubectl', { a: '9' });
      expect(taken.data).to.deep.equal({ a: '9', b: '2' });
      const { namespace, name } = NAME;
      const applied = { apiVersion: 'v1', data: { a: '9' }, kind: 'ConfigMap', metadata: { name, namespace } };
      expect(taken.metadata.annotations?.[LAST]).to.equal(`${JSON.stringify(applied)}\n`);
    });

    it('lets it take nothing else, and nobody else anything', async () => {
      expect((await causesOf(apply('kubectl', { a: '9', b: '9' })))?.map(({ field }) => field)).to.deep.equal(['.data.b']);
      expect(await causesOf(apply('other', { a: '9' }))).to.have.length(1);
    });

    it('migrates as kubectl does it: the annotation applied, the entries rewritten, applied again', async () => {
      await apply('kubectl', { a: '9' });
      const annotation = { metadata: { ...NAME, annotations: { [LAST]: lastApplied } } };
      await configMapRegistry().apply(annotation, { fieldManager: 'kubectl-last-applied', force: true });
      const { metadata } = await configMapRegistry().get(NAME);
      const kept = metadata.managedFields!.filter(({ manager }) => manager !== 'kubectl-client-side-apply');
      const value = (path: string, to: unknown) => ({ op: 'replace', path: `/metadata/${path}`, value: to });
      const patch = [value('managedFields', kept), value('resourceVersion', metadata.resourceVersion)];
      await configMapRegistry().patch(NAME, { type: 'json', patch });
      const migrated = await apply('kubectl', { b: '3' });
      expect(migrated.data).to.deep.equal({ b: '3' });
      expect(Object.keys(fieldsOf(migrated)).sort()).to.deep.equal(['kubectl', 'kubectl-last-applied']);
    });
  });

  it('takes an equal quantity that is written otherwise for the same', async () => {
    const pod = (cpu: string): Pod => ({
      metadata: NAME,
      spec: { containers: [{ name: 'main', image: 'busybox', resources: { limits: { cpu } } }] },
    });
    const registry = cluster.registries.registry(pods);
    const made = await registry.apply(pod('1'), { fieldManager: 'alpha' });
    await cluster.environment.advance(2 * SECOND);
    expect(await registry.apply(pod('1000m'), { fieldManager: 'alpha' })).to.equal(made);
  });

  it('leaves one object of many who apply it at once, with all their fields', async () => {
    await Promise.all(Array.from({ length: 8 }, (_, at) => apply(`m${at}`, { [`k${at}`]: 'v' })));
    const { data, metadata } = await configMapRegistry().get(NAME);
    expect(Object.keys(data!)).to.have.length(8);
    expect(metadata.managedFields).to.have.length(8);
  });
});
