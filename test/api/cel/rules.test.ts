import { expect } from 'chai';
import { ruleTreeOf } from '../../../lib/api/cel/schema/rule-tree.js';
import { validateRules } from '../../../lib/api/cel/schema/validate-rules.js';
import type { Schema, ValidationRule } from '../../../lib/api/schema/schema.js';
import { Faults } from '../../../lib/api/validation/faults.js';

const integer: Schema = { type: 'integer' };
const text: Schema = { type: 'string' };
const object = (properties: Record<string, Schema>, ...rules: (string | ValidationRule)[]): Schema =>
  ruled({ type: 'object', properties }, ...rules);
const ruled = (schema: Schema, ...rules: (string | ValidationRule)[]): Schema => ({
  ...schema,
  'x-kubernetes-validations': rules.map((rule) => (typeof rule === 'string' ? { rule } : rule)),
});

/** What the rules of a schema say, as `field: message`. */
function saidOf(schema: Schema, value: unknown, old?: unknown): readonly string[] {
  const faults = new Faults();
  const tree = ruleTreeOf(schema, false);
  if (tree) validateRules(faults, 'spec', tree, value, old);
  return faults.list.map(({ field, message }) => `${field}: ${message}`);
}
const fieldsOf = (schema: Schema, value: unknown, old?: unknown) => saidOf(schema, value, old).map((said) => said.split(':', 1)[0]);

describe('rules of a schema', () => {
  it('are no tree where there are none', () => {
    expect(ruleTreeOf(object({ a: integer }), true)).to.equal(undefined);
  });

  it('are compiled once, however often the schema is read anew', () => {
    const schema = () => object({ a: integer }, 'self.a > 0');
    expect(ruleTreeOf(schema(), true)).to.equal(ruleTreeOf(schema(), true));
  });

  describe('say', () => {
    it('the rule, or their message', () => {
      expect(saidOf(object({ a: integer }, 'self.a > 0 '), { a: 0 })).to.deep.equal([
        'spec: Invalid value: "object": failed rule: self.a > 0',
      ]);
      expect(saidOf(ruled(integer, { rule: 'self > 0', message: ' too small ' }), 0)).to.deep.equal([
        'spec: Invalid value: "integer": too small',
      ]);
    });

    it('what their message expression makes, if it makes a line', () => {
      const withMessage = (messageExpression: string) => ruled(integer, { rule: 'self > 0', message: 'small', messageExpression });
      expect(saidOf(withMessage("'%d is small'.format([self])"), 0)[0]).to.include(': 0 is small');
      expect(saidOf(withMessage("['small'][1]"), 0)[0]).to.include(': small');
      expect(saidOf(withMessage("' '"), 0)[0]).to.include(': small');
      expect(saidOf(withMessage("'a\\nb'"), 0)[0]).to.include(': small');
    });

    it('their reason', () => {
      const of = (reason: string) => saidOf(ruled(integer, { rule: 'self > 0', message: 'm', reason }), 0)[0];
      expect(of('FieldValueForbidden')).to.equal('spec: Forbidden: m');
      expect(of('FieldValueRequired')).to.equal('spec: Required value: m');
      expect(of('FieldValueDuplicate')).to.equal('spec: Duplicate value: "integer"');
      expect(of('FieldValueInvalid')).to.equal('spec: Invalid value: "integer": m');
    });

    it('whom they blame', () => {
      const schema = object(
        { o: object({ 'a.b': integer }), m: { type: 'object', additionalProperties: integer } },
        { rule: '!has(self.o)', fieldPath: ".o['a.b']" },
        { rule: '!has(self.m)', fieldPath: ".m['k-l']" },
      );
      expect(fieldsOf(schema, { o: {}, m: {} })).to.deep.equal(['spec.o.a.b', 'spec.m[k-l]']);
    });

    it('why they have no answer', () => {
      expect(saidOf(object({ a: integer }, 'self.a > 0'), {})[0]).to.include('no such key: a evaluating rule: self.a > 0');
      expect(saidOf(ruled({ 'x-kubernetes-int-or-string': true }, 'self > 0'), 'x')[0]).to.include(
        "'no such overload': call arguments did not match a supported operator, function or macro signature for rule: self > 0",
      );
    });
  });

  it('stand at every level', () => {
    const positive = ruled(integer, 'self > 0');
    const schema = object({
      list: { type: 'array', items: positive },
      map: { type: 'object', additionalProperties: positive },
      nested: object({ deep: positive }),
    });
    expect(fieldsOf(schema, { list: [1, 0], map: { a: 1, b: 0 }, nested: { deep: 0 } })).to.deep.equal([
      'spec.list[1]',
      'spec.map[b]',
      'spec.nested.deep',
    ]);
  });

  it('within allOf are asked of the value outside', () => {
    const schema: Schema = { ...object({ a: integer }), allOf: [{ properties: { a: ruled({}, 'self > 0') } }, ruled({}, 'self.a < 9')] };
    expect(fieldsOf(schema, { a: 0 })).to.deep.equal(['spec.a']);
    expect(fieldsOf(schema, { a: 10 })).to.deep.equal(['spec']);
    expect(fieldsOf(schema, { a: 5 })).to.deep.equal([]);
  });

  it('are not asked of null', () => {
    expect(saidOf(object({ a: { ...ruled(integer, 'self > 0'), nullable: true } }), { a: null })).to.deep.equal([]);
    const maybe: Schema = { ...object({ b: integer }), nullable: true };
    expect(saidOf(object({ a: maybe }, 'self.a == null'), { a: null })).to.deep.equal([]);
    expect(fieldsOf(object({ a: maybe }, 'self.a == null'), { a: {} })).to.deep.equal(['spec']);
  });

  it('see type and name of a whole object, and of one within', () => {
    const root = object({}, "self.metadata.name.startsWith('a') && self.kind == 'K' && !has(self.metadata.generateName)");
    const tree = ruleTreeOf(root, true)!;
    const faults = new Faults();
    validateRules(faults, '', tree, { apiVersion: 'v1', kind: 'K', metadata: { name: 'b', labels: {} } });
    expect(faults.list).to.deep.equal([
      { type: 'Invalid', field: '<nil>', message: `Invalid value: "object": failed rule: ${root['x-kubernetes-validations']![0]!.rule}` },
    ]);
    const embedded: Schema = { type: 'object', 'x-kubernetes-embedded-resource': true, 'x-kubernetes-preserve-unknown-fields': true };
    expect(saidOf(object({ e: embedded }, "self.e.metadata.name == 'x'"), { e: { metadata: { name: 'x' } } })).to.deep.equal([]);
  });

  it('name fields by their escaped names', () => {
    const names = ['a-b', 'a.b', 'a/b', 'a__b', 'namespace', 'in', 'plain'];
    const escaped = ['a__dash__b', 'a__dot__b', 'a__slash__b', 'a__underscores__b', '__namespace__', '__in__', 'plain'];
    const schema = object(Object.fromEntries(names.map((name) => [name, integer])), ...escaped.map((name) => `self.${name} == 1`));
    expect(saidOf(schema, Object.fromEntries(names.map((name) => [name, 1])))).to.deep.equal([]);
  });

  it('do not see what has no structure, but compare it', () => {
    const open: Schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
    const tree = ruleTreeOf(ruled(open, 'self.a == 1'), false)!;
    expect(tree.rules[0]!.error).to.include("undefined field 'a'");
    const schema = object({ a: open, b: open }, { rule: 'self == oldSelf' });
    expect(saidOf(schema, { a: { x: [1] } }, { a: { x: [1] } })).to.deep.equal([]);
    expect(fieldsOf(schema, { a: { x: [1] } }, { a: { x: [2] } })).to.deep.equal(['spec']);
  });

  it('see texts of formats as what they stand for', () => {
    const of = (format: string): Schema => ({ type: 'string', format });
    const schema = object(
      { t: of('date-time'), d: of('date'), s: of('duration'), b: of('byte') },
      "self.t == timestamp('2024-01-02T03:04:05Z')",
      'self.d.getDate() == 2',
      "self.s + duration('1m') == duration('2m')",
      "self.b == b'hello'",
    );
    expect(saidOf(schema, { t: '2024-01-02T04:04:05+01:00', d: '2024-01-02', s: '60s', b: 'aGVsbG8=' })).to.deep.equal([]);
  });

  it('take integers or texts for either', () => {
    const schema = ruled({ 'x-kubernetes-int-or-string': true }, "type(self) == int ? self < 5 : self == '50%'");
    expect([4, '50%', 5, '4'].map((value) => saidOf(schema, value).length)).to.deep.equal([0, 0, 1, 1]);
  });

  it('take numbers for doubles, whole ones too', () => {
    expect(saidOf(ruled({ type: 'number' }, 'self == 1.0'), 1)).to.deep.equal([]);
  });

  it('compare sets and keyed lists whatever their order, and join them by identity', () => {
    const set: Schema = { type: 'array', items: text, 'x-kubernetes-list-type': 'set' };
    const keyed: Schema = {
      type: 'array',
      items: object({ k: text, v: integer }),
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['k'],
    };
    const atomic: Schema = { type: 'array', items: text };
    const asked = (list: Schema, rule: string, now: unknown, old: unknown) =>
      saidOf(object({ l: list }, rule), { l: now }, { l: old }).length === 0;
    const same = (list: Schema, now: unknown, old: unknown) => asked(list, 'self.l == oldSelf.l', now, old);
    expect(same(set, ['x', 'y'], ['y', 'x'])).to.equal(true);
    expect(same(set, ['x', 'y'], ['y', 'z'])).to.equal(false);
    expect(same(keyed, [{ k: 'a', v: 1 }, { k: 'b' }], [{ k: 'b' }, { k: 'a', v: 1 }])).to.equal(true);
    expect(same(keyed, [{ k: 'a', v: 1 }], [{ k: 'a', v: 2 }])).to.equal(false);
    expect(same(atomic, ['x', 'y'], ['y', 'x'])).to.equal(false);
    expect(asked(set, "(self.l + oldSelf.l).size() == 3 && (self.l + oldSelf.l)[2] == 'z'", ['x', 'y'], ['y', 'z'])).to.equal(true);
    expect(
      asked(
        keyed,
        '(self.l + oldSelf.l).size() == 2 && (self.l + oldSelf.l)[0].v == 9',
        [{ k: 'a', v: 1 }, { k: 'b' }],
        [{ k: 'a', v: 9 }],
      ),
    ).to.equal(true);
    expect(asked(atomic, '(self.l + oldSelf.l).size() == 4', ['x', 'y'], ['y', 'z'])).to.equal(true);
  });

  describe('about changes', () => {
    const steady = ruled(integer, 'self == oldSelf');

    it('are not asked of what is new', () => {
      expect(saidOf(object({ a: steady }), { a: 1 })).to.deep.equal([]);
      expect(saidOf(object({ a: steady }), { a: 1 }, {})).to.deep.equal([]);
      expect(fieldsOf(object({ a: steady }), { a: 1 }, { a: 2 })).to.deep.equal(['spec.a']);
    });

    it('follow names in maps, and keys in keyed lists', () => {
      const map = object({ m: { type: 'object', additionalProperties: steady } });
      expect(fieldsOf(map, { m: { a: 1, b: 2 } }, { m: { b: 1 } })).to.deep.equal(['spec.m[b]']);
      const list = object({
        l: {
          type: 'array',
          items: object({ k: text, n: steady }),
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['k'],
        },
      });
      expect(
        fieldsOf(
          list,
          {
            l: [
              { k: 'b', n: 1 },
              { k: 'a', n: 2 },
            ],
          },
          {
            l: [
              { k: 'a', n: 1 },
              { k: 'b', n: 1 },
            ],
          },
        ),
      ).to.deep.equal(['spec.l[1].n']);
    });

    it('have nothing to follow in other lists', () => {
      for (const type of ['set', 'atomic', undefined] as const) {
        const list = object({ l: { type: 'array', items: steady, ...(type && { 'x-kubernetes-list-type': type }) } });
        expect(saidOf(list, { l: [2] }, { l: [1] }), type).to.deep.equal([]);
      }
    });

    it('are asked of what is new where the old value is optional', () => {
      const schema = object({
        a: ruled(integer, { rule: 'oldSelf.hasValue() ? self > oldSelf.value() : self == 1', optionalOldSelf: true }),
      });
      expect(saidOf(schema, { a: 1 })).to.deep.equal([]);
      expect(fieldsOf(schema, { a: 2 })).to.deep.equal(['spec.a']);
      expect(saidOf(schema, { a: 2 }, { a: 1 })).to.deep.equal([]);
      expect(fieldsOf(schema, { a: 1 }, { a: 1 })).to.deep.equal(['spec.a']);
    });
  });

  describe('that came later', () => {
    const positive = ruled(integer, 'self > 0');

    it('let be what is as it was', () => {
      const schema = object({ a: positive, b: positive });
      expect(fieldsOf(schema, { a: 0, b: -1 }, { a: 0, b: -2 })).to.deep.equal(['spec.b']);
      expect(fieldsOf(object({ a: integer, b: integer }, 'self.a > 0'), { a: 0, b: 1 }, { a: 0 })).to.deep.equal(['spec']);
    });

    it('judge items that cannot be told by the whole list', () => {
      const schema = object({ l: { type: 'array', items: positive }, other: integer });
      expect(saidOf(schema, { l: [0], other: 1 }, { l: [0] })).to.deep.equal([]);
      expect(fieldsOf(schema, { l: [0, 1] }, { l: [0] })).to.deep.equal(['spec.l[0]']);
    });

    it('do not let be what broke a rule about changes', () => {
      const grows = object({ a: ruled(integer, 'self > oldSelf') });
      expect(fieldsOf(grows, { a: 1 }, { a: 1 })).to.deep.equal(['spec.a']);
    });
  });

  describe('that would take long', () => {
    const list = (...rules: string[]): Schema => ruled({ type: 'array', items: text }, ...rules);
    const many = Array.from({ length: 3000 }, (_, index) => `item ${index}`);
    const halted =
      "'operation cancelled: actual cost limit exceeded': no further validation rules will be run due to call cost exceeds limit for rule: ";

    it('are stopped, and none after them are asked', () => {
      const nested = 'self.all(x, self.all(y, self.all(z, x != y + z)))';
      expect(saidOf(list(nested, 'false'), many)).to.deep.equal([`spec: Invalid value: "array": ${halted}${nested}`]);
    });

    it('are stopped when all together have used up what an object may cost', () => {
      const dear = 'self.all(x, self.all(y, x != y + y))';
      const rules = Array.from({ length: 30 }, () => dear);
      expect(saidOf(list(...rules, 'false'), many.slice(0, 300))).to.deep.equal([
        'spec: Invalid value: "array": validation failed due to running out of cost budget, no further validation rules will be run',
      ]);
    });

    it('are stopped for work that has no price', () => {
      for (const rule of [
        'self.all(x, self + [] == self)',
        "self.map(x, 'a').all(x, self.join().replace('', self.join()).size() > 0)",
        "self.all(x, self.join().matches('((((a?){20}){20}){20})z'))",
        'self.all(x, sets.contains(self, self))',
        'self.map(x, self).all(x, x.distinct().size() > 0)',
      ])
        expect(saidOf(list(rule), many)[0], rule).to.include('operation cancelled');
    });
  });
});
