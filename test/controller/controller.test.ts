import { expect } from 'chai';
import type { ConfigMap, Secret } from 'kubernetes-types/core/v1.js';
import { configMaps } from '../../lib/api/core/config-maps.js';
import { secrets } from '../../lib/api/core/secrets.js';
import { nodes } from '../../lib/api/core/nodes.js';
import { services } from '../../lib/api/core/services.js';
import { ownerReference } from '../../lib/api/meta/owner-references.js';
import { keyOf } from '../../lib/api/object.js';
import { controllerFor } from '../../lib/controller/controller-for.js';
import type { ReconcileContext } from '../../lib/controller/reconciler.js';
import { running } from '../controllers/running.js';
import { harness } from './harness.js';

describe('Controller', () => {
  describe('is woken by', () => {
    const recording = async () => {
      const parts = await harness();
      const seen: string[] = [];
      const reconcile = ({ metadata }: ConfigMap) => Promise.resolve(void seen.push(metadata?.name ?? ''));
      return { ...parts, seen, reconcile };
    };

    it('objects that were there before it, and each that comes or changes', async () => {
      const { create, change, run, environment, seen, reconcile } = await recording();
      await create('old');
      await run((builder) => builder.reconcile(reconcile));
      await create('new');
      await environment.advance(0);
      await change('old', { x: '1' });
      await environment.advance(0);
      expect(seen).to.deep.equal(['old', 'new', 'old']);
    });

    it('objects that go', async () => {
      const { create, remove, run, environment, seen } = await recording();
      await create('a');
      await run((builder) =>
        builder.reconcile({
          reconcile: () => Promise.resolve(),
          gone: (name) => Promise.resolve(void seen.push(keyOf(name))),
        }),
      );
      await remove('a');
      await environment.advance(0);
      expect(seen).to.deep.equal(['default/a']);
    });

    it('what its objects own: made, changed, gone', async () => {
      const { create, registries, run, environment, seen, reconcile } = await recording();
      const owner = await create('owner');
      await create('other');
      const registry = registries.registry(secrets);
      await run((builder) => builder.owns(secrets).reconcile(reconcile));
      seen.length = 0;
      const name = { name: 'owned', namespace: 'default' };
      await registry.create({ metadata: { ...name, ownerReferences: [ownerReference(owner)] } });
      await environment.advance(0);
      await registry.modify(name, (current) => ({ ...current, stringData: { x: '1' } }));
      await environment.advance(0);
      await registry.delete(name);
      await environment.advance(0);
      expect(seen).to.deep.equal(['owner', 'owner', 'owner']);
    });

    it('an owned object that is given to another owner: both', async () => {
      const { create, registries, run, environment, seen, reconcile } = await recording();
      const [a, b] = [await create('a'), await create('b')];
      const registry = registries.registry(secrets);
      const name = { name: 'owned', namespace: 'default' };
      await registry.create({ metadata: { ...name, ownerReferences: [ownerReference(a)] } });
      await run((builder) => builder.owns(secrets).reconcile(reconcile));
      seen.length = 0;
      await registry.modify(name, (current) => ({ ...current, metadata: { ...current.metadata, ownerReferences: [ownerReference(b)] } }));
      await environment.advance(0);
      expect(seen.sort()).to.deep.equal(['a', 'b']);
    });

    it('no object whose owner is of another kind or does not control it', async () => {
      const { create, registries, run, environment, seen, reconcile } = await recording();
      const owner = await create('a');
      await run((builder) => builder.owns(secrets).reconcile(reconcile));
      seen.length = 0;
      const reference = ownerReference(owner);
      const others = [
        { ...reference, kind: 'Secret' },
        { ...reference, apiVersion: 'example.com/v1' },
        { ...reference, controller: false },
      ];
      for (const [at, one] of others.entries())
        await registries.registry(secrets).create({ metadata: { name: `s${at}`, namespace: 'default', ownerReferences: [one] } });
      await environment.advance(0);
      expect(seen).to.deep.equal([]);
    });

    it('keys that a watch maps, of the object as it was and as it is', async () => {
      const { create, registries, run, environment, seen, reconcile } = await recording();
      for (const name of ['a', 'b', 'c']) await create(name);
      const registry = registries.registry(secrets);
      await registry.create({ metadata: { name: 's', namespace: 'default', labels: { for: 'a' } } });
      await run((builder) =>
        builder
          .watches(secrets, ({ metadata }) => (metadata.labels?.['for'] ? [`default/${metadata.labels['for']}`] : []))
          .reconcile(reconcile),
      );
      expect(seen.sort(), 'each once at the start').to.deep.equal(['a', 'b', 'c']);
      seen.length = 0;
      await registry.modify({ name: 's', namespace: 'default' }, (current) => ({
        ...current,
        metadata: { ...current.metadata, labels: { for: 'b' } },
      }));
      await environment.advance(0);
      expect(seen.sort()).to.deep.equal(['a', 'b']);
    });

    it('a watch whose key function throws: logged, and the others go on', async () => {
      const { create, run, registries, environment, seen, reconcile, logger } = await recording();
      await create('a');
      await run((builder) =>
        builder
          .watches(secrets, () => {
            throw new Error('broken');
          })
          .watches(secrets, () => ['default/a'])
          .reconcile(reconcile),
      );
      seen.length = 0;
      await registries.registry(secrets).create({ metadata: { name: 's', namespace: 'default' } });
      await environment.advance(0);
      expect(seen).to.deep.equal(['a']);
      expect(logger.messages('error')).to.deep.equal(['the key function of a watch failed']);
    });

    it('nothing of kinds that it only reads', async () => {
      const { create, run, registries, environment, seen, reconcile } = await recording();
      await create('a');
      await run((builder) => builder.reads(secrets).reconcile(reconcile));
      await registries.registry(secrets).create({ metadata: { name: 's', namespace: 'default' } });
      await environment.advance(0);
      expect(seen).to.deep.equal(['a']);
    });
  });

  it('reconciles several objects at once, never one twice', async () => {
    const { create, change, run, environment } = await harness();
    let atOnce = 0;
    let most = 0;
    const running = new Set<string>();
    for (let at = 0; at < 6; at++) await create(`cm${at}`);
    await run((builder) =>
      builder.options({ workers: 3 }).reconcile(async ({ metadata }, context) => {
        expect(running.has(metadata.name)).to.equal(false);
        running.add(metadata.name);
        most = Math.max(most, ++atOnce);
        await context.environment.sleep(100);
        atOnce--;
        running.delete(metadata.name);
      }),
    );
    await environment.advance(50);
    await change('cm0', { x: '1' });
    await environment.advance(1000);
    expect(most).to.equal(3);
  });

  it('coalesces changes that come while it works', async () => {
    const { create, change, run, environment } = await harness();
    const seen: string[] = [];
    await create('a', { x: '0' });
    await run((builder) =>
      builder.reconcile(async ({ data }, context) => {
        seen.push(data?.['x'] ?? '');
        await context.environment.sleep(100);
      }),
    );
    for (const x of ['1', '2', '3']) await change('a', { x });
    await environment.advance(500);
    expect(seen).to.deep.equal(['0', '3']);
  });

  it('tells a reconcile that takes too long by its signal, and does not begin another before it has ended', async () => {
    const { create, change, run, environment, logger } = await harness();
    const seen: string[] = [];
    await create('a');
    await run((builder) =>
      builder.options({ timeout: '2s', backoff: 100 }).reconcile(async (_, { signal }) => {
        const now = () => environment.monotonic();
        seen.push(`begins at ${now()}`);
        if (seen.length > 1) return;
        signal.addEventListener('abort', () => seen.push(`${(signal.reason as Error).name} at ${now()}`));
        await environment.sleep(5000);
        signal.throwIfAborted();
      }),
    );
    await environment.advance(3000);
    await change('a', { x: '1' });
    await environment.advance(10_000);
    expect(seen).to.deep.equal(['begins at 0', 'TimeoutError at 2000', 'begins at 5000']);
    expect(logger.messages('warn')).to.deep.equal(['reconcile takes too long and has been told to end', 'reconcile failed']);
  });

  it('ends a reconcile whose object gets another spec, where the controller asks for that', async () => {
    const seen: string[] = [];
    const described = controllerFor(services).options({ supersede: true });
    const cluster = await running([
      described.reconcile(async ({ metadata, spec }, { environment, signal }) => {
        seen.push(`${metadata.generation ?? 0} ${spec?.ports?.[0]?.port ?? 0}`);
        await environment.sleep(1000, signal);
        seen.push('through');
      }),
    ]);
    const name = { name: 's', namespace: 'default' };
    const registry = cluster.registry(services);
    await registry.create({ metadata: name, spec: { clusterIP: 'None', ports: [{ port: 80 }] } });
    await cluster.settle(10);
    await registry.modify(name, (one) => ({ ...one, metadata: { ...one.metadata, labels: { a: 'b' } } }));
    await cluster.settle(10);
    expect(seen).to.have.length(1);
    await registry.modify(name, (one) => ({ ...one, spec: { ...one.spec, ports: [{ port: 81 }] } }));
    await cluster.settle(10);
    expect(seen.map((text) => text.split(' ')[1])).to.deep.equal(['80', '81']);
    await cluster.settle(1000);
    expect(seen.at(-1)).to.equal('through');
    expect(cluster.logger.messages('warn')).to.deep.equal([]);
    await cluster.stop();
  });

  it('gives a reconcile what it declared, and no other cache', async () => {
    const { create, run, registries, environment } = await harness();
    await registries.registry(secrets).create({ metadata: { name: 's', namespace: 'default' } });
    await create('a', { x: '1' });
    const seen: unknown[] = [];
    const reconcile = async (object: ConfigMap, context: ReconcileContext<ConfigMap, never, Secret>) => {
      seen.push(context.name, context.cache(secrets).size, context.cache(configMaps).get(context.name) === object);
      seen.push((await context.fresh())?.data, (await context.registry(secrets).list()).items.length);
      // @ts-expect-error not declared
      expect(() => context.cache(nodes)).to.throw(TypeError, /has not declared nodes: add \.owns\(nodes\)/);
      // @ts-expect-error not declared
      expect(() => context.registry(nodes)).to.throw(TypeError, /has not declared nodes/);
      seen.push('refused');
    };
    await run((builder) => builder.reads(secrets).reconcile(reconcile));
    await environment.advance(0);
    expect(seen).to.deep.equal([{ name: 'a', namespace: 'default' }, 1, true, { x: '1' }, 1, 'refused']);
  });

  it('answers fresh with nothing when the object has gone meanwhile', async () => {
    const { create, registry, run, environment } = await harness();
    await create('a');
    const seen: unknown[] = [];
    await run((builder) =>
      builder.reconcile(async (_, context) => {
        await registry.delete(context.name);
        seen.push(await context.fresh());
      }),
    );
    await environment.advance(0);
    expect(seen).to.deep.equal([undefined]);
  });
});
