import { expect } from 'chai';
import fc from 'fast-check';
import type { StatusError } from '../../../lib/api/status-error.js';
import { configuredFields } from '../../../lib/registry/stored/managed-fields/configured-fields.js';
import type { FieldSet } from '../../../lib/registry/stored/managed-fields/field-set.js';
import { difference, differenceBelow, isLeaf, NO_FIELDS, union } from '../../../lib/registry/stored/managed-fields/field-set.js';
import { mergeObjects } from '../../../lib/registry/stored/managed-fields/merge-values.js';
import { mergeTypeOf } from '../../../lib/registry/stored/managed-fields/merge-type.js';
import { unownedFields } from '../../../lib/registry/stored/managed-fields/unowned-fields.js';
import { memoryCluster } from '../../support/memory-cluster.js';
import { rejection } from '../../support/rejection.js';
import type { Shape } from './support.js';
import { shapes } from './support.js';

const NAME = { name: 'a', namespace: 'default' };
const type = mergeTypeOf(shapes.schema).map!;

const word = fc.constantFrom('a', 'b', 'c', 'constructor');
const value = fc.constantFrom('1', '2');
// Lists and maps have something in them. As in Kubernetes, nobody owns an empty list, and a map that is emptied has no owner but who
// has emptied it: what holds nothing else then goes with its last owner.
const words = fc.uniqueArray(word, { minLength: 1, maxLength: 3 });
const texts = fc.dictionary(word, value, { minKeys: 1, maxKeys: 3 });
const item = fc.record({ k: word, v: value, inner: fc.record({ n: fc.nat(1) }) }, { requiredKeys: ['k'] });
const spec: fc.Arbitrary<NonNullable<Shape['spec']>> = fc.record(
  {
    text: value,
    count: fc.nat(2),
    labels: texts,
    sealed: texts,
    plain: words,
    words,
    keyed: fc.uniqueArray(item, { selector: ({ k }) => k, minLength: 1, maxLength: 3 }),
    free: fc.oneof(value, texts, fc.dictionary(word, fc.array(value, { minLength: 1, maxLength: 2 }), { minKeys: 1, maxKeys: 2 })),
    withDefault: fc.nat(9),
  },
  { requiredKeys: [] },
);

const manager = fc.constantFrom('alpha', 'beta', 'gamma');
const step = fc.record({ manager, spec, how: fc.constantFrom('apply', 'force', 'update', 'merge') });

/** The fields that an object has, but for those that nobody owns. */
const fieldsIn = (object: object): FieldSet => differenceBelow(configuredFields(type, { ...object }), unownedFields(shapes, ''));
const ownedIn = (object: Shape): FieldSet =>
  (object.metadata?.managedFields ?? []).reduce<FieldSet>((all, { fieldsV1 }) => union(all, (fieldsV1 ?? {}) as FieldSet), NO_FIELDS);

/** Leaves of a set: what the fields on the way to others say is not asked here. */
function leaves(set: FieldSet, prefix = ''): string[] {
  return Object.keys(set)
    .filter((one) => one !== '.')
    .flatMap((one) => (isLeaf(set[one]!) ? [prefix + one] : leaves(set[one]!, `${prefix}${one}/`)));
}

describe('the owners of fields, whoever applies and updates what', function () {
  this.timeout(30_000);

  let cluster: Awaited<ReturnType<typeof memoryCluster>>;
  const registry = () => cluster.registries.registry(shapes);

  beforeEach(async () => (cluster = await memoryCluster({ resources: [shapes] })));
  afterEach(() => cluster.stop());

  type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

  async function perform({ manager: fieldManager, spec: next, how }: Step): Promise<Shape | StatusError> {
    const object: Shape = { metadata: NAME, spec: next };
    if (how === 'update') return registry().modify(NAME, (old) => ({ ...old, spec: next }), { fieldManager });
    if (how === 'merge') return registry().patch(NAME, { type: 'merge', patch: { spec: next } }, { fieldManager });
    return registry().apply(object, { fieldManager, force: how === 'force' });
  }

  /** Runs a history over a fresh object, and looks at it after each step. A conflict must leave the object as it was. */
  const histories = (check: (after: Shape, step: Step, before: Shape) => void | Promise<void>) =>
    fc.assert(
      fc.asyncProperty(spec, fc.array(step, { minLength: 1, maxLength: 6 }), async (first, steps) => {
        await registry()
          .delete(NAME)
          .catch(() => undefined); // none before the first history
        let before: Shape = await registry().apply({ metadata: NAME, spec: first }, { fieldManager: 'alpha' });
        for (const one of steps) {
          const after = await perform(one).catch((error: unknown) => error as StatusError);
          if (after instanceof Error) {
            expect(after).to.include({ reason: 'Conflict' });
            expect([one.how, await registry().get(NAME)]).to.deep.equal(['apply', before]);
            continue;
          }
          await check(after, one, before);
          before = after;
        }
      }),
      { numRuns: 60 },
    );

  it('are somebody for every field that is not a default, and name no field that is not there but those of their own configuration', () =>
    histories((after, { how, spec: applied }) => {
      if (!after.metadata?.managedFields) return; // who has given up everything is no longer counted, until the next apply
      const present = fieldsIn(after);
      const unowned = leaves(difference(present, ownedIn(after)));
      // A default that nobody has written has nobody.
      expect(unowned.filter((one) => one !== 'f:spec/f:withDefault')).to.deep.equal([]);
      const configured = how === 'update' || how === 'merge' ? NO_FIELDS : fieldsIn({ spec: applied });
      const last = union(present, configured);
      for (const one of leaves(difference(ownedIn(after), last)))
        expect(one, JSON.stringify(after)).to.match(/f:(labels|keyed|words|free|spec|inner)/);
    }));

  it('of what is applied are its applier, and what is applied is what is there', () =>
    histories((after, { manager: name, how, spec: applied }) => {
      if (how === 'update' || how === 'merge') return;
      const own = after.metadata?.managedFields?.find((one) => one.manager === name && one.operation === 'Apply');
      const configured = fieldsIn({ spec: applied });
      expect(own?.fieldsV1 ?? {}).to.deep.equal(configured);
      expect(leaves(difference(configured, fieldsIn(after))).filter((one) => one !== 'f:spec')).to.deep.equal(
        leaves(difference(configured, fieldsIn(after))).filter((one) => /f:(labels|sealed|keyed|words|plain|free|spec|inner)/.test(one)),
      );
      if (applied.text !== undefined) expect(after.spec?.text).to.equal(applied.text);
      for (const [key, label] of Object.entries(applied.labels ?? {})) expect(after.spec?.labels?.[key]).to.equal(label);
      for (const one of applied.words ?? []) expect(after.spec?.words).to.include(one);
      for (const { k, v } of applied.keyed ?? []) {
        const found = after.spec?.keyed?.find((other) => other.k === k);
        expect(v === undefined || found?.v === v).to.equal(true);
      }
    }));

  it('stay the same, and so does the object, when the same is applied again', () =>
    histories(async (after, { manager: fieldManager, how, spec: applied }) => {
      if (how === 'update' || how === 'merge') return;
      expect(await registry().apply({ metadata: NAME, spec: applied }, { fieldManager })).to.equal(after);
    }));

  it('keep what they apply when another gives up all it has', () =>
    histories(async (after) => {
      // An update of a part of an element does not keep the element itself, an apply does.
      const others = (after.metadata?.managedFields ?? []).filter((one) => one.manager !== 'alpha' && one.operation === 'Apply');
      const kept = others.reduce<FieldSet>((all, { fieldsV1 }) => union(all, (fieldsV1 ?? {}) as FieldSet), NO_FIELDS);
      const before = fieldsIn(after);
      const left = await registry().apply({ metadata: NAME }, { fieldManager: 'alpha', dryRun: true });
      const stillThere = fieldsIn(left);
      const owned = leaves(kept).filter((one) => leaves(before).includes(one));
      expect(leaves(stillThere)).to.include.members(owned);
    }));

  it('never share a field by accident: what one takes by force no other has', () =>
    histories((after, { manager: name, how }, before) => {
      if (how !== 'force') return;
      const entries = after.metadata?.managedFields ?? [];
      const own = entries.find((one) => one.manager === name && one.operation === 'Apply')?.fieldsV1 as FieldSet | undefined;
      // A field that two own has the value that it had before.
      for (const one of entries.filter((other) => other.fieldsV1 !== own)) {
        const both = leaves(one.fieldsV1 as FieldSet).filter((path) => leaves(own ?? {}).includes(path));
        if (both.includes('f:spec/f:text')) expect(after.spec?.text).to.equal(before.spec?.text);
        if (both.includes('f:spec/f:sealed')) expect(after.spec?.sealed).to.deep.equal(before.spec?.sealed);
        if (both.includes('f:spec/f:count')) expect(after.spec?.count).to.equal(before.spec?.count);
      }
    }));

  it('need a configuration that says its keys', async () => {
    const error = await rejection(registry().apply({ metadata: NAME, spec: { keyed: [{} as never] } }, { fieldManager: 'alpha' }));
    expect(error).to.include({ code: 500 });
  });
});

describe('a merge of a configuration', () => {
  const object = spec.map((one) => ({ spec: one }));

  it('is done once: merged again it changes nothing', () => {
    fc.assert(
      fc.property(object, object, (live, configuration) => {
        const once = mergeObjects(type, live, configuration);
        expect(mergeObjects(type, once, configuration)).to.deep.equal(once);
      }),
      { numRuns: 300 },
    );
  });

  it('loses no field of either', () => {
    fc.assert(
      fc.property(object, object, (live, configuration) => {
        const merged = configuredFields(type, mergeObjects(type, live, configuration));
        const both = union(configuredFields(type, live), configuredFields(type, configuration));
        // An empty map, or a value in place of a map, is no longer a field of its own once there is something in it.
        const lost = leaves(difference(both, merged)).filter((one) => !/f:(labels|inner|free)/.test(one));
        expect(lost).to.deep.equal([]);
      }),
      { numRuns: 300 },
    );
  });
});
