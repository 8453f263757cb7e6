import { expect } from 'chai';
import type { ConfigMap } from 'kubernetes-types/core/v1.js';
import type { Stored } from '../../lib/api/object.js';
import type { Reconciler, Verdict } from '../../lib/controller/reconciler.js';
import { harness } from './harness.js';

describe('a reconciler with cleanup', () => {
  const running = async (cleanup: () => Verdict = () => undefined, finalizer?: string) => {
    const parts = await harness();
    const seen: string[] = [];
    const note = (what: string) => (object: ConfigMap) => {
      seen.push(`${what} ${object.metadata?.name} [${object.metadata?.finalizers?.join() ?? ''}]`);
      return Promise.resolve();
    };
    const reconciler: Reconciler<ConfigMap> = {
      reconcile: note('reconcile'),
      cleanup: (object) => note('cleanup')(object).then(cleanup),
      gone: ({ name }) => Promise.resolve(void seen.push(`gone ${name}`)),
    };
    const manager = await parts.run((builder) => {
      const named = builder.named('rooms').options({ backoff: 100 });
      return (finalizer ? named.finalizer(finalizer) : named).reconcile(reconciler);
    });
    const read = () => parts.registry.list({ namespace: 'default' }).then(({ items }) => items);
    return { ...parts, manager, seen, read };
  };

  it('has its finalizer on an object before it reconciles it', async () => {
    const { create, environment, seen } = await running();
    await create('a');
    await environment.advance(0);
    expect(seen[0]).to.equal('reconcile a [kubelib.dev/rooms]');
  });

  it('uses the finalizer of its definition', async () => {
    const { create, environment, seen } = await running(undefined, 'play.example.com/rooms');
    await create('a');
    await environment.advance(0);
    expect(seen[0]).to.equal('reconcile a [play.example.com/rooms]');
  });

  it('cleans up an object that is being deleted, which then goes', async () => {
    const { create, remove, environment, seen, read } = await running();
    await create('a');
    await environment.advance(0);
    seen.length = 0;
    await remove('a');
    await environment.advance(0);
    expect(seen).to.deep.equal(['cleanup a [kubelib.dev/rooms]', 'gone a']);
    expect(await read()).to.deep.equal([]);
  });

  it('keeps the finalizer while the cleanup fails or asks for another call', async () => {
    const answers: (() => Verdict)[] = [
      () => {
        throw new Error('broken');
      },
      () => ({ after: 200 }),
      () => ({ again: true }),
    ];
    const { create, remove, environment, seen, read } = await running(() => answers.shift()?.());
    await create('a');
    await environment.advance(0);
    await remove('a');
    await environment.advance(299);
    expect(seen.filter((line) => line.startsWith('cleanup'))).to.have.length(2);
    expect(await read()).to.have.length(1);
    await environment.advance(1);
    expect(seen.filter((line) => line.startsWith('cleanup'))).to.have.length(4);
    expect(await read()).to.deep.equal([]);
  });

  it('leaves finalizers of others alone, and an object that waits for them', async () => {
    const { create, change, registry, remove, environment, seen, read } = await running();
    await create('a');
    await registry.modify({ name: 'a', namespace: 'default' }, (current) => ({
      ...current,
      metadata: { ...current.metadata, finalizers: [...(current.metadata.finalizers ?? []), 'example.com/other'] },
    }));
    await environment.advance(0);
    await remove('a');
    await environment.advance(0);
    seen.length = 0;
    await change('a', { x: '1' });
    await environment.advance(0);
    expect((await read())[0]?.metadata.finalizers).to.deep.equal(['example.com/other']);
    expect(seen, 'neither cleaned up twice nor reconciled').to.deep.equal([]);
  });

  it('leaves the finalizer of another object that has taken the name', async () => {
    const { create, registry, remove, environment, read } = await running(undefined, 'example.com/rooms');
    const name = { name: 'a', namespace: 'default' };
    await create('a');
    await environment.advance(0);
    const modify = registry.modify.bind(registry);
    let second: Stored<ConfigMap> | undefined;
    registry.modify = async (...args) => {
      if (!second) {
        await modify(name, (current) => ({ ...current, metadata: { ...current.metadata, finalizers: [] } }));
        second = await registry.create({ metadata: { ...name, finalizers: ['example.com/rooms'] } });
      }
      return modify(...args);
    };
    await remove('a');
    await environment.advance(0);
    expect(await read(), 'not written since').to.deep.equal([second]);
  });

  it('puts no finalizer on an object that is already being deleted', async () => {
    const parts = await harness();
    await parts.registry.create({ metadata: { name: 'a', namespace: 'default', finalizers: ['example.com/other'] } });
    await parts.remove('a');
    const seen: string[] = [];
    const note = () => Promise.resolve(void seen.push('called'));
    await parts.run((builder) => builder.reconcile({ reconcile: note, cleanup: note }));
    expect(seen).to.deep.equal([]);
    expect((await parts.registry.get({ name: 'a', namespace: 'default' })).metadata.finalizers).to.deep.equal(['example.com/other']);
  });
});

describe('a reconciler without cleanup', () => {
  it('puts no finalizer on its objects, and sees them being deleted', async () => {
    const { registry, remove, run, environment } = await harness();
    await registry.create({ metadata: { name: 'a', namespace: 'default', finalizers: ['example.com/other'] } });
    const seen: unknown[] = [];
    await run((builder) =>
      builder.reconcile(({ metadata }) => Promise.resolve(void seen.push(metadata.finalizers, metadata.deletionTimestamp !== undefined))),
    );
    await remove('a');
    await environment.advance(0);
    expect(seen).to.deep.equal([['example.com/other'], false, ['example.com/other'], true]);
  });
});
