import { expect } from 'chai';
import { configMaps } from '../../lib/api/core/config-maps.js';
import { events } from '../../lib/api/core/events.js';
import { defineResource } from '../../lib/api/define-resource.js';
import type { KubeObject } from '../../lib/api/object.js';
import { keyOf } from '../../lib/api/object.js';
import { controllerForKinds } from '../../lib/controller/kinds-controller.js';
import type { KindsControllerOptions, KindsServices } from '../../lib/controller/kinds-controller.js';
import { harness } from './harness.js';

interface Widget extends KubeObject {
  spec?: { size?: number };
}

describe('a controller for kinds', () => {
  const options = { group: 'wire.example.com', kind: 'Widget' };
  const widgets = defineResource<Widget>({ ...options, version: 'v1' });
  const newWidgets = { ...defineResource<Widget>({ ...options, version: 'v2' }), storagePrefix: widgets.storagePrefix };

  async function run(more: Partial<KindsControllerOptions> = {}) {
    const cluster = await harness();
    const seen: string[] = [];
    /** Whether all caches were full, each time. */
    const full: boolean[] = [];
    let services: KindsServices | undefined;
    const definition = controllerForKinds({
      name: 'all',
      includes: ({ storagePrefix }) => storagePrefix !== events.storagePrefix,
      ...more,
      reconcileWith: (given) => {
        services = given;
        return {
          reconcile: (object, { definition }) => {
            seen.push(`${definition.apiVersion} ${definition.plural} ${keyOf(object)}`);
            full.push(given.kinds.isSynced);
            return object.metadata.name === 'slow' ? cluster.environment.sleep(100) : Promise.resolve();
          },
          gone: (name, { definition }) => {
            seen.push(`${definition.plural} ${keyOf(name)} gone`);
            return Promise.resolve();
          },
        };
      },
    });
    const manager = cluster.manage([definition]);
    await manager.start();
    await cluster.environment.advance(0);
    const create = (name: string) =>
      cluster.registries.registry(widgets).create({ ...widgetOf(name), apiVersion: widgets.apiVersion, kind: 'Widget' });
    const take = () => seen.splice(0).filter((line) => / (widgets|configmaps) |^widgets/.test(line));
    const settle = () => cluster.environment.advance(0);
    const end = async () => {
      await manager.stop();
      await cluster.stop();
      expect(cluster.environment.pendingTimers).to.equal(0);
    };
    return { ...cluster, createWidget: create, take, full, settle, end, kinds: () => services!.kinds, catalog: cluster.registries.catalog };
  }

  const widgetOf = (name: string): Widget => ({ metadata: { name, namespace: 'default' } });

  it('reconciles the objects of every kind that it includes, and hears when they are gone', async () => {
    const { create, remove, take, settle, end, registries } = await run();
    await create('a');
    await settle();
    expect(take()).to.deep.equal(['v1 configmaps default/a']);
    await remove('a');
    await settle();
    expect(take()).to.deep.equal([]);
    await registries.registry(configMaps).create({ metadata: { name: 'b', namespace: 'default' } });
    await settle();
    expect(take()).to.deep.equal(['v1 configmaps default/b']);
    await end();
  });

  it('takes up kinds that are added while it runs, with the objects that are there', async () => {
    const { catalog, createWidget, take, settle, end, kinds } = await run();
    await createWidget('before');
    expect(kinds().cacheOf(widgets)).to.equal(undefined);
    catalog.add(widgets);
    await createWidget('after');
    await settle();
    expect(take().sort()).to.deep.equal(['wire.example.com/v1 widgets default/after', 'wire.example.com/v1 widgets default/before']);
    await end();
  });

  it('drops kinds that are removed: their caches stop, what waits is forgotten', async () => {
    const { catalog, create, createWidget, take, settle, end, kinds, environment } = await run({ workers: 1 });
    catalog.add(widgets);
    await settle();
    const cache = kinds().cacheOf(widgets)!;
    await create('slow');
    await createWidget('waits');
    await settle();
    catalog.remove(widgets);
    await createWidget('late');
    await environment.advance(100);
    expect(take()).to.deep.equal(['v1 configmaps default/slow']);
    expect([kinds().cacheOf(widgets), cache.size]).to.deep.equal([undefined, 1]);
    await end();
  });

  it('tells of objects that went before their kind did', async () => {
    const { catalog, create, createWidget, take, settle, end, registries, environment } = await run({ workers: 1 });
    catalog.add(widgets);
    await createWidget('a');
    await settle();
    await create('slow');
    await settle();
    take();
    await registries.registry(widgets).delete({ name: 'a', namespace: 'default' });
    await settle();
    catalog.remove(widgets);
    await environment.advance(100);
    expect(take()).to.deep.equal(['widgets default/a gone']);
    await end();
  });

  it('watches a stored kind once, whatever its versions, and goes on with another one when the first is removed', async () => {
    const { catalog, createWidget, take, settle, end, kinds } = await run();
    catalog.add(widgets);
    catalog.add(newWidgets);
    await createWidget('a');
    await settle();
    expect(take()).to.deep.equal(['wire.example.com/v2 widgets default/a']);
    expect(kinds().all.filter(({ definition }) => definition.plural === 'widgets')).to.have.length(1);
    catalog.remove(newWidgets);
    await settle();
    expect(take()).to.deep.equal(['wire.example.com/v1 widgets default/a']);
    await end();
  });

  it('reconciles nothing while the cache of a new kind is filling', async () => {
    const { catalog, create, full, settle, end, kinds } = await run();
    const added = kinds()
      .cacheOf(configMaps)!
      .changes.subscribe(() => catalog.add(widgets));
    full.length = 0;
    await create('x');
    added.unsubscribe();
    await settle();
    expect(full).to.deep.equal([true]);
    await end();
  });

  it('waits no longer for the cache of a kind that has gone', async () => {
    const { catalog, kinds, end } = await run();
    catalog.add(widgets);
    const filled = kinds().synced();
    const aborted = kinds().synced(AbortSignal.abort(new Error('enough')));
    catalog.remove(widgets);
    await filled;
    expect(await aborted.catch((error: Error) => error.message)).to.equal('enough');
    await end();
  });

  it('refuses a name that logs cannot bear', () => {
    expect(() => controllerForKinds({ name: 'a b', reconcileWith: () => ({ reconcile: () => Promise.resolve() }) })).to.throw(TypeError);
  });
});
