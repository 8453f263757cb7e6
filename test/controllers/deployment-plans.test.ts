import { expect } from 'chai';
import type { Deployment, DeploymentSpec, ReplicaSet } from 'kubernetes-types/apps/v1.js';
import type { Stored } from '../../lib/api/object.js';
import { timestamp } from '../../lib/api/meta/time.js';
import { rolloutStatus } from '../../lib/controllers/deployment/deployment-status.js';
import { expiredSets } from '../../lib/controllers/deployment/history.js';
import { maxReplicas, maxSurge, maxUnavailable, minAvailable } from '../../lib/controllers/deployment/limits.js';
import { deadlineIn } from '../../lib/controllers/deployment/progress.js';
import { isClear, recreateStep } from '../../lib/controllers/deployment/recreate.js';
import type { Resize } from '../../lib/controllers/deployment/resize.js';
import { revisionAnnotations } from '../../lib/controllers/deployment/revisions.js';
import { firstSize, rollingUpdateStep } from '../../lib/controllers/deployment/rolling-update.js';
import type { FullDeploymentStatus, Rollout } from '../../lib/controllers/deployment/rollout.js';
import { scaledSizes } from '../../lib/controllers/deployment/scaling.js';
import { webOf } from './deployed.js';

/** What is said of a ReplicaSet in these tests. */
interface Sketch {
  readonly name: string;
  readonly size: number;
  /** Pods that its controller saw last. Default: as many as its size. */
  readonly seen?: number;
  readonly available?: number;
  readonly terminating?: number;
  readonly generation?: number;
  readonly observed?: number;
  readonly revision?: string;
  /** Seconds since 1970 when it was made. Default 0. */
  readonly made?: number;
  readonly annotations?: Readonly<Record<string, string>>;
}

const NOW = 1_000_000_000;
const stored = { uid: 'd', resourceVersion: '1', creationTimestamp: timestamp(0) };

const deploymentOf = (spec: Partial<DeploymentSpec>, status: FullDeploymentStatus = {}): Stored<Deployment> => {
  const { metadata, spec: whole } = webOf(spec);
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { ...metadata, name: 'web', generation: 1, ...stored },
    spec: whole!,
    status,
  };
};

function setOf({
  name,
  size,
  seen = size,
  available = seen,
  terminating = 0,
  generation = 1,
  observed = generation,
  ...more
}: Sketch): Stored<ReplicaSet> {
  const annotations = {
    ...more.annotations,
    ...(more.revision === undefined ? {} : { 'deployment.kubernetes.io/revision': more.revision }),
  };
  const status = {
    replicas: seen,
    readyReplicas: available,
    availableReplicas: available,
    terminatingReplicas: terminating,
    observedGeneration: observed,
  };
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { ...stored, name, uid: name, creationTimestamp: timestamp((more.made ?? 0) * 1000), generation, annotations },
    spec: { replicas: size, selector: {} },
    status,
  };
}

const rolling = (replicas: number, surge: number | string, unavailable: number | string): Partial<DeploymentSpec> => ({
  replicas,
  strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: surge, maxUnavailable: unavailable } },
});
const rollout = (spec: Partial<DeploymentSpec>, current: Sketch | undefined, ...old: Sketch[]): Rollout => ({
  deployment: deploymentOf(spec),
  current: current && setOf(current),
  old: old.map(setOf),
});
const sizes = (resizes: readonly Resize[]) => Object.fromEntries(resizes.map(({ set, size }) => [set.metadata.name, size]));

describe('the plans of a Deployment', () => {
  describe('limits', () => {
    for (const [replicas, surge, unavailable, most, least] of [
      [10, '25%', '25%', 13, 8],
      [1, '25%', '25%', 2, 1],
      [3, 1, 1, 4, 2],
      [2, '0%', '1%', 2, 1],
      [4, 0, '100%', 4, 0],
      [3, 0, 5, 3, 0],
      [200, '1%', '0%', 202, 200],
    ] as const)
      it(`of ${replicas} with surge ${surge} and ${unavailable} unavailable: at most ${most}, at least ${least}`, () => {
        const deployment = deploymentOf(rolling(replicas, surge, unavailable));
        expect([maxReplicas(deployment), minAvailable(deployment)]).to.deep.equal([most, least]);
      });

    it('are nothing for none, and for other strategies', () => {
      for (const spec of [rolling(0, 0, '25%'), { replicas: 3, strategy: { type: 'Recreate' } }])
        expect([maxSurge(deploymentOf(spec)), maxUnavailable(deploymentOf(spec))]).to.deep.equal([0, 0]);
    });
  });

  describe('a step of a rolling update', () => {
    const step = (spec: Partial<DeploymentSpec>, current: Sketch, ...old: Sketch[]) => {
      const all = rollout(spec, current, ...old);
      return sizes(rollingUpdateStep(all, all.current!));
    };

    it('grows the new one before it shrinks an old one', () => {
      expect(step(rolling(10, 3, 2), { name: 'new', size: 0 }, { name: 'old', size: 10 })).to.deep.equal({ new: 3 });
      expect(step(rolling(10, 3, 2), { name: 'new', size: 3, available: 0 }, { name: 'old', size: 10 })).to.deep.equal({ old: 8 });
      expect(step(rolling(10, 3, 2), { name: 'new', size: 5, available: 0 }, { name: 'old', size: 8 })).to.deep.equal({});
    });

    it('does not count on pods that an old one has by its status, and will lose by its size', () => {
      expect(step(rolling(10, 3, 2), { name: 'new', size: 5, available: 1 }, { name: 'old', size: 8, seen: 10 })).to.deep.equal({ old: 7 });
    });

    it('leaves no room to pods that an old one has yet to remove', () => {
      expect(step(rolling(10, 3, 2), { name: 'new', size: 3, available: 0 }, { name: 'old', size: 8, seen: 10 })).to.deep.equal({});
      expect(firstSize(rollout(rolling(4, 0, 1), undefined, { name: 'old', size: 3, seen: 4 }))).to.equal(0);
      expect(firstSize(rollout(rolling(4, 0, 1), undefined, { name: 'old', size: 3 }))).to.equal(1);
    });

    it('takes pods that are not available first, wherever they are, then those of the oldest', () => {
      const old = [
        { name: 'older', size: 5 },
        { name: 'newer', size: 4, available: 1 },
      ];
      expect(step(rolling(10, 0, 5), { name: 'new', size: 1 }, ...old)).to.deep.equal({ older: 3, newer: 1 });
    });

    it('takes no more than it can spare of those that are not available', () => {
      expect(step(rolling(10, 0, 2), { name: 'new', size: 0 }, { name: 'old', size: 10, available: 3 })).to.deep.equal({ old: 8 });
    });

    it('shrinks the new one when the Deployment has become smaller', () => {
      expect(step(rolling(2, 1, 0), { name: 'new', size: 5 })).to.deep.equal({ new: 2 });
    });
  });

  describe('a step of Recreate', () => {
    const recreate = { replicas: 3, strategy: { type: 'Recreate' } };

    it('ends all old ones, waits for that to be seen and for their pods to be gone, and makes all new ones', () => {
      const step = (old: Sketch) => sizes(recreateStep(rollout(recreate, { name: 'new', size: 0 }, old)));
      expect(step({ name: 'old', size: 3 })).to.deep.equal({ old: 0 });
      expect(step({ name: 'old', size: 0, seen: 3 })).to.deep.equal({});
      expect(step({ name: 'old', size: 0, terminating: 1 })).to.deep.equal({});
      expect(step({ name: 'old', size: 0, generation: 2, observed: 1 })).to.deep.equal({});
      expect(step({ name: 'old', size: 0 })).to.deep.equal({ new: 3 });
    });

    it('is ready for a new ReplicaSet once nothing old is left', () => {
      expect(isClear(rollout(recreate, undefined, { name: 'old', size: 0, terminating: 1 }))).to.equal(false);
      expect(isClear(rollout(recreate, undefined, { name: 'old', size: 0 }))).to.equal(true);
      expect(isClear(rollout(recreate, undefined))).to.equal(true);
    });
  });

  describe('scaling', () => {
    const scaled = (spec: Partial<DeploymentSpec>, current: Sketch | undefined, ...old: Sketch[]) =>
      sizes(scaledSizes(rollout(spec, current, ...old)));
    const of = (most: number) => ({ annotations: { 'deployment.kubernetes.io/max-replicas': String(most) } });

    it('gives all to the only one that has pods; to the newest when none has', () => {
      expect(scaled(rolling(5, 1, 0), { name: 'new', size: 0 }, { name: 'old', size: 3 })).to.deep.equal({ old: 5 });
      expect(scaled(rolling(5, 1, 0), { name: 'new', size: 0 }, { name: 'old', size: 0 })).to.deep.equal({ new: 5 });
      expect(scaled(rolling(5, 1, 0), undefined, { name: 'older', size: 0 }, { name: 'newer', size: 0 })).to.deep.equal({ newer: 5 });
      expect(scaled(rolling(5, 1, 0), undefined)).to.deep.equal({});
    });

    it('gives each its share, and what rounding leaves over or overdraws to the largest', () => {
      expect(scaled(rolling(20, 3, 0), { name: 'new', size: 5, ...of(13) }, { name: 'old', size: 8, ...of(13) })).to.deep.equal({
        old: 14,
        new: 9,
      });
      // 3.6, 3.6 and 3.6 of 11: rounded up twice, the last gets what is left.
      const three = ['a', 'b', 'c'].map((name, made) => ({ name, size: 3, made, ...of(9) }));
      expect(scaled(rolling(11, 0, 1), three[2], three[0]!, three[1]!)).to.deep.equal({ c: 4, b: 4, a: 3 });
      // 1.3 each: rounded down thrice, the largest, here the newest, gets the rest.
      const ones = ['a', 'b', 'c'].map((name, made) => ({ name, size: 1, made, ...of(3) }));
      expect(scaled(rolling(4, 0, 1), ones[2], ones[0]!, ones[1]!)).to.deep.equal({ c: 2, b: 1, a: 1 });
      // 0.67 each of 2: the oldest, first when it shrinks, pays.
      expect(scaled(rolling(2, 0, 1), ones[2], ones[0]!, ones[1]!)).to.deep.equal({ a: 0, b: 1, c: 1 });
    });

    it('reckons with the pods that there are where a ReplicaSet does not say what it is a share of', () => {
      const { deployment, ...sets } = rollout(rolling(20, 0, 1), { name: 'new', size: 5 }, { name: 'old', size: 5 });
      expect(sizes(scaledSizes({ ...sets, deployment: { ...deployment, status: { replicas: 10 } } }))).to.deep.equal({ old: 10, new: 10 });
    });

    it('ends old ones when the new one has all pods, and all are available', () => {
      const all = {
        name: 'new',
        size: 3,
        annotations: { 'deployment.kubernetes.io/desired-replicas': '3', 'deployment.kubernetes.io/max-replicas': '4' },
      };
      expect(scaled(rolling(3, 1, 0), all, { name: 'old', size: 1 })).to.deep.equal({ old: 0 });
      expect(scaled(rolling(3, 1, 0), { ...all, available: 2 }, { name: 'old', size: 1 })).to.not.deep.equal({ old: 0 });
    });

    it('takes all pods of all for a size of nothing', () => {
      expect(scaled(rolling(0, 3, 0), { name: 'new', size: 5 }, { name: 'old', size: 8 })).to.deep.equal({ old: 0, new: 0 });
    });
  });

  describe('history', () => {
    const expired = (limit: number, ...old: Sketch[]) =>
      expiredSets(rollout({ revisionHistoryLimit: limit }, { name: 'new', size: 1 }, ...old)).map(({ metadata }) => metadata.name);

    it('goes by revision, as a number, and by age among equals', () => {
      const old = [
        { name: 'ten', size: 0, revision: '10' },
        { name: 'nine', size: 0, revision: '9' },
        { name: 'late', size: 0, made: 2 },
        { name: 'early', size: 0, made: 1 },
      ];
      expect(expired(1, ...old)).to.deep.equal(['early', 'late', 'nine']);
      expect(expired(4, ...old)).to.deep.equal([]);
      expect(expired(2 ** 31 - 1, ...old)).to.deep.equal([]);
    });

    it('keeps what has pods, or may have', () => {
      expect(
        expired(0, { name: 'a', size: 1, seen: 0 }, { name: 'b', size: 0, seen: 1 }, { name: 'c', size: 0, generation: 3, observed: 2 }),
      ).to.deep.equal([]);
    });

    it('remembers what a ReplicaSet was before, as long as that is not too long', () => {
      const deployment = deploymentOf({});
      const had = {
        'deployment.kubernetes.io/revision': '7',
        'deployment.kubernetes.io/revision-history': Array(1000).fill('1').join(','),
      };
      const now = revisionAnnotations(deployment, had, 12);
      expect(now['deployment.kubernetes.io/revision']).to.equal('12');
      expect(now['deployment.kubernetes.io/revision-history']).to.match(/1,7$/).and.to.have.length.at.most(2000);
      expect(revisionAnnotations(deployment, now, 5), 'never back').to.deep.equal(now);
      expect(
        revisionAnnotations(deployment, { 'deployment.kubernetes.io/revision': 'x' }, 5)['deployment.kubernetes.io/revision'],
      ).to.equal('x');
    });
  });

  describe('progress', () => {
    const since = NOW - 100_000;
    const condition = (reason: string, at = since) => ({
      type: 'Progressing',
      status: 'True',
      reason,
      message: 'before',
      lastUpdateTime: timestamp(at),
      lastTransitionTime: timestamp(at),
    });
    /** The condition Progressing after these counts, in a rollout from `old` to `new`, and the time until the deadline. */
    const progress = (reason: string, before: FullDeploymentStatus, current: Sketch, old: Sketch, deadline = 600) => {
      const deployment = deploymentOf({ replicas: 3, progressDeadlineSeconds: deadline }, { ...before, conditions: [condition(reason)] });
      const status = rolloutStatus({
        rollout: { deployment, current: setOf(current), old: [setOf(old)] },
        conditions: [condition(reason)],
        now: NOW,
      });
      const { reason: after, lastUpdateTime } = status.conditions!.find(({ type }) => type === 'Progressing')!;
      return { reason: after, renewed: lastUpdateTime === timestamp(NOW), left: deadlineIn(deployment, status, NOW) };
    };
    const counts = { replicas: 4, updatedReplicas: 1, readyReplicas: 3, availableReplicas: 3, observedGeneration: 1 };
    const current = { name: 'new', size: 1, available: 0 };
    const old = { name: 'old', size: 3 };
    const waiting = 'ReplicaSetUpdated';

    it('is none when all is as it was; the deadline runs on from the last one', () => {
      expect(progress(waiting, counts, current, old)).to.deep.equal({ reason: waiting, renewed: false, left: 500_001 });
      expect(progress(waiting, counts, current, old, 99)).to.deep.include({ reason: 'ProgressDeadlineExceeded', left: Infinity });
      expect(progress(waiting, counts, current, old, 100), 'just in time').to.deep.include({ reason: waiting, left: 1 });
    });

    it('is more new pods, fewer old ones, more that are ready, more that are available', () => {
      const cases: readonly (readonly [FullDeploymentStatus, Sketch, Sketch])[] = [
        [counts, { ...current, size: 2, seen: 2, available: 0 }, old],
        [{ ...counts, readyReplicas: 2, availableReplicas: 2 }, current, { ...old, size: 2 }],
        [{ ...counts, readyReplicas: 2 }, current, old],
        [{ ...counts, availableReplicas: 2 }, current, old],
      ];
      for (const [before, now, left] of cases)
        expect(progress(waiting, before, now, left)).to.deep.equal({ reason: waiting, renewed: true, left: 600_001 });
      expect(progress(waiting, { ...counts, replicas: 4 }, current, { ...old, size: 2 }), 'an old one has gone').to.deep.include({
        renewed: true,
      });
    });

    it('is not due before a rollout that is over has given way to the next', () => {
      expect(progress('NewReplicaSetAvailable', counts, current, old, 1)).to.deep.equal({
        reason: 'NewReplicaSetAvailable',
        renewed: false,
        left: Infinity,
      });
    });

    it('is not what comes and goes after a rollout is through', () => {
      const before = { ...counts, replicas: 3, updatedReplicas: 3, readyReplicas: 1, availableReplicas: 1 };
      const after = progress('NewReplicaSetAvailable', before, { name: 'new', size: 3, available: 2 }, { name: 'old', size: 0 });
      expect(after).to.deep.equal({ reason: 'NewReplicaSetAvailable', renewed: false, left: Infinity });
    });

    it('is complete when all pods are new and available, and no other is left', () => {
      expect(progress(waiting, counts, { name: 'new', size: 3 }, { name: 'old', size: 0 })).to.deep.include({
        reason: 'NewReplicaSetAvailable',
        left: Infinity,
      });
      expect(progress(waiting, counts, { name: 'new', size: 3 }, { name: 'old', size: 0, seen: 1 })).to.deep.include({ reason: waiting });
    });
  });
});
