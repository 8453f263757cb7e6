import { expect } from 'chai';
import { defineResource } from '../../lib/api/define-resource.js';
import type { KubeObject, Stored } from '../../lib/api/object.js';

interface Widget extends KubeObject {
  spec: { size: number; color?: string };
  status?: { phase?: string; conditions?: { type: string; status: string }[] };
}

const widgets = defineResource<Widget>({
  group: 'wire.example.com',
  version: 'v1',
  kind: 'Widget',
  shortNames: ['wd'],
  schema: {
    type: 'object',
    required: ['spec'],
    properties: {
      spec: { type: 'object', required: ['size'], properties: { size: { type: 'integer', minimum: 1 }, color: { type: 'string' } } },
      status: { type: 'object', properties: { phase: { type: 'string' } } },
    },
  },
  columns: [
    { name: 'Size', type: 'integer', jsonPath: '.spec.size' },
    { name: 'Color', type: 'integer', jsonPath: '.spec.color' },
    { name: 'Text', type: 'string', jsonPath: '.spec.size', priority: 1 },
    { name: 'Since', type: 'date', jsonPath: '.metadata.creationTimestamp' },
    { name: 'Own', type: 'string', value: ({ spec }) => `#${spec.size}` },
  ],
  selectableFields: ['.spec.color'],
  rules: {
    validate: ({ spec }) => (spec.color === 'none' ? [{ type: 'Invalid', field: 'spec.color', message: 'Invalid value: "none"' }] : []),
  },
});
const stored = {
  apiVersion: 'wire.example.com/v1',
  kind: 'Widget',
  metadata: { name: 'w', namespace: 'default', uid: 'u', resourceVersion: '1', creationTimestamp: '2024-01-01T00:00:00Z' },
  spec: { size: 3, color: 'blue' },
} satisfies Stored<Widget>;

describe('defineResource', () => {
  it('derives names, verbs and storage keys', () => {
    expect(widgets).to.include({
      apiVersion: 'wire.example.com/v1',
      plural: 'widgets',
      singular: 'widget',
      listKind: 'WidgetList',
      namespaced: true,
      storagePrefix: '/registry/wire.example.com/widgets',
      custom: true,
      generation: true,
    });
    const plural = (kind: string) => defineResource({ group: 'a.example', version: 'v1', kind }).plural;
    expect(['GameServer', 'Policy', 'Proxy', 'Class', 'Relay'].map(plural)).to.deep.equal([
      'gameservers',
      'policies',
      'proxies',
      'classes',
      'relays',
    ]);
  });

  it('gives the status a path of its own when the schema has one, unless told otherwise', () => {
    expect(Object.keys(widgets.subresources)).to.deep.equal(['status']);
    expect(defineResource({ group: 'a.example', version: 'v1', kind: 'Bare' }).subresources).to.deep.equal({});
    const scaled = defineResource({
      group: 'a.example',
      version: 'v1',
      kind: 'Scaled',
      subresources: { status: true, scale: { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas' } },
    });
    expect(scaled.subresources['scale']).to.include({ type: 'scale', specReplicasPath: '.spec.replicas' });
  });

  it('makes cells, and shows nothing for a value of another type', () => {
    const cells = widgets.columns.map((column) => column.value(stored, Date.UTC(2024, 0, 1, 0, 2)));
    expect(cells).to.deep.equal(['w', 3, null, '3', '2m', '#3']);
    expect(defineResource({ group: 'a.example', version: 'v1', kind: 'Bare' }).columns.map(({ name }) => name)).to.deep.equal([
      'Name',
      'Age',
    ]);
  });

  it('reads selectable fields', () => {
    expect(widgets.selectableFields['spec.color']?.(stored)).to.equal('blue');
    expect(widgets.selectableFields['spec.color']?.({ ...stored, spec: { size: 1 } })).to.equal('');
  });

  it('validates metadata, the schema and its own rules', () => {
    const faults = (change: object) => {
      const object = { ...stored, ...change };
      return [...widgets.rules.validate!(object), ...widgets.rules.validateCreate!(object)].map(({ type, field }) => `${type} ${field}`);
    };
    expect(faults({})).to.deep.equal([]);
    expect(faults({ spec: { size: 0 } })).to.deep.equal(['Invalid spec.size']);
    expect(faults({ spec: undefined })).to.deep.equal(['Required spec']);
    expect(faults({ metadata: { name: 'Bad_', namespace: 'default' } })).to.include('Invalid metadata.name');
    expect(faults({ spec: { size: 1, color: 'none' } })).to.deep.equal(['Invalid spec.color']);
  });

  it('lets be what was wrong before and is not touched, as the schema may be younger than the object', () => {
    const old: Widget & typeof stored = { ...stored, spec: { size: 0, color: 'blue' } };
    const faults = (spec: Widget['spec']) =>
      widgets.rules.validateUpdate!({ ...old, spec }, old, { now: 0, random: () => 0 }).map(({ type, field }) => `${type} ${field}`);
    expect(faults({ size: 0, color: 'red' })).to.deep.equal([]);
    expect(faults({ size: -1, color: 'blue' })).to.deep.equal(['Invalid spec.size']);
  });

  describe('with rules in CEL', () => {
    const ruled = (rule: string) =>
      defineResource<Widget>({
        group: 'wire.example.com',
        version: 'v1',
        kind: 'Widget',
        schema: {
          type: 'object',
          properties: {
            spec: {
              type: 'object',
              properties: { size: { type: 'integer' }, color: { type: 'string', maxLength: 5 } },
              'x-kubernetes-validations': [{ rule }],
            },
          },
        },
      }).rules;
    const said = (rule: string, spec: object) =>
      ruled(rule).validateCreate!({ ...stored, spec } as never).map(({ field, message }) => `${field}: ${message}`);

    it('asks them', () => {
      expect(said('self.size > 1', { size: 2 })).to.deep.equal([]);
      expect(said('self.size > 1', { size: 1 })).to.deep.equal(['spec: Invalid value: "object": failed rule: self.size > 1']);
      const rules = ruled('self.size >= oldSelf.size');
      const shrunk = rules.validateUpdate!({ ...stored, spec: { size: 2 } }, stored, { now: 0, random: () => 0 });
      expect(shrunk.map(({ field }) => field)).to.deep.equal(['spec']);
    });

    it('asks them only when types, sizes and choices are right', () => {
      expect(said('self.size > 1', { size: 1, color: 'purple' })).to.deep.equal([
        'spec.color: Too long: may not be more than 5 bytes',
        '<nil>: Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation',
      ]);
    });

    it('throws for one that does not compile', () => {
      expect(() => ruled('self.nope == 1')).to.throw(TypeError, "undefined field 'nope'");
    });
  });

  it('lets finalizers have any qualified name', () => {
    const metadata = { ...stored.metadata, finalizers: ['plain'] };
    expect(widgets.rules.validate?.({ ...stored, metadata })).to.deep.equal([]);
  });

  it('drops the status of a new object, and separates it on updates', () => {
    const draft: Widget = { ...stored, status: { phase: 'Done' } };
    widgets.rules.prepareCreate?.(draft, { now: 0, random: () => 0 });
    expect(draft).not.to.have.property('status');
    const old = { ...stored, status: { phase: 'On' } };
    const changed: Widget = { ...stored, spec: { size: 9 }, status: { phase: 'Off' } };
    widgets.rules.prepareUpdate?.(changed, old, { now: 0, random: () => 0 });
    expect(changed).to.deep.include({ spec: { size: 9 }, status: { phase: 'On' } });
    const status: Widget = { ...stored, spec: { size: 9 }, status: { phase: 'Off' } };
    widgets.rules.prepareUpdate?.(status, old, { now: 0, random: () => 0, subresource: 'status' });
    expect(status).to.deep.include({ spec: stored.spec, status: { phase: 'Off' } });
  });

  it('refuses names and schemas that Kubernetes would refuse', () => {
    const define = (change: object) => () => defineResource({ group: 'a.example', version: 'v1', kind: 'Thing', ...change });
    expect(define({ group: 'nodots' })).to.throw(TypeError, /group/);
    expect(define({ version: 'V 1' })).to.throw(TypeError, /version/);
    expect(define({ kind: 'bad kind' })).to.throw(TypeError, /kind/);
    expect(define({ plural: 'Things' })).to.throw(TypeError, /plural/);
    expect(define({ schema: { type: 'object', properties: { a: { type: 'string', pattern: '(?=a)' } } } })).to.throw(SyntaxError);
    expect(define({ columns: [{ name: 'X', type: 'string', jsonPath: 'bad' }] })).to.throw(SyntaxError);
    expect(define({ columns: [{ name: 'X', type: 'string' }] })).to.throw(TypeError, /jsonPath/);
  });
});
