import { expect } from 'chai';
import type { CustomResourceDefinition } from 'kubernetes-types/apiextensions/v1.js';
import { jsonText, parseExact } from '../../lib/api/exact-json.js';
import { customResourceDefinitions } from '../../lib/api/custom-resources/custom-resource-definitions.js';
import { defineResource } from '../../lib/api/define-resource.js';
import type { KubeObject } from '../../lib/api/object.js';
import type { ResourceDefinition } from '../../lib/api/resource-definition.js';
import { customResourceCleanup } from '../../lib/controllers/custom-resources/cleanup-controller.js';
import { CustomKinds } from '../../lib/controllers/custom-resources/custom-kinds.js';
import { customResourceNames } from '../../lib/controllers/custom-resources/names-controller.js';
import { crdOf, versionOf } from '../api/custom-resources/crd-of.js';
import { rejection } from '../support/rejection.js';
import { running } from './running.js';
import type { Running } from './running.js';

interface Widget extends KubeObject {
  spec?: { a?: string; b?: string };
}
type Fields = Readonly<Record<string, object>>;

describe('custom resource definitions in a cluster', () => {
  let cluster: Running;
  let kinds: CustomKinds;

  beforeEach(async () => {
    cluster = await running([customResourceNames(), customResourceCleanup()]);
    kinds = new CustomKinds(cluster);
    await kinds.start();
  });

  afterEach(async () => {
    await kinds.stop();
    await cluster.stop();
  });

  const name = 'widgets.wire.example.com';
  const text = { type: 'string' };
  const spec = (properties: Fields) => ({ type: 'object', properties });
  const define = async (crd: CustomResourceDefinition) => {
    await cluster.registry(customResourceDefinitions).create(crd);
    await cluster.settle();
  };
  const change = async (versions: readonly ReturnType<typeof versionOf>[]) => {
    await cluster
      .registry(customResourceDefinitions)
      .modify({ name }, (crd) => ({ ...crd, spec: { ...crd.spec, versions: [...versions] } }));
    await cluster.settle();
  };
  const crd = (wanted = name) => cluster.find(customResourceDefinitions, wanted);
  const conditions = async (wanted = name) =>
    (await crd(wanted))?.status?.conditions?.map(({ type, status, reason }) => `${type} ${status} ${reason}`);
  const served = (version = 'v1') =>
    cluster.registries.catalog.byResource('wire.example.com', version, 'widgets') as ResourceDefinition<Widget> | undefined;
  const widgets = (version = 'v1') => cluster.registry(served(version)!);
  const widget = (object: Widget, version = 'v1') => widgets(version).create({ metadata: { name: 'w', namespace: 'default' }, ...object });
  const w = { name: 'w', namespace: 'default' };

  it('serve their kinds once their names are accepted', async () => {
    await define(crdOf([versionOf('v1', spec({ a: text })), versionOf('v2', spec({ a: text }), { storage: false, served: false })]));
    expect(await conditions()).to.deep.equal(['NamesAccepted True NoConflicts', 'Established True InitialNamesAccepted']);
    expect((await crd())?.status?.acceptedNames).to.deep.equal({
      plural: 'widgets',
      singular: 'widget',
      kind: 'Widget',
      listKind: 'WidgetList',
    });
    expect([served()?.kind, served('v2')]).to.deep.equal(['Widget', undefined]);
    expect((await widget({ spec: { a: 'x', b: 'pruned' } })).spec).to.deep.equal({ a: 'x' });
  });

  it('wait for names that another one has', async () => {
    await define(crdOf([versionOf('v1', spec({}))]));
    await define(
      crdOf([versionOf('v1', spec({}))], { names: { plural: 'gadgets', kind: 'Widget', listKind: 'GadgetList', shortNames: ['widget'] } }),
    );
    const other = 'gadgets.wire.example.com';
    expect((await crd(other))?.status?.acceptedNames).to.deep.equal({ plural: 'gadgets', kind: '', listKind: 'GadgetList' });
    expect(await conditions(other)).to.deep.equal(['NamesAccepted False KindConflict', 'Established False NotAccepted']);
    expect(cluster.registries.catalog.find('gadgets')).to.equal(undefined);
    await cluster.registry(customResourceDefinitions).delete({ name });
    await cluster.settle();
    expect(await conditions(other)).to.deep.equal(['NamesAccepted True NoConflicts', 'Established True InitialNamesAccepted']);
    expect(cluster.registries.catalog.find('gadgets')?.kind).to.equal('Widget');
  });

  it('do not take the names of kinds that a program has defined', async () => {
    const { catalog } = cluster.registries;
    catalog.add(defineResource({ group: 'wire.example.com', version: 'v1', kind: 'Gadget', shortNames: ['wd'] }));
    await define(crdOf([versionOf('v1', spec({}))], { names: { plural: 'widgets', kind: 'Widget', shortNames: ['wd'] } }));
    expect((await conditions())?.[0]).to.equal('NamesAccepted False ShortNamesConflict');
  });

  it('show objects by the schema of now: defaults that came, without fields that went', async () => {
    await define(crdOf([versionOf('v1', spec({ a: text, b: text }))]));
    await widget({ spec: { b: 'x' } });
    await change([versionOf('v1', spec({ a: { ...text, default: 'new' } }))]);
    expect((await widgets().get(w)).spec).to.deep.equal({ a: 'new' });
    expect((await widgets().list()).items.map((one) => one.spec)).to.deep.equal([{ a: 'new' }]);
  });

  it('have exact integers of 64 bits in defaults, values and limits', async () => {
    const integers = parseExact(`{
      "a": {"type": "integer", "default": 9007199254740993},
      "b": {"type": "string", "maxLength": 9223372036854775807, "x-kubernetes-validations": [{"rule": "size(self) > 0"}]},
      "c": {"type": "integer", "enum": [9007199254740993, 9007199254740995]},
      "d": {"type": "integer", "minimum": 1152921504606846976, "multipleOf": 2}
    }`) as Fields;
    await define(crdOf([versionOf('v1', { ...spec(integers), maxProperties: 9007199254740993n })]));
    const { openAPIV3Schema } = (await crd())!.spec.versions[0]!.schema!;
    expect(jsonText(openAPIV3Schema)).to.contain('"default":9007199254740993').and.contain('[9007199254740993,9007199254740995]');
    expect(jsonText(openAPIV3Schema)).to.contain('"maxLength":9223372036854775807').and.contain('"maxProperties":9007199254740993');
    const make = (given: object) => widget({ metadata: { generateName: 'w-', namespace: 'default' }, spec: given });
    expect((await make({ b: 'x', c: 9007199254740995n })).spec).to.deep.equal({ a: 9007199254740993n, b: 'x', c: 9007199254740995n });
    expect(((await rejection(make({ c: 9007199254740994n }))) as Error).message).to.contain(
      'spec.c: Unsupported value: 9007199254740994: supported values: "9007199254740993", "9007199254740995"',
    );
    // A limit is a double, in Kubernetes as well, and is stored as the digits which JSON has for it.
    expect(((await rejection(make({ d: 1152921504606846998n }))) as Error).message).to.contain(
      'greater than or equal to 1152921504606847000',
    );
    expect(((await rejection(make({ d: 1152921504606847001n }))) as Error).message).to.contain('a multiple of 2');
    expect((await make({ d: 1152921504606847000n })).spec).to.have.property('d', 1152921504606847000n);
  });

  it('show every version under its own name, and lose what the stored one lacks', async () => {
    const versions = [
      versionOf('v1', spec({ a: text })),
      versionOf('v2', spec({ a: text, b: { ...text, default: 'two' } }), { storage: false }),
    ];
    await define(crdOf(versions));
    const events: string[] = [];
    const watch = widgets('v2')
      .watch({ resourceVersion: '1' })
      .subscribe((event) => event.type !== 'BOOKMARK' && events.push(`${event.type} ${event.object.apiVersion}`));
    const made = await widget({ spec: { a: 'x', b: 'lost' } }, 'v2');
    expect([made.apiVersion, made.spec]).to.deep.equal(['wire.example.com/v2', { a: 'x' }]);
    expect((await widgets('v1').get(w)).apiVersion).to.equal('wire.example.com/v1');
    await cluster.settle();
    expect(events).to.deep.equal(['ADDED wire.example.com/v2']);
    watch.unsubscribe();
  });

  it('cannot be shown as another version when a webhook would have to convert', async () => {
    const webhook = { clientConfig: { url: 'https://convert.example.com' }, conversionReviewVersions: ['v1'] };
    const versions = [versionOf('v1', spec({ a: text })), versionOf('v2', spec({ a: text }), { storage: false })];
    await define(crdOf(versions, { conversion: { strategy: 'Webhook', webhook } }));
    await widget({ spec: { a: 'x' } });
    expect((await widgets('v1').get(w)).spec).to.deep.equal({ a: 'x' });
    expect(await rejection(widgets('v2').get(w))).to.include({ code: 500 });
  });

  it('go after their instances, and take no new ones meanwhile', async () => {
    await define(crdOf([versionOf('v1', spec({}))]));
    const definition = served()!;
    await widget({ metadata: { ...w, finalizers: ['acme.io/hold'] } });
    let ended = false;
    widgets()
      .watch()
      .subscribe({ complete: () => (ended = true) });
    const deleted = await cluster.registry(customResourceDefinitions).delete({ name });
    expect(deleted.metadata.finalizers).to.deep.equal(['customresourcecleanup.apiextensions.k8s.io']);
    await cluster.settle();
    expect((await conditions())?.[2]).to.equal('Terminating True InstanceDeletionInProgress');
    const refused = await rejection(widget({ metadata: { name: 'late', namespace: 'default' } }));
    expect(refused).to.include({
      code: 403,
      message: 'widgets.wire.example.com "late" is forbidden: create not allowed while custom resource definition is terminating',
    });
    expect([ended, served()]).to.deep.equal([false, definition]);
    await widgets().modify(w, (current) => ({ ...current, metadata: { ...current.metadata, finalizers: [] } }));
    await cluster.settle(1000);
    expect([await crd(), served(), ended]).to.deep.equal([undefined, undefined, true]);
    await define(crdOf([versionOf('v1', spec({}))]));
    expect((await widgets().list()).items).to.deep.equal([]);
  });

  it('are served again by the next one that looks', async () => {
    await define(crdOf([versionOf('v1', spec({}))]));
    await kinds.stop();
    cluster.registries.catalog.remove(served()!);
    kinds = new CustomKinds(cluster);
    await kinds.start();
    expect(served()?.kind).to.equal('Widget');
  });
});
