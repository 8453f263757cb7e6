import { expect } from 'chai';
import type { CustomResourceDefinition } from 'kubernetes-types/apiextensions/v1.js';
import { customResourceDefinitions } from '../../../lib/api/custom-resources/custom-resource-definitions.js';
import { decode } from '../../../lib/api/schema/decode.js';
import { rejection } from '../../support/rejection.js';
import { crdOf, versionOf } from './crd-of.js';

const ROOT = 'spec.validation.openAPIV3Schema.properties[spec]';
const { rules } = customResourceDefinitions;
const context = { now: 0, random: () => 0 };

/** As a registry makes one ready to be stored. */
function prepared(crd: object): CustomResourceDefinition {
  const { object } = decode(customResourceDefinitions, crd);
  rules.default!(object);
  rules.prepareCreate!(object, context);
  return object;
}

function faultsOf(crd: object): string[] {
  const object = prepared(crd);
  return [...rules.validate!(object), ...rules.validateCreate!(object)].map(({ type, field }) => `${type} ${field.replace(ROOT, '~')}`);
}

/** Faults of a schema that stands for the field `a` of `spec`. */
const schemaFaults = (a: object) =>
  faultsOf(crdOf([versionOf('v1', { type: 'object', properties: { a } })])).map((one) => one.replace('~.properties[a]', 'a'));

describe('custom resource definitions', () => {
  it('are completed: singular, list kind, conversion, the version that is stored', () => {
    const { spec, status } = prepared(crdOf([versionOf('v1', { type: 'object' })]));
    expect(spec.names).to.deep.equal({ plural: 'widgets', kind: 'Widget', singular: 'widget', listKind: 'WidgetList' });
    expect(spec.conversion).to.deep.equal({ strategy: 'None' });
    expect(status).to.deep.equal({ conditions: null, acceptedNames: { plural: '', kind: '' }, storedVersions: ['v1'] });
  });

  it('keep the versions that were ever stored', () => {
    const old = prepared(crdOf([versionOf('v1', { type: 'object' })]));
    const next = prepared(crdOf([versionOf('v1', { type: 'object' }, { storage: false }), versionOf('v2', { type: 'object' })]));
    rules.prepareUpdate!(next, old as never, context);
    expect(next.status?.storedVersions).to.deep.equal(['v1', 'v2']);
    const without = { ...next, spec: { ...next.spec, versions: [versionOf('v2', { type: 'object' })] } };
    expect(rules.validate!(without).map(({ field }) => field)).to.deep.equal(['status.storedVersions[0]']);
  });

  it('need a name, a group, a scope and names that fit', () => {
    const versions = [versionOf('v1', { type: 'object' })];
    const named = (change: object) => faultsOf(crdOf(versions, change));
    expect(named({})).to.deep.equal([]);
    expect(faultsOf({ ...crdOf(versions), metadata: { name: 'others.wire.example.com' } })).to.deep.equal(['Invalid metadata.name']);
    expect(named({ group: 'nodots' })).to.deep.equal(['Invalid spec.group']);
    expect(named({ scope: 'Galaxy' })).to.deep.equal(['NotSupported spec.scope']);
    expect(named({ names: { plural: 'widgets', kind: 'Widget', listKind: 'Widget' } })).to.deep.equal(['Invalid spec.names.listKind']);
    expect(named({ names: { plural: 'widgets', kind: 'Widget', shortNames: ['w', 'No_'] } })).to.deep.equal([
      'Invalid spec.names.shortNames[1]',
    ]);
  });

  it('store one version, and name each once', () => {
    const stored = (...storage: boolean[]) =>
      faultsOf(crdOf(storage.map((one, at) => versionOf(`v${at}`, { type: 'object' }, { storage: one }))));
    expect(stored(true, false)).to.deep.equal([]);
    expect(stored(false)).to.deep.equal(['Invalid spec.versions', 'Invalid status.storedVersions']);
    expect(stored()).to.deep.equal(['Invalid spec.versions', 'Invalid status.storedVersions']);
  });

  it('name the place of a fault above the versions when all of them say the same', () => {
    const bad = { type: 'float' };
    expect(faultsOf(crdOf([versionOf('v1', bad), versionOf('v2', bad, { storage: false })]))).to.deep.equal(['NotSupported ~.type']);
    expect(faultsOf(crdOf([versionOf('v1', bad), versionOf('v2', { type: 'object' }, { storage: false })]))).to.deep.equal([
      'NotSupported spec.versions[0].schema.openAPIV3Schema.properties[spec].type',
    ]);
  });

  it('need schemas that say of every field what it is', () => {
    expect(schemaFaults({ type: 'string' })).to.deep.equal([]);
    expect(schemaFaults({})).to.deep.equal(['Required a.type']);
    expect(schemaFaults({ 'x-kubernetes-preserve-unknown-fields': true })).to.deep.equal([]);
    expect(schemaFaults({ 'x-kubernetes-int-or-string': true, anyOf: [{ type: 'integer' }, { type: 'string' }] })).to.deep.equal([]);
    expect(schemaFaults({ type: 'array' })).to.deep.equal(['Required a.items']);
    expect(schemaFaults({ type: 'array', items: { type: 'array' } })).to.deep.equal(['Required a.items.items']);
    expect(schemaFaults({ type: 'object', additionalProperties: {} })).to.deep.equal(['Required a.additionalProperties.type']);
    expect(schemaFaults({ type: 'object', properties: { b: { type: 'string' } }, additionalProperties: { type: 'string' } })).to.deep.equal(
      ['Forbidden a.additionalProperties'],
    );
    expect(schemaFaults({ type: 'string', $ref: '#/x' })).to.deep.equal(['Forbidden a.$ref']);
  });

  it('keep structure out of allOf, anyOf, oneOf and not', () => {
    expect(schemaFaults({ type: 'string', oneOf: [{ minLength: 1 }, { pattern: 'a' }] })).to.deep.equal([]);
    expect(schemaFaults({ type: 'string', allOf: [{ default: 'x', type: 'string' }] })).to.deep.equal([
      'Forbidden a.allOf[0].default',
      'Forbidden a.allOf[0].type',
    ]);
    expect(schemaFaults({ type: 'object', not: { properties: { b: { minLength: 1 } } } })).to.deep.equal(['Required a.properties[b]']);
  });

  it('have lists whose items can be told apart', () => {
    const list = (type: string, items: object, keys?: string[]) =>
      schemaFaults({ type: 'array', items, 'x-kubernetes-list-type': type, ...(keys ? { 'x-kubernetes-list-map-keys': keys } : {}) });
    const item = { type: 'object', properties: { k: { type: 'string' } }, required: ['k'] };
    expect(list('map', item, ['k'])).to.deep.equal([]);
    expect(list('map', item)).to.deep.equal(['Required a.x-kubernetes-list-map-keys']);
    expect(list('map', item, ['q'])).to.deep.equal(['Invalid a.x-kubernetes-list-map-keys']);
    expect(list('map', { ...item, required: [] }, ['k'])).to.deep.equal(['Required a.items.properties[k].default']);
    expect(list('set', item)).to.deep.equal(['Invalid a.items.x-kubernetes-map-type']);
    expect(list('bag', item)).to.deep.equal(['NotSupported a.x-kubernetes-list-type']);
  });

  it('have defaults that their own schemas take as they are, and patterns that can be read', () => {
    expect(schemaFaults({ type: 'integer', default: 0, minimum: 1 })).to.deep.equal(['Invalid a.default']);
    expect(schemaFaults({ type: 'integer', default: 'x' })).to.deep.equal(['TypeInvalid a.default']);
    expect(schemaFaults({ type: 'object', default: { lost: 1 } })).to.deep.equal(['Invalid a.default']);
    expect(schemaFaults({ type: 'string', pattern: '(' })).to.deep.equal(['Invalid a.pattern']);
    expect(schemaFaults({ type: 'string', pattern: '^(a+)+$' })).to.deep.equal([]);
  });

  it('are refused when a schema inside a schema is none', async () => {
    const items = (value: unknown) => rejection(Promise.resolve().then(() => schemaFaults({ type: 'array', items: value })));
    expect(await items('x')).to.include({ code: 400 });
    expect(await items({ type: 5 })).to.include({ code: 400 });
  });

  it('have scale paths, columns and selectable fields that lead somewhere', () => {
    const version = (more: object) =>
      faultsOf(
        crdOf([
          versionOf('v1', { type: 'object', properties: { a: { type: 'string' }, l: { type: 'array', items: { type: 'string' } } } }, more),
        ]),
      );
    expect(version({ subresources: { scale: { specReplicasPath: '.status.a', statusReplicasPath: '' } } })).to.deep.equal([
      'Invalid spec.subresources.scale.specReplicasPath',
      'Required spec.subresources.scale.statusReplicasPath',
    ]);
    expect(version({ additionalPrinterColumns: [{ name: 'A', type: 'text', jsonPath: 'a' }] })).to.deep.equal([
      'Invalid spec.additionalPrinterColumns[0].type',
      'Invalid spec.additionalPrinterColumns[0].JSONPath',
    ]);
    const fields = (...paths: string[]) => version({ selectableFields: paths.map((jsonPath) => ({ jsonPath })) });
    expect(fields('.spec.a')).to.deep.equal([]);
    expect(fields('.spec.l', '.spec.b', '.metadata.name')).to.deep.equal(
      [0, 1, 2].map((at) => `Invalid spec.selectableFields[${at}].jsonPath`),
    );
    expect(fields('.spec.a', '.spec.a')).to.deep.equal(['Duplicate spec.selectableFields[1].jsonPath']);
  });

  it('keep group and plural, and scope and kind once they are established', () => {
    const crd = prepared(crdOf([versionOf('v1', { type: 'object' })]));
    const faults = (change: object, status: string) => {
      const old = { ...crd, metadata: { ...crd.metadata, uid: 'u' }, status: { conditions: [{ type: 'Established', status }] } };
      return rules.validateUpdate!({ ...old, spec: { ...old.spec, ...change } }, old as never, context).map(({ field }) => field);
    };
    expect(faults({ group: 'other.example.com' }, 'False')).to.deep.equal(['spec.group']);
    expect(faults({ scope: 'Cluster' }, 'False')).to.deep.equal([]);
    expect(faults({ scope: 'Cluster' }, 'True')).to.deep.equal(['spec.scope']);
  });
});
