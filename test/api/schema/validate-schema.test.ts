import { expect } from 'chai';
import type { Schema } from '../../../lib/api/schema/schema.js';
import { validateSchema } from '../../../lib/api/schema/validate-schema.js';
import { Faults, TooManyFaults } from '../../../lib/api/validation/faults.js';

function faultsOf(field: Schema, value: unknown): string[] {
  const faults = new Faults();
  validateSchema(
    faults,
    '',
    { type: 'object', properties: { spec: { type: 'object', properties: { a: field } } } },
    { spec: { a: value } },
  );
  return faults.list.map(({ type, field: path, message }) => `${type} ${path}: ${message}`);
}
const typesOf = (field: Schema, value: unknown) => faultsOf(field, value).map((text) => text.slice(0, text.indexOf(':')));

describe('structural schemas', () => {
  it('check types in the words of Kubernetes', () => {
    expect(faultsOf({ type: 'integer' }, '1')).to.deep.equal([
      'TypeInvalid spec.a: Invalid value: "string": spec.a in body must be of type integer: "string"',
    ]);
    for (const [type, good, bad] of [
      ['string', ['', 'x'], [1, true, ['x'], null]],
      ['integer', [0, -7], ['1', true]],
      ['number', [1, 1.5], ['1.5']],
      ['boolean', [true], ['true', 0]],
      ['array', [[]], [{}, 'x']],
      ['object', [{}], [[], 'x']],
    ] as const) {
      for (const value of good) expect(faultsOf({ type }, value), `${type} ${JSON.stringify(value)}`).to.deep.equal([]);
      for (const value of bad) expect(typesOf({ type }, value), `${type} ${JSON.stringify(value)}`).to.deep.equal(['TypeInvalid spec.a']);
    }
    expect(typesOf({ type: 'integer' }, 1.5), 'as the real server says it').to.deep.equal(['TypeInvalid spec.a', 'Invalid <nil>']);
    expect(faultsOf({ type: 'string', nullable: true }, null)).to.deep.equal([]);
  });

  it('check integers or strings', () => {
    const field: Schema = { 'x-kubernetes-int-or-string': true };
    for (const value of [5, '50%']) expect(faultsOf(field, value)).to.deep.equal([]);
    for (const value of [1.5, true, {}]) expect(typesOf(field, value)).to.deep.equal(['TypeInvalid spec.a']);
  });

  it('check ranges', () => {
    expect(faultsOf({ type: 'integer', minimum: 1 }, 0)).to.deep.equal([
      'Invalid spec.a: Invalid value: 0: spec.a in body should be greater than or equal to 1',
    ]);
    expect(faultsOf({ type: 'integer', maximum: 5, exclusiveMaximum: true }, 5)).to.deep.equal([
      'Invalid spec.a: Invalid value: 5: spec.a in body should be less than 5',
    ]);
    expect(typesOf({ type: 'number', multipleOf: 0.1 }, 0.25)).to.deep.equal(['Invalid spec.a']);
    for (const value of [5, 9007199254740993n])
      expect(typesOf({ type: 'integer', multipleOf: 0 }, value)).to.deep.equal(['Invalid spec.a']);
    expect(faultsOf({ type: 'integer', minimum: 1, maximum: 1 }, 1)).to.deep.equal([]);
  });

  it('count characters, not bytes', () => {
    const field: Schema = { type: 'string', minLength: 2, maxLength: 3 };
    for (const value of ['😀😀😀', 'äö']) expect(faultsOf(field, value)).to.deep.equal([]);
    expect(typesOf(field, '😀')).to.deep.equal(['Invalid spec.a']);
    expect(typesOf(field, 'abcd')).to.deep.equal(['TooLong spec.a']);
  });

  it('check patterns and enums', () => {
    expect(faultsOf({ type: 'string', pattern: '^a+$' }, 'b')).to.deep.equal([
      `Invalid spec.a: Invalid value: "b": spec.a in body should match '^a+$'`,
    ]);
    expect(faultsOf({ type: 'string', enum: ['red', 'blue'] }, 'green')).to.deep.equal([
      'NotSupported spec.a: Unsupported value: "green": supported values: "red", "blue"',
    ]);
  });

  it('check formats', () => {
    for (const [format, good, bad] of [
      ['date-time', '2024-02-29T12:00:00.5+02:00', '2024-02-29 noon'],
      ['date', '2024-02-29', '29.2.2024'],
      ['ipv4', '10.0.0.1', '10.0.0.256'],
      ['ipv6', 'fe80::1', '10.0.0.1'],
      ['cidr', '10.0.0.0/8', '10.0.0.0'],
      ['mac', '00:00:5e:00:53:01', 'zz'],
      ['uuid', '0b0b0b0b-1c1c-2d2d-3e3e-4f4f4f4f4f4f', 'not-a-uuid'],
      ['byte', 'aGVsbG8=', '***'],
      ['duration', '1h30m', 'soon'],
    ] as const) {
      expect(faultsOf({ type: 'string', format }, good), format).to.deep.equal([]);
      expect(typesOf({ type: 'string', format }, bad), format).to.deep.equal(['TypeInvalid spec.a']);
    }
    expect(faultsOf({ type: 'string', format: 'unheard-of' }, 'x')).to.deep.equal([]);
  });

  it('count items and properties, and name each missing field', () => {
    expect(typesOf({ type: 'array', minItems: 1 }, [])).to.deep.equal(['Invalid spec.a']);
    expect(typesOf({ type: 'array', maxItems: 1 }, [1, 2])).to.deep.equal(['TooMany spec.a']);
    expect(typesOf({ type: 'object', maxProperties: 1 }, { x: 1, y: 2 })).to.deep.equal(['TooMany spec.a']);
    expect(typesOf({ type: 'object', required: ['b', 'c'] }, {})).to.deep.equal(['Required spec.a.b', 'Required spec.a.c']);
  });

  it('go into lists and maps', () => {
    expect(
      typesOf({ type: 'array', items: { type: 'object', properties: { n: { type: 'integer' } } } }, [{ n: 1 }, { n: 'x' }]),
    ).to.deep.equal(['TypeInvalid spec.a[1].n']);
    expect(typesOf({ type: 'object', additionalProperties: { type: 'string' } }, { k: 1 })).to.deep.equal(['TypeInvalid spec.a.k']);
  });

  it('refuse duplicates in sets and keyed lists', () => {
    expect(typesOf({ type: 'array', 'x-kubernetes-list-type': 'set' }, ['a', 'b', 'a'])).to.deep.equal(['Duplicate spec.a[2]']);
    const keyed: Schema = { type: 'array', 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['port', 'protocol'] };
    expect(
      typesOf(keyed, [
        { port: 1, protocol: 'TCP' },
        { port: 1, protocol: 'UDP' },
      ]),
    ).to.deep.equal([]);
    expect(
      typesOf(keyed, [
        { port: 1, protocol: 'TCP' },
        { port: 1, protocol: 'TCP' },
      ]),
    ).to.deep.equal(['Duplicate spec.a[1]']);
  });

  it('combine', () => {
    expect(typesOf({ allOf: [{ minLength: 2 }, { pattern: '^a' }] }, 'a')).to.have.members(['Invalid <nil>', 'Invalid spec.a']);
    expect(typesOf({ not: { enum: ['root'] } }, 'root')).to.deep.equal(['Invalid <nil>']);
    const either: Schema = { type: 'object', oneOf: [{ required: ['x'] }, { required: ['y'] }] };
    expect(typesOf(either, { x: 1 })).to.deep.equal([]);
    expect(typesOf(either, { x: 1, y: 1 })).to.deep.equal(['Invalid <nil>']);
    expect(typesOf(either, {})).to.have.members(['Invalid <nil>', 'Required spec.a.x']);
    expect(typesOf({ anyOf: [{ type: 'string' }, { type: 'integer' }] }, 1)).to.deep.equal([]);
  });

  it('say so when a pattern takes too long, and check no more patterns then', () => {
    const field: Schema = { type: 'array', items: { type: 'string', pattern: '^((a|b|ab|ba|[ab]|\\w){1,30}){1,30}c$' } };
    const texts = Array.from({ length: 50 }, (_, index) => `${'ab'.repeat(500)}${index}`);
    const found = faultsOf(field, texts);
    expect(found.at(-1)).to.match(/spec\.a\[49\] in body should match '.*', but that takes too long to find out$/);
    expect(faultsOf({ type: 'string', pattern: '^[a-z0-9]+$' }, 'a'.repeat(100_000))).to.deep.equal([]);
  });

  it('try all the branches of a combination, also when one finds more faults than anybody wants to know', () => {
    const long = Array.from({ length: 3000 }, () => 'a');
    const items = (pattern: string): Schema => ({ items: { type: 'string', pattern } });
    expect(faultsOf({ type: 'array', anyOf: [items('b'), items('a')] }, long)).to.deep.equal([]);
  });

  it('end when faults are many or long', () => {
    const items: Schema = { type: 'string', enum: Array.from({ length: 3000 }, (_, index) => `value-${index}`) };
    expect(faultsOf({ type: 'array', items }, ['value-0', 'value-2999'])).to.deep.equal([]);
    expect(() =>
      faultsOf(
        { type: 'array', items },
        Array.from({ length: 900 }, () => 'x'),
      ),
    )
      .to.throw(TooManyFaults)
      .with.property('faults')
      .with.length.below(50);
  });
});
