import { expect } from 'chai';
import { configMaps } from '../../lib/api/core/config-maps.js';
import { conflict } from '../../lib/api/status-error.js';
import type { Verdict } from '../../lib/controller/reconciler.js';
import { Terminal } from '../../lib/controller/reconciler.js';
import { harness } from './harness.js';

describe('the verdict of a reconcile', () => {
  /** Runs a controller whose reconciles of `a` answer as told, the last answer again; notes when each began. */
  const answering = async (...answers: (() => Verdict)[]) => {
    const parts = await harness();
    const begun: number[] = [];
    const reconcile = (): Promise<Verdict> => {
      begun.push(parts.environment.monotonic());
      const answer = answers.length > 1 ? answers.shift() : answers[0];
      return Promise.resolve().then(answer);
    };
    await parts.create('a');
    const manager = await parts.run((builder) => builder.options({ backoff: 100, maxBackoff: '1s' }).reconcile(reconcile));
    return { ...parts, manager, begun };
  };
  const fail = (error: Error) => () => {
    throw error;
  };

  it('nothing: done until something changes', async () => {
    const { environment, begun, change } = await answering(() => undefined);
    await environment.advance(3_600_000);
    expect(begun).to.deep.equal([0]);
    await change('a', { x: '1' });
    await environment.advance(0);
    expect(begun).to.deep.equal([0, 3_600_000]);
  });

  it('after: again after this time', async () => {
    const { environment, begun } = await answering(() => ({ after: '1m30s' }));
    await environment.advance(200_000);
    expect(begun).to.deep.equal([0, 90_000, 180_000]);
  });

  it('after: earlier when something changes, and then counted from there', async () => {
    const { environment, begun, change } = await answering(() => ({ after: 1000 }));
    await environment.advance(600);
    await change('a', { x: '1' });
    await environment.advance(1400);
    expect(begun).to.deep.equal([0, 600, 1600]);
  });

  it('after: what is no duration counts as a failure', async () => {
    const { environment, begun, logger } = await answering(
      () => ({ after: 'soon' }),
      () => undefined,
    );
    await environment.advance(1000);
    expect(begun).to.deep.equal([0, 100]);
    expect(logger.messages('warn')).to.deep.equal(['reconcile failed']);
  });

  it('again: at once, behind the keys that wait', async () => {
    const { environment, registry, create, run } = await harness();
    const order: string[] = [];
    for (const name of ['a', 'b', 'c']) await create(name);
    await run((builder) =>
      builder.options({ workers: 1 }).reconcile(({ metadata }) => {
        order.push(metadata.name);
        return Promise.resolve(order.length === 1 ? { again: true } : undefined);
      }),
    );
    await environment.advance(0);
    expect(order).to.deep.equal(['a', 'b', 'c', 'a']);
    expect(registry.definition).to.equal(configMaps);
  });

  it('drop: done, and the reason is logged', async () => {
    const { environment, begun, logger } = await answering(() => ({ drop: 'not ours' }));
    await environment.advance(3_600_000);
    expect(begun).to.deep.equal([0]);
    expect(logger.lines.find((line) => line.level === 'info')?.fields).to.include({
      key: 'default/a',
      reason: 'not ours',
      controller: 'configmaps',
    });
  });

  it('a failure: again with the back-off of the key, which a success ends', async () => {
    const broken = fail(new Error('broken'));
    const { environment, begun, logger, change } = await answering(
      broken,
      broken,
      broken,
      broken,
      broken,
      broken,
      () => undefined,
      broken,
      () => undefined,
    );
    await environment.advance(3900);
    expect(begun).to.deep.equal([0, 100, 300, 700, 1500, 2500, 3500]);
    expect(logger.lines.filter((line) => line.level === 'warn').map(({ fields }) => [fields['failures'], fields['retryIn']])).to.deep.equal(
      [[1, 100], [2, 200], [3, 400], [4, 800], [5, 1000], [6, 1000]], // prettier-ignore
    );
    await change('a', { x: '1' });
    await environment.advance(1000);
    expect(begun.slice(7)).to.deep.equal([3900, 4000]);
  });

  it('a failure: earlier when something changes', async () => {
    const { environment, begun, change } = await answering(fail(new Error('broken')), fail(new Error('broken')), () => undefined);
    await environment.advance(150);
    await change('a', { x: '1' });
    await environment.advance(3_600_000);
    expect(begun).to.deep.equal([0, 100, 150]);
  });

  it('Terminal: no retry until something changes', async () => {
    const { environment, begun, logger, change } = await answering(fail(new Terminal('no such class')));
    await environment.advance(3_600_000);
    expect(begun).to.deep.equal([0]);
    expect(logger.messages('error')).to.have.length(1);
    await change('a', { x: '1' });
    await environment.advance(0);
    expect(begun).to.have.length(2);
  });

  it('a conflict: again at once, after several in a row a little later, and not counted', async () => {
    const moved = fail(conflict(configMaps, 'a', 'it has been modified'));
    const broken = fail(new Error('broken'));
    const { environment, begun, logger } = await answering(moved, moved, broken, moved, broken, () => undefined);
    await environment.advance(1000);
    expect(begun).to.deep.equal([0, 0, 10, 110, 110, 310]);
    expect(logger.lines.filter((line) => line.level === 'warn').map(({ fields }) => fields['failures'])).to.deep.equal([1, 2]);
  });
});
