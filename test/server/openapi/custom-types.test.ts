import { expect } from 'chai';
import { defineResource } from '../../../lib/index.js';
import type { Schema } from '../../../lib/api/schema/schema.js';
import { Descriptions } from '../../../lib/server/openapi/descriptions.js';
import type { Dialect } from '../../../lib/server/openapi/dialect.js';
import { V2, V3 } from '../../../lib/server/openapi/dialect.js';
import { SchemaComponents } from '../../../lib/server/openapi/schema-components.js';
import type { SchemaNode } from './support.js';

describe('Custom kinds in OpenAPI', () => {
  let descriptions: Descriptions;
  before(async () => (descriptions = await Descriptions.load()));

  const written = (dialect: Dialect, schema: Schema): SchemaNode => {
    const components = new SchemaComponents(dialect, descriptions, []);
    components.refer({ kind: defineResource({ group: 'example.com', version: 'v1', kind: 'Gadget', schema }) });
    return components.schemas['com.example.v1.Gadget'] as SchemaNode;
  };
  const spec = (dialect: Dialect, value: Schema) => written(dialect, { type: 'object', properties: { spec: value } }).properties?.['spec'];

  it('have the fields of every object, whatever their author says of those', () => {
    const type = written(V3, {
      type: 'object',
      properties: { metadata: { type: 'object' }, kind: { type: 'string' }, size: { type: 'integer' } },
    });
    expect(type.properties?.['metadata']?.allOf).to.deep.equal([
      { $ref: '#/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta' },
    ]);
    expect(type.properties?.['kind']?.description).to.match(/^Kind is a string value representing the REST resource/);
    expect(type.properties?.['size']).to.deep.equal({ type: 'integer' });
    expect(type['x-kubernetes-group-version-kind']).to.deep.equal([{ group: 'example.com', kind: 'Gadget', version: 'v1' }]);
  });

  it('are in the third version what their author wrote', () => {
    const value: Schema = {
      type: 'object',
      description: 'What it is.',
      required: ['a'],
      properties: {
        a: { type: 'string', nullable: true, pattern: '^x', default: 'x' },
        b: { 'x-kubernetes-int-or-string': true, anyOf: [{ type: 'integer' }, { type: 'string' }] },
        c: { type: 'array', items: { type: 'object', not: { required: ['no'] } }, 'x-kubernetes-list-type': 'atomic' },
        d: { type: 'object', additionalProperties: { type: 'number', minimum: 1, exclusiveMinimum: true, multipleOf: 2 } },
      },
    };
    expect(spec(V3, value)).to.deep.equal(value);
  });

  const cases: readonly (readonly [what: string, schema: Schema, swagger: object])[] = [
    [
      'alternatives',
      { type: 'string', anyOf: [{ minLength: 1 }], oneOf: [{ minLength: 1 }], allOf: [{ minLength: 1 }], not: { maxLength: 0 } },
      { type: 'string' },
    ],
    ['the type of what may be null, and what is below', { type: 'object', nullable: true, properties: { a: { type: 'string' } } }, {}],
    [
      'the names of such fields among those that are required',
      { type: 'object', required: ['a', 'b'], properties: { a: { type: 'string', nullable: true }, b: { type: 'string' } } },
      { type: 'object', required: ['b'], properties: { a: {}, b: { type: 'string' } } },
    ],
    [
      'what is known of an object that may have other fields',
      { type: 'object', 'x-kubernetes-preserve-unknown-fields': true, properties: { a: { type: 'string' } } },
      { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
    ],
    [
      'the type of a list whose elements are not told',
      { type: 'array', 'x-kubernetes-preserve-unknown-fields': true, items: { type: 'object' } },
      { 'x-kubernetes-preserve-unknown-fields': true },
    ],
    [
      'what is required of a map whose values may be null',
      { type: 'object', required: ['a'], additionalProperties: { type: 'string', nullable: true } },
      { type: 'object', additionalProperties: {} },
    ],
  ];
  for (const [what, schema, swagger] of cases)
    it(`lose in the second version ${what}`, () => expect(spec(V2, schema)).to.deep.equal(swagger));

  it('are mere objects in the second version when any field may be there', () => {
    expect(
      written(V2, { type: 'object', 'x-kubernetes-preserve-unknown-fields': true, properties: { a: { type: 'string' } } }),
    ).to.deep.equal({
      type: 'object',
      'x-kubernetes-group-version-kind': [{ group: 'example.com', kind: 'Gadget', version: 'v1' }],
    });
  });

  it('say what an embedded object is made of, unless it is open and the version is the second', () => {
    const value: Schema = { type: 'object', 'x-kubernetes-embedded-resource': true, properties: { spec: { type: 'object' } } };
    for (const dialect of [V2, V3]) {
      expect(spec(dialect, value)?.required).to.deep.equal(['kind', 'apiVersion']);
      expect(Object.keys(spec(dialect, value)?.properties ?? {})).to.have.members(['apiVersion', 'kind', 'metadata', 'spec']);
    }
    expect(spec(V2, { ...value, 'x-kubernetes-preserve-unknown-fields': true })).not.to.have.property('required');
    expect(spec(V3, { ...value, 'x-kubernetes-preserve-unknown-fields': true })?.required).to.deep.equal(['kind', 'apiVersion']);
  });

  it('may have fields by any name', () => {
    const properties = JSON.parse(
      '{"__proto__":{"type":"string"},"constructor":{"type":"string"},"x-y":{"type":"string"},"type":{"type":"string"}}',
    ) as Schema['properties'];
    for (const dialect of [V2, V3]) {
      const names = Object.keys(spec(dialect, { type: 'object', properties: properties ?? {} })?.properties ?? {});
      expect(names).to.deep.equal(['__proto__', 'constructor', 'x-y', 'type']);
    }
  });
});
