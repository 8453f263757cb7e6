import { expect } from 'chai';
import { compareVersions, createCatalog } from '../../lib/api/catalog.js';
import { defineResource } from '../../lib/api/define-resource.js';
import { builtInDefinitions } from '../../lib/api/kinds.js';
import { pods } from '../../lib/api/core/pods.js';

describe('the catalog', () => {
  const widgets = defineResource({ group: 'wire.example.com', version: 'v1', kind: 'Widget', shortNames: ['wd'] });

  it('finds kinds by resource and by kind', () => {
    const catalog = createCatalog(builtInDefinitions);
    expect(catalog.byResource('', 'v1', 'pods')).to.equal(pods);
    expect(catalog.byKind('v1', 'Pod')).to.equal(pods);
    expect(catalog.byKind('v1', 'pod')).to.equal(undefined);
    expect(catalog.byResource('apps', 'v1', 'pods')).to.equal(undefined);
  });

  it('finds kinds by any of their names, in any case, with or without group', () => {
    const catalog = createCatalog([...builtInDefinitions, widgets]);
    for (const name of ['pods', 'pod', 'po', 'Pod', 'PODS']) expect(catalog.find(name)?.kind, name).to.equal('Pod');
    for (const name of ['no', 'node']) expect(catalog.find(name)?.kind, name).to.equal('Node');
    for (const name of ['wd', 'widgets', 'widget.wire.example.com', 'Widgets.v1.wire.example.com'])
      expect(catalog.find(name)?.kind, name).to.equal('Widget');
    expect(catalog.find('nothing')).to.equal(undefined);
  });

  it('lists the core group first and custom groups last', () => {
    const catalog = createCatalog([widgets, ...builtInDefinitions]);
    expect(catalog.definitions[0]?.group).to.equal('');
    expect(catalog.definitions.at(-1)).to.equal(widgets);
  });

  it('lets kinds come and go, and counts the changes', () => {
    const catalog = createCatalog(builtInDefinitions);
    const before = catalog.revision;
    catalog.add(widgets);
    expect(catalog.find('widgets')).to.equal(widgets);
    expect(catalog.revision).to.be.greaterThan(before);
    catalog.remove(widgets);
    expect(catalog.find('widgets')).to.equal(undefined);
    expect(catalog.definitions).not.to.include(widgets);
  });

  it('tells who follows it of each change, after it shows it', () => {
    const catalog = createCatalog(builtInDefinitions);
    const seen: unknown[] = [];
    catalog.changes.subscribe(({ type, definition }) => seen.push([type, definition.plural, catalog.find('widgets') !== undefined]));
    catalog.add(widgets);
    catalog.remove(widgets);
    catalog.remove(widgets);
    expect(seen).to.deep.equal([
      ['added', 'widgets', true],
      ['removed', 'widgets', false],
    ]);
  });

  it('throws what a subscriber throws, once all have been told', () => {
    const catalog = createCatalog([]);
    const seen: string[] = [];
    catalog.changes.subscribe(() => {
      throw new Error('mine');
    });
    catalog.changes.subscribe(({ type }) => seen.push(type));
    expect(() => catalog.add(widgets)).to.throw('mine');
    expect(catalog.find('widgets')).to.equal(widgets);
    catalog.changes.subscribe(({ type }) => seen.push(type));
    expect(() => catalog.remove(widgets)).to.throw('mine');
    expect(seen).to.deep.equal(['added', 'removed', 'removed']);
  });

  it('refuses a second kind of the same names', () => {
    const catalog = createCatalog([...builtInDefinitions, widgets]);
    expect(() => catalog.add(defineResource({ group: 'wire.example.com', version: 'v1', kind: 'Widget' }))).to.throw(/widgets/);
    expect(() => catalog.add(defineResource({ group: 'wire.example.com', version: 'v1', kind: 'Widget', plural: 'others' }))).to.throw(
      /Widget/,
    );
  });

  it('orders versions as Kubernetes does', () => {
    const sorted = ['v1alpha1', 'foo1', 'v2', 'v1', 'v11beta2', 'v10', 'v10beta3', 'v3beta1'].sort(compareVersions);
    expect(sorted).to.deep.equal(['v10', 'v2', 'v1', 'v11beta2', 'v10beta3', 'v3beta1', 'v1alpha1', 'foo1']);
  });
});
