import { expect } from 'chai';
import { configMaps } from '../../lib/api/core/config-maps.js';
import { secrets } from '../../lib/api/core/secrets.js';
import { defineResource } from '../../lib/api/define-resource.js';
import type { KubeObject } from '../../lib/api/object.js';
import type { ControllerOptions } from '../../lib/controller/controller-definition.js';
import type { ContextOf } from '../../lib/controller/controller-for.js';
import { controllerFor } from '../../lib/controller/controller-for.js';
import { running } from '../controllers/running.js';
import type { Running } from '../controllers/running.js';

interface Shop extends KubeObject {
  spec?: { goods: number };
  readonly status?: { readonly goods?: number } | undefined;
}

const schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } as const;
const shops = defineResource<Shop>({ group: 'example.com', version: 'v1', kind: 'Shop', schema, subresources: { status: true } });
const described = controllerFor(shops).named('keeper').owns(configMaps).writes(secrets);
type Context = ContextOf<typeof described>;
const S = { name: 's', namespace: 'default' };

describe('what a reconcile has written', () => {
  let cluster: Running;
  afterEach(() => cluster.stop());

  /** Watches are late by `lag` milliseconds, as they are over a network. */
  const run = async (reconcile: (context: Context) => Promise<unknown>, lag = 0, options: ControllerOptions = {}) => {
    let runs = 0;
    const counted = async (_: unknown, context: Context): Promise<void> => {
      runs += 1;
      await reconcile(context);
    };
    cluster = await running([described.options(options).reconcile(counted)], { resources: [shops], lag });
    await cluster.registry(shops).create({ metadata: S, spec: { goods: 1 } });
    await cluster.settle(lag);
    return { runs: () => runs };
  };
  const map = { metadata: { name: 'm', namespace: 'default' } };

  for (const lag of [0, 500]) {
    it(`wakes it no more, when watches are ${lag} ms late`, async () => {
      const { runs } = await run(async (context) => {
        await context.apply(configMaps, { ...map, data: { a: '1' } });
        context.status({ goods: 1 });
      }, lag);
      await cluster.settle(10_000);
      expect(runs()).to.equal(1);
      expect((await cluster.find(shops, 's'))?.status).to.deep.equal({ goods: 1 });
      await cluster.registry(configMaps).modify(map.metadata, (one) => ({ ...one, data: { a: '2' } }));
      await cluster.settle(10_000);
      expect(runs(), 'what others write does').to.equal(2);
    });

    it(`is never read older from a cache, when watches are ${lag} ms late`, async () => {
      const seen: unknown[] = [];
      const look = (context: Context) => {
        const cache = context.cache(configMaps);
        const byData = cache.index('data', ({ data }) => Object.values(data ?? {}));
        seen.push([
          cache.get(map.metadata)?.data?.['a'],
          cache.list('default').length,
          cache.size,
          byData.get('1').length,
          byData.get('2').length,
        ]);
      };
      await run(async (context) => {
        const registry = context.registry(configMaps);
        if (context.cache(configMaps).get(map.metadata)) return;
        look(context);
        await registry.create({ ...map, data: { a: '1' } });
        look(context);
        await registry.modify(map.metadata, (one) => ({ ...one, data: { a: '2' } }));
        look(context);
        await registry.delete(map.metadata);
        look(context);
        await registry.create({ ...map, data: { a: '1' } });
        look(context);
      }, lag);
      const expected = [
        [undefined, 0, 0, 0, 0],
        ['1', 1, 1, 1, 0],
        ['2', 1, 1, 0, 1],
        [undefined, 0, 0, 0, 0],
        ['1', 1, 1, 1, 0],
      ];
      expect(seen).to.deep.equal(expected);
      await cluster.settle(10_000);
      const cache = cluster.caches.all.find(({ definition }) => definition.kind === 'ConfigMap')!;
      expect([cache.size, cache.list().length]).to.deep.equal([1, 1]);
    });
  }

  it('wakes it with what somebody else has written in between', async () => {
    let interfered = false;
    const { runs } = await run(async (context) => {
      if (!interfered) {
        interfered = true;
        await cluster.registry(shops).modify(S, (one) => ({ ...one, spec: { goods: 2 } }));
      }
      context.status({ goods: 1 });
    }, 500);
    await cluster.settle(10_000);
    expect(runs()).to.equal(2);
  });

  it('wakes it where the controller asks for that', async () => {
    const { runs } = await run((context) => context.apply(configMaps, { ...map, data: { a: '1' } }), 0, { ownWrites: 'reconciled' });
    await cluster.settle();
    expect(runs()).to.equal(2);
  });

  it('stands in the explanation of the key, with why it ran and what was dropped', async () => {
    await run(async (context) => {
      await context.apply(configMaps, { ...map, data: { a: '1' } });
      context.status({ goods: 1 });
    }, 500);
    await cluster.settle(10_000);
    const [explanation] = cluster.explain('default/s');
    expect(explanation).to.include({ controller: 'keeper', key: 'default/s', running: false });
    const [only, ...more] = explanation!.runs;
    expect(more).to.deep.equal([]);
    expect(only).to.deep.include({ result: 'done', wakes: 1, echoes: 2, failures: 0 });
    expect(only!.causes.map(({ type, via, kind, object }) => [type, via, kind, object])).to.deep.equal([
      ['added', 'itself', 'shops', 'default/s'],
    ]);
    expect(only!.wrote.map((text) => text.replace(/\d+$/, 'N'))).to.deep.equal(['configmaps default/m@N', 'shops default/s@N']);
    expect(cluster.explain('default/nobody')).to.deep.equal([]);
    expect(cluster.metrics()).to.include('kubelib_controller_echoes_total{controller="keeper"} 2');
  });
});
