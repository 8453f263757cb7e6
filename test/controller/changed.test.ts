import { expect } from 'chai';
import { replicationControllers } from '../../lib/api/core/replication-controllers.js';
import { changed } from '../../lib/controller/changed.js';
import type { ChangePredicate } from '../../lib/controller/changed.js';
import { controllerFor } from '../../lib/controller/controller-for.js';
import type { ReplicationController } from 'kubernetes-types/core/v1.js';
import { podOf, running } from '../controllers/running.js';
import type { Running } from '../controllers/running.js';

describe('Predicates of changes', () => {
  let cluster: Running;
  let runs = 0;
  beforeEach(() => (runs = 0));
  afterEach(() => cluster.stop());

  const name = { name: 'a', namespace: 'default' };
  const registry = () => cluster.registry(replicationControllers);
  /** Starts a controller that counts its runs, and an object for it. */
  const run = async (...predicates: readonly ChangePredicate<ReplicationController>[]) => {
    const counting = controllerFor(replicationControllers)
      .when(...predicates)
      .reconcile(() => Promise.resolve(void (runs += 1)));
    cluster = await running([counting]);
    const template = { metadata: { labels: { app: 'a' } }, spec: podOf('x').spec! };
    await registry().create({ metadata: { ...name, labels: { tier: '1' } }, spec: { replicas: 0, template } });
    await cluster.settle();
    expect(runs, 'an object that comes').to.equal(1);
    runs = 0;
  };
  type Change = 'spec' | 'status' | 'tier' | 'other' | 'note';
  /** How often it ran for each change. */
  const ran = async (...changes: readonly Change[]) => {
    const counts: Partial<Record<Change, number>> = {};
    for (const change of changes) {
      runs = 0;
      if (change === 'status')
        await registry()
          .subresource('status')
          .modify(name, (one) => ({ ...one, status: { ...one.status, replicas: 7 } }));
      else
        await registry().modify(name, (one) => ({
          ...one,
          metadata: {
            ...one.metadata,
            labels: { ...one.metadata.labels, ...(change === 'tier' || change === 'other' ? { [change]: 'new' } : {}) },
            annotations: { ...one.metadata.annotations, ...(change === 'note' ? { note: 'new' } : {}) },
          },
          spec: { ...one.spec, ...(change === 'spec' ? { replicas: 5 } : {}) },
        }));
      await cluster.settle();
      counts[change] = runs;
    }
    return counts;
  };

  it('are none by default: every change counts', async () => {
    await run();
    expect(await ran('spec', 'status', 'tier', 'note')).to.deep.equal({ spec: 1, status: 1, tier: 1, note: 1 });
  });

  it('tell specs, and labels by name', async () => {
    await run(changed.spec, changed.labels('tier'));
    expect(await ran('status', 'other', 'note', 'spec', 'tier')).to.deep.equal({ status: 0, other: 0, note: 0, spec: 1, tier: 1 });
  });

  it('tell any labels, annotations, the status, and parts of one’s own', async () => {
    await run(changed.labels());
    expect(await ran('other', 'note', 'spec')).to.deep.equal({ other: 1, note: 0, spec: 0 });
    await cluster.stop();
    await run(changed.annotations('note'));
    expect(await ran('other', 'note', 'spec')).to.deep.equal({ other: 0, note: 1, spec: 0 });
    await cluster.stop();
    await run(changed.status);
    expect(await ran('status', 'spec')).to.deep.equal({ status: 1, spec: 0 });
    await cluster.stop();
    await run(changed.part(({ spec }) => spec?.replicas));
    expect(await ran('note', 'spec')).to.deep.equal({ note: 0, spec: 1 });
  });

  it('do not hide that an object begins to be deleted, or goes', async () => {
    await run(changed.spec);
    await registry().modify(name, (one) => ({ ...one, metadata: { ...one.metadata, finalizers: ['example.com/held'] } }));
    await cluster.settle();
    expect(runs).to.equal(0);
    await registry().delete(name);
    await cluster.settle();
    expect(runs).to.equal(1);
  });
});
