import { expect } from 'chai';
import type { ConfigMap } from 'kubernetes-types/core/v1.js';
import { VirtualEnvironment } from '../../lib/base/virtual-environment.js';
import { configMaps } from '../../lib/api/core/config-maps.js';
import { expired } from '../../lib/api/status-error.js';
import type { CacheEvent } from '../../lib/watch/cache.js';
import { RegistryCache } from '../../lib/watch/registry-cache.js';
import { memoryCluster } from '../support/memory-cluster.js';
import { RecordingLogger } from '../support/recording-logger.js';
import { configMap, page, ScriptedReader } from './scripted-reader.js';

const text = ({ old, object, initial }: CacheEvent<ConfigMap>) => {
  const shown = (one: typeof old) => (one ? `${one.metadata.name}@${one.metadata.resourceVersion}` : '-');
  return `${shown(old)} > ${shown(object)}${initial ? ' !' : ''}`;
};

describe('RegistryCache', () => {
  const scripted = async (...answers: ConstructorParameters<typeof ScriptedReader>) => {
    const environment = new VirtualEnvironment();
    const logger = new RecordingLogger();
    const reader = new ScriptedReader(...answers);
    const cache = new RegistryCache({ reader, environment, logger, backoff: { first: 100, max: 100 } });
    const seen: string[] = [];
    cache.changes.subscribe((event) => seen.push(text(event)));
    await cache.start();
    await environment.advance(0);
    return { environment, logger, reader, cache, seen };
  };
  const names = (cache: RegistryCache<ConfigMap>) => cache.list().map(({ metadata }) => metadata.name);

  it('shows the objects of a real registry, and each change after it', async () => {
    const { environment, registries, stop } = await memoryCluster();
    const registry = registries.registry(configMaps);
    await registry.create({ metadata: { name: 'a', namespace: 'default' } });
    const cache = new RegistryCache({ reader: registry, environment });
    await cache.start();
    await environment.advance(0);
    await cache.synced;
    expect(names(cache)).to.deep.equal(['a']);
    const b = await registry.create({ metadata: { name: 'b', namespace: 'default' } });
    await registry.modify({ name: 'a', namespace: 'default' }, (current) => ({ ...current, data: { x: 'y' } }));
    await environment.advance(0);
    expect(cache.get({ name: 'a', namespace: 'default' })?.data).to.deep.equal({ x: 'y' });
    expect(cache.getByKey('default/b'), 'shared, not copied').to.equal(b);
    await registry.delete({ name: 'a', namespace: 'default' });
    await environment.advance(0);
    expect(names(cache)).to.deep.equal(['b']);
    await cache.stop();
    await stop();
    expect(environment.pendingTimers).to.equal(0);
  });

  it('shows what it has before it is synced, and says when it is', async () => {
    const { environment, reader, cache, seen } = await scripted(page(5, [configMap('a', 3)], 'more'), new Error('down'));
    let synced = false;
    void cache.synced.then(() => (synced = true));
    await environment.advance(0);
    expect([names(cache), cache.isSynced, synced]).to.deep.equal([['a'], false, false]);
    reader.answer(page(6, [configMap('b', 6)]));
    await environment.advance(100);
    expect([names(cache), cache.isSynced, synced, cache.resourceVersion]).to.deep.equal([['b'], true, true, '6']);
    expect(seen).to.deep.equal(['- > a@3 !', '- > b@6 !', 'a@3 > - !']);
  });

  it('tells changes with what was before, after it shows them', async () => {
    const { reader, cache, seen } = await scripted(page(5, [configMap('a', 3)]));
    const shown: unknown[] = [];
    cache.changes.subscribe(({ object }) => shown.push(object === cache.getByKey('default/a')));
    reader.watched.next({ type: 'MODIFIED', object: configMap('a', 6) });
    reader.watched.next({ type: 'DELETED', object: configMap('a', 7) });
    reader.watched.next({ type: 'DELETED', object: configMap('unknown', 8) });
    expect(seen).to.deep.equal(['- > a@3 !', 'a@3 > a@6', 'a@7 > -']);
    expect(shown).to.deep.equal([true, true]);
    expect(cache.resourceVersion).to.equal('8');
  });

  it('swaps at once after a lost history, and tells only the differences, deletions included', async () => {
    const { environment, reader, cache, seen } = await scripted(
      page(5, [configMap('same', 1), configMap('changed', 2), configMap('gone', 3)]),
    );
    seen.length = 0;
    const kept = cache.getByKey('default/same');
    const during: string[][] = [];
    cache.changes.subscribe(() => during.push(names(cache).sort()));
    reader.answer(page(90, [configMap('same', 1), configMap('changed', 80)], 'more'), page(90, [configMap('new', 90)]));
    reader.watched.error(expired());
    await environment.advance(100);
    expect(seen).to.deep.equal(['changed@2 > changed@80 !', '- > new@90 !', 'gone@3 > - !']);
    expect(during, 'no subscriber sees a half').to.deep.equal(Array(3).fill(['changed', 'new', 'same']));
    expect(cache.getByKey('default/same')).to.equal(kept);
  });

  it('shows what was until a list after a restart is through', async () => {
    const { environment, reader, cache } = await scripted(page(5, [configMap('a', 1)]));
    reader.answer(page(9, [configMap('b', 9)], 'more'), new Error('down'));
    reader.watched.error(expired());
    await environment.advance(100);
    expect([names(cache), cache.isSynced, reader.lists.length]).to.deep.equal([['a'], true, 3]);
  });

  it('tells a name that another object has taken as a deletion and a creation', async () => {
    const { environment, reader, seen } = await scripted(page(5, [configMap('a', 1, 'first')]));
    reader.answer(page(9, [configMap('a', 9, 'second')]));
    reader.watched.error(expired());
    await environment.advance(100);
    expect(seen).to.deep.equal(['- > a@1 !', 'a@1 > - !', '- > a@9 !']);
  });

  it('does not let a subscriber that throws disturb anybody', async () => {
    const { reader, cache, seen, logger } = await scripted(page(5, []));
    cache.changes.subscribe(() => {
      throw new Error('broken');
    });
    const later: string[] = [];
    cache.changes.subscribe((event) => later.push(text(event)));
    reader.watched.next({ type: 'ADDED', object: configMap('a', 6) });
    reader.watched.next({ type: 'MODIFIED', object: configMap('a', 7) });
    expect(seen).to.deep.equal(['- > a@6', 'a@6 > a@7']);
    expect(later).to.deep.equal(seen);
    expect(logger.messages('error')).to.have.length(2);
  });

  it('logs watch errors, and a lost history as nothing unusual', async () => {
    const { environment, reader, logger } = await scripted(page(5, []));
    reader.watched.error(expired());
    await environment.advance(100);
    reader.watched.error(new Error('reset'));
    expect(logger.messages('info')).to.have.length(1);
    expect(logger.messages('warn')).to.have.length(1);
    expect(logger.lines[1]?.fields).to.include({ cache: 'configmaps', phase: 'watch', retryIn: 100 });
  });

  it('stops its watch and keeps what it has; started again, it tells what changed meanwhile', async () => {
    const { environment, reader, cache, seen } = await scripted(page(5, [configMap('a', 1), configMap('b', 1)]));
    await cache.start();
    expect(reader.watches).to.have.length(1);
    await cache.stop();
    await cache.stop();
    expect([reader.watched.observed, environment.pendingTimers]).to.deep.equal([false, 0]);
    expect(names(cache)).to.deep.equal(['a', 'b']);
    seen.length = 0;
    reader.answer(page(9, [configMap('b', 9)]));
    await cache.start();
    await environment.advance(0);
    expect(seen).to.deep.equal(['b@1 > b@9 !', 'a@1 > - !']);
    await cache.stop();
  });

  describe('indexes', () => {
    const withData = (name: string, resourceVersion: number, ...data: string[]) => ({
      ...configMap(name, resourceVersion),
      data: Object.fromEntries(data.map((key) => [key, ''])),
    });
    const byData = (object: ConfigMap) => Object.keys(object.data ?? {});

    it('are kept up by each change, wherever they were made', async () => {
      const { reader, cache } = await scripted(page(5, [withData('a', 1, 'x', 'y')]));
      const index = cache.index('data', byData);
      const at = (value: string) => index.get(value).map(({ metadata }) => `${metadata.name}@${metadata.resourceVersion}`);
      expect([at('x'), at('y'), at('z')]).to.deep.equal([['a@1'], ['a@1'], []]);
      reader.watched.next({ type: 'ADDED', object: withData('b', 6, 'y') });
      reader.watched.next({ type: 'MODIFIED', object: withData('a', 7, 'y', 'z') });
      expect([at('x'), at('y').sort(), at('z')]).to.deep.equal([[], ['a@7', 'b@6'], ['a@7']]);
      reader.watched.next({ type: 'DELETED', object: withData('a', 8, 'y', 'z') });
      expect([at('x'), at('y'), at('z')]).to.deep.equal([[], ['b@6'], []]);
      expect(cache.index('data', byData), 'made once').to.equal(index);
    });

    it('follow a swap after a restart', async () => {
      const { environment, reader, cache } = await scripted(page(5, [withData('a', 1, 'x'), withData('b', 2, 'x')]));
      const index = cache.index('data', byData);
      reader.answer(page(9, [withData('b', 9, 'y')]));
      reader.watched.error(expired());
      await environment.advance(100);
      expect([index.get('x').length, index.get('y').length]).to.deep.equal([0, 1]);
    });

    it('give an array that later changes do not touch, and the same one until there is a change', async () => {
      const { reader, cache } = await scripted(page(5, [withData('a', 1, 'x')]));
      const index = cache.index('data', byData);
      const before = index.get('x');
      expect(index.get('x')).to.equal(before);
      reader.watched.next({ type: 'ADDED', object: withData('b', 6, 'x') });
      expect([before.length, index.get('x').length]).to.deep.equal([1, 2]);
    });

    it('report a function that throws, and go on without the object', async () => {
      const { reader, cache, logger } = await scripted(page(5, []));
      const index = cache.index('broken', ({ metadata }) => {
        if (metadata.name === 'bad') throw new Error('broken');
        return ['all'];
      });
      reader.watched.next({ type: 'ADDED', object: configMap('bad', 6) });
      reader.watched.next({ type: 'ADDED', object: configMap('good', 7) });
      expect(index.get('all')).to.have.length(1);
      expect(cache.size).to.equal(2);
      expect(logger.messages('error')).to.deep.equal(['an index of a cache failed']);
    });

    it('list by namespace', async () => {
      const { cache } = await scripted(page(5, [configMap('a', 1, 'a', 'one'), configMap('b', 2, 'b', 'two')]));
      expect(cache.list('two').map(({ metadata }) => metadata.name)).to.deep.equal(['b']);
      expect(cache.list('three')).to.deep.equal([]);
    });
  });
});
