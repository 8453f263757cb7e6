import { expect } from 'chai';
import type { Taint, Toleration } from 'kubernetes-types/core/v1.js';
import { timestamp } from '../../lib/api/meta/time.js';
import { evictionTime, TaintTimes } from '../../lib/controllers/node-lifecycle/eviction.js';
import { UNREACHABLE } from '../../lib/controllers/node-lifecycle/node-taints.js';
import { podOf } from './running.js';

const NOW = Date.UTC(2025, 0, 1);
const own: Taint = { key: 'own', effect: 'NoExecute' };
const unreachable: Taint = { key: UNREACHABLE, effect: 'NoExecute' };
const tolerating = (key: string, tolerationSeconds?: number): Toleration => ({
  key,
  operator: 'Exists',
  ...(tolerationSeconds === undefined ? {} : { tolerationSeconds }),
});

describe('time of eviction', () => {
  /** Seconds after the taint appeared. */
  const seconds = (tolerations: Toleration[], taints: Taint[] = [own], created = NOW - 60_000) => {
    const pod = podOf('p', {}, { tolerations }, { creationTimestamp: timestamp(created) });
    return (
      (evictionTime(
        pod,
        taints.map((taint) => ({ taint, since: NOW })),
        10_000,
      ) -
        NOW) /
      1000
    );
  };

  it('is now for a taint that is not tolerated, never for one that is', () => {
    expect(seconds([])).to.equal(-Infinity);
    expect(seconds([tolerating('own')])).to.equal(Infinity);
  });

  it('is the shortest of the tolerations of a taint, and of its taints', () => {
    expect(seconds([tolerating('own', 60), tolerating('own', 30)])).to.equal(30);
    expect(seconds([tolerating('own', 60)], [own, { key: 'other', effect: 'NoExecute' }])).to.equal(-Infinity);
    expect(seconds([tolerating('own', -5)])).to.equal(0);
  });

  it('counts from when the pod came, where that was later', () => {
    expect(seconds([tolerating('own', 30)], [own], NOW + 100_000)).to.equal(130);
  });

  it('for a node that does not answer, replaces the default toleration alone', () => {
    expect(seconds([], [unreachable])).to.equal(10);
    expect(seconds([tolerating(UNREACHABLE, 300)], [unreachable])).to.equal(10);
    expect(seconds([tolerating(UNREACHABLE, 60)], [unreachable])).to.equal(60);
    expect(seconds([tolerating(UNREACHABLE)], [unreachable])).to.equal(Infinity);
    expect(seconds([tolerating('own', 300)])).to.equal(300);
  });

  it('remembers since when a taint is there that does not say so, until it goes', () => {
    const times = new TaintTimes();
    const since = (taints: Taint[], now: number) => times.driving('n', taints, now).map((one) => one.since);
    expect(since([own, { key: 'x', effect: 'NoSchedule' }], 1000)).to.deep.equal([1000]);
    expect(since([own, { ...unreachable, timeAdded: timestamp(NOW) }], 2000)).to.deep.equal([1000, NOW]);
    expect(since([], 3000)).to.deep.equal([]);
    expect(since([own], 4000)).to.deep.equal([4000]);
  });
});
