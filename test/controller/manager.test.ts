import { expect } from 'chai';
import { configMaps } from '../../lib/api/core/config-maps.js';
import { events } from '../../lib/api/core/events.js';
import { secrets } from '../../lib/api/core/secrets.js';
import type { ControllerDefinition } from '../../lib/controller/controller-definition.js';
import { controllerFor } from '../../lib/controller/controller-for.js';
import { SharedCaches } from '../../lib/watch/shared-caches.js';
import { rejection } from '../support/rejection.js';
import { harness } from './harness.js';

describe('Manager', () => {
  it('has all caches full before the first reconcile', async () => {
    const { registries, create, run } = await harness();
    for (let at = 0; at < 1200; at++) await registries.registry(secrets).create({ metadata: { name: `s${at}`, namespace: 'default' } });
    await create('a');
    const sizes: number[] = [];
    await run((builder) => builder.reads(secrets).reconcile((_, context) => Promise.resolve(void sizes.push(context.cache(secrets).size))));
    expect(sizes).to.deep.equal([1200]);
  });

  it('stops what runs by its signal, waits for it, and leaves nothing', async () => {
    const { create, run, environment, stop, logger } = await harness();
    await create('a');
    const seen: string[] = [];
    const manager = await run((builder) =>
      builder.reconcile(async (_, context) => {
        context.signal.addEventListener('abort', () => seen.push('told'));
        await context.environment.sleep(1000);
        seen.push('ended');
      }),
    );
    await environment.advance(500);
    const stopped = manager.stop().then(() => seen.push('stopped'));
    await environment.advance(500);
    await stopped;
    expect(seen).to.deep.equal(['told', 'ended', 'stopped']);
    expect(logger.messages('warn')).to.deep.equal([]);
    await stop();
    expect(environment.pendingTimers).to.equal(0);
  });

  it('does not wait longer than its drain time', async () => {
    const { create, run, environment, logger } = await harness();
    await create('a');
    const manager = await run((builder) => builder.reconcile(() => new Promise(() => undefined)), { drain: '2s' });
    let stopped = -1;
    void manager.stop().then(() => (stopped = environment.monotonic()));
    await environment.advance(60_000);
    expect(stopped).to.equal(2000);
    expect(logger.lines.find((line) => line.level === 'warn')?.fields).to.deep.include({ keys: ['default/a'] });
    expect(environment.pendingTimers).to.equal(0);
  });

  it('reconciles nothing after its stop', async () => {
    const { create, change, run, environment } = await harness();
    const seen: string[] = [];
    await create('a');
    const manager = await run((builder) =>
      builder.reconcile(({ metadata }) => {
        seen.push(metadata.name);
        return Promise.resolve({ after: 1000 });
      }),
    );
    await manager.stop();
    await manager.stop();
    await change('a', { x: '1' });
    await environment.advance(60_000);
    expect(seen).to.deep.equal(['a']);
    expect(environment.pendingTimers).to.equal(0);
  });

  it('starts anew after a stop, with new reconcilers', async () => {
    const { create, manage, environment } = await harness();
    await create('a');
    let made = 0;
    let reconciled = 0;
    const manager = manage([
      controllerFor(configMaps).reconcileWith(() => {
        made++;
        return { reconcile: () => Promise.resolve(void reconciled++) };
      }),
    ]);
    for (let round = 1; round <= 2; round++) {
      await manager.start();
      await environment.advance(0);
      await manager.stop();
      expect([made, reconciled]).to.deep.equal([round, round]);
    }
  });

  it('shares the caches it is given, and leaves them running', async () => {
    const { create, run, registries, environment } = await harness();
    const caches = new SharedCaches({ registries, environment });
    const cache = caches.cache(configMaps);
    const manager = await run((builder) => builder.reconcile(() => Promise.resolve()), { caches });
    await manager.stop();
    await create('a');
    await environment.advance(0);
    expect(cache.size).to.equal(1);
    await caches.stop();
  });

  it('tells in metrics what its controllers have done, and how fresh its caches are', async () => {
    const { run, create, environment } = await harness();
    const manager = await run((builder) =>
      builder.options({ workers: 1, backoff: '1h' }).reconcile(async ({ metadata }) => {
        await environment.sleep(20);
        if (metadata.name === 'bad') throw new Error('broken');
      }),
    );
    await create('good');
    await create('bad');
    await environment.advance(1000);
    const lines = manager.metrics.split('\n');
    expect(lines).to.include.members([
      '# TYPE kubelib_controller_reconciles_total counter',
      'kubelib_controller_reconciles_total{controller="configmaps",result="done"} 1',
      'kubelib_controller_reconciles_total{controller="configmaps",result="failed"} 1',
      'kubelib_controller_keys{controller="configmaps",state="delayed"} 1',
      'kubelib_controller_keys{controller="configmaps",state="failing"} 1',
      'kubelib_controller_reconcile_seconds_bucket{controller="configmaps",le="0.01"} 0',
      'kubelib_controller_reconcile_seconds_bucket{controller="configmaps",le="0.025"} 2',
      'kubelib_controller_reconcile_seconds_bucket{controller="configmaps",le="+Inf"} 2',
      'kubelib_controller_reconcile_seconds_sum{controller="configmaps"} 0.04',
      'kubelib_controller_wait_seconds_bucket{controller="configmaps",le="0.001"} 1',
      'kubelib_cache_objects{group="",version="v1",resource="configmaps",view=""} 2',
      'kubelib_cache_age_seconds{group="",version="v1",resource="configmaps",view=""} 1',
    ]);
    await manager.stop();
    expect(manager.metrics).not.to.include('controller=');
  });

  it('lets go of what only its controllers have held', async () => {
    const { run, registries, environment } = await harness();
    const caches = new SharedCaches({ registries, environment });
    const manager = await run((builder) => builder.reads(secrets).reconcile(() => Promise.resolve()), { caches });
    expect(caches.all).to.have.length(2);
    await manager.stop();
    expect(caches.all).to.deep.equal([]);
    await caches.stop();
  });

  it('listens to no shared cache after its stop', async () => {
    const { create, run, registries, environment } = await harness();
    const caches = new SharedCaches({ registries, environment });
    const cache = caches.cache(configMaps);
    let asked = 0;
    const manager = await run((builder) => builder.watches(configMaps, () => [`${asked++}`]).reconcile(() => Promise.resolve()), {
      caches,
    });
    await manager.stop();
    asked = 0;
    await create('a');
    await environment.advance(0);
    expect([cache.size, asked]).to.deep.equal([1, 0]);
    await caches.stop();
  });

  it('does not start when a kind cannot be read, and says which controller', async () => {
    const { manage, environment } = await harness();
    const strange = { ...configMaps, plural: 'strange', kind: 'Strange', verbs: [] };
    const manager = manage([controllerFor(strange).reconcile(() => Promise.resolve())], { syncTimeout: '30s' });
    const failure = rejection(manager.start());
    await environment.advance(30_000);
    expect(await failure)
      .to.have.property('message')
      .that.matches(/controller strange: the caches .* 30000 ms/);
    expect(environment.pendingTimers).to.equal(0);
  });

  it('can be stopped while it waits for caches', async () => {
    const { manage, environment } = await harness();
    const strange = { ...configMaps, plural: 'strange', kind: 'Strange', verbs: [] };
    const manager = manage([controllerFor(strange).reconcile(() => Promise.resolve())]);
    const failure = rejection(manager.start());
    await environment.advance(1000);
    await manager.stop();
    expect(await failure).to.have.property('message', 'stopped');
    expect(environment.pendingTimers).to.equal(0);
  });

  it('refuses two controllers of one name', async () => {
    const { manage } = await harness();
    const twice: ControllerDefinition = controllerFor(configMaps).reconcile(() => Promise.resolve());
    expect(() => manage([twice, twice])).to.throw(TypeError, 'two controllers are named configmaps');
  });

  it('gives each controller a recorder in its name', async () => {
    const { create, run, registries, environment } = await harness();
    await create('a');
    await run((builder) =>
      builder.named('room-controller').reconcile((object, context) => {
        context.events.event(object, 'Normal', 'Furnished', 'Room a is furnished');
        return Promise.resolve();
      }),
    );
    await environment.advance(0);
    const { items } = await registries.registry(events).list();
    expect(items.map(({ source, reason }) => [source?.component, reason])).to.deep.equal([['room-controller', 'Furnished']]);
  });
});
