import { expect } from 'chai';
import { namespaces } from '../../lib/api/core/namespaces.js';
import { deployments } from '../../lib/api/apps/deployments.js';
import { replicaSets } from '../../lib/api/apps/replica-sets.js';
import { pods } from '../../lib/api/core/pods.js';
import { forbidden } from '../../lib/api/status-error.js';
import type { AdmissionPlugin } from '../../lib/registry/stored/admission.js';
import type { Deployed } from './deployed.js';
import { deployed, webOf } from './deployed.js';
import { setPodStatus } from './running.js';

describe('the conditions of a Deployment', () => {
  let cluster: Deployed;
  /** The plural of what may not be made. */
  let quota: string | undefined;
  const admission: AdmissionPlugin[] = [
    {
      name: 'Quota',
      admit: ({ operation, definition, name }) => {
        if (operation === 'CREATE' && definition.plural === quota) throw forbidden(definition, name.name, 'the quota is used up');
      },
    },
  ];
  const onlyGood = {
    readyAfter: (pod: { spec?: { containers: { image?: string }[] } }) => (pod.spec?.containers[0]?.image === 'bad' ? undefined : 0),
  };

  beforeEach(() => {
    quota = undefined;
  });
  afterEach(() => cluster.stop());

  const progressing = async () => {
    const { status, reason, message } = (await cluster.condition('Progressing')) ?? { status: 'absent' };
    return [status, reason, message?.replace(/web-[a-z0-9]+/, 'web-…')];
  };

  it('say that a new ReplicaSet was made, that it progresses, and that it is there', async () => {
    cluster = await deployed({ readyAfter: () => undefined });
    await cluster.create({ replicas: 2 });
    await cluster.settle();
    expect(await progressing()).to.deep.equal(['True', 'ReplicaSetUpdated', 'ReplicaSet "web-…" is progressing.']);
    expect(await cluster.condition('Available')).to.include({
      status: 'False',
      reason: 'MinimumReplicasUnavailable',
      message: 'Deployment does not have minimum availability.',
    });
    for (const pod of await cluster.all(pods)) await setPodStatus(cluster, pod);
    await cluster.settle();
    expect(await progressing()).to.deep.equal(['True', 'NewReplicaSetAvailable', 'ReplicaSet "web-…" has successfully progressed.']);
    expect(await cluster.condition('Available')).to.include({
      status: 'True',
      reason: 'MinimumReplicasAvailable',
      message: 'Deployment has minimum availability.',
    });
    expect((await cluster.status()).conditions?.map(({ type }) => type)).to.deep.equal(['Available', 'Progressing']);
  });

  it('say when there was no progress for progressDeadlineSeconds, and take it back when there is some', async () => {
    cluster = await deployed(onlyGood);
    await cluster.create({ replicas: 3, progressDeadlineSeconds: 60 });
    await cluster.settle();
    await cluster.setImage('bad');
    await cluster.settle(59_000);
    expect(await progressing()).to.include.members(['True', 'ReplicaSetUpdated']);
    await cluster.settle(2_000);
    expect(await progressing()).to.deep.equal(['False', 'ProgressDeadlineExceeded', 'ReplicaSet "web-…" has timed out progressing.']);
    expect(await cluster.condition('Available')).to.include({ status: 'True' });
    const before = cluster.writes.length;
    await cluster.settle(3_600_000);
    expect(cluster.writes.slice(before)).to.deep.equal([]);
    for (const pod of await cluster.all(pods)) if (pod.spec?.containers[0]?.image === 'bad') await setPodStatus(cluster, pod);
    await cluster.settle();
    expect((await progressing())[0]).to.equal('True');
  });

  it('count the deadline from the last progress', async () => {
    cluster = await deployed({ readyAfter: () => undefined });
    await cluster.create({ replicas: 3, progressDeadlineSeconds: 60 });
    for (const pod of [0, 1]) {
      await cluster.settle(50_000);
      expect(await progressing()).to.include.members(['True', 'ReplicaSetUpdated']);
      await setPodStatus(cluster, (await cluster.all(pods))[pod]!);
    }
    await cluster.settle(50_000);
    expect(await progressing()).to.include.members(['True', 'ReplicaSetUpdated']);
    await cluster.settle(12_000);
    expect(await progressing()).to.include.members(['False', 'ProgressDeadlineExceeded']);
  });

  it('start no deadline for pods that fail after the rollout is through', async () => {
    cluster = await deployed();
    await cluster.create({ replicas: 3, progressDeadlineSeconds: 60 });
    await cluster.settle();
    const [first, second] = await cluster.all(pods);
    for (const pod of [first, second]) await setPodStatus(cluster, pod!, { ready: false });
    await cluster.settle(600_000);
    expect(await progressing()).to.include.members(['True', 'NewReplicaSetAvailable']);
    expect(await cluster.condition('Available')).to.include({ status: 'False' });
  });

  it('know of no progress without a deadline', async () => {
    cluster = await deployed();
    await cluster.create({ progressDeadlineSeconds: 2 ** 31 - 1 });
    await cluster.settle();
    expect((await cluster.status()).conditions?.map(({ type }) => type)).to.deep.equal(['Available']);
  });

  it('say that it is paused, and goes on; the deadline does not run meanwhile', async () => {
    cluster = await deployed(onlyGood);
    await cluster.create({ replicas: 2, progressDeadlineSeconds: 60 });
    await cluster.settle();
    await cluster.modify(() => ({ paused: true }));
    await cluster.settle();
    expect(await progressing()).to.deep.equal(['Unknown', 'DeploymentPaused', 'Deployment is paused']);
    await cluster.setImage('bad');
    await cluster.settle(600_000);
    expect(await cluster.sizes()).to.deep.equal({ 'web:1': 2 });
    expect(await cluster.status()).to.include({ observedGeneration: 3, updatedReplicas: 0 });
    await cluster.modify(() => ({ paused: false }));
    await cluster.settle(30_000);
    expect(await cluster.sizes()).to.deep.equal({ 'web:1': 2, bad: 1 });
    expect((await progressing())[0]).to.equal('True');
    await cluster.settle(31_000);
    expect(await progressing()).to.include.members(['False', 'ProgressDeadlineExceeded']);
    await cluster.modify(() => ({ paused: true }));
    await cluster.settle();
    expect(await progressing(), 'what was told stays told').to.include.members(['False', 'ProgressDeadlineExceeded']);
  });

  it('say that it was resumed', async () => {
    cluster = await deployed({ readyAfter: () => undefined });
    await cluster.create({ paused: true });
    await cluster.settle();
    expect(await cluster.all(replicaSets)).to.deep.equal([]);
    quota = 'replicasets';
    await cluster.modify(() => ({ paused: false }));
    await cluster.settle();
    expect(await progressing()).to.include.members(['True', 'ReplicaSetUpdated']);
  });

  it('pass on that pods cannot be made, as long as that is so', async () => {
    cluster = await deployed({ admission });
    quota = 'pods';
    await cluster.create();
    await cluster.settle(1000);
    expect(await cluster.condition('ReplicaFailure')).to.include({ status: 'True', reason: 'FailedCreate' });
    expect((await cluster.condition('ReplicaFailure'))?.message).to.match(/the quota is used up/);
    quota = undefined;
    await cluster.settle(60_000);
    expect(await cluster.condition('ReplicaFailure')).to.equal(undefined);
    expect(await cluster.status()).to.include({ availableReplicas: 3 });
  });

  it('say that a ReplicaSet cannot be made, with an event, and go on once it can', async () => {
    cluster = await deployed({ admission });
    quota = 'replicasets';
    await cluster.create();
    await cluster.settle(1000);
    const [status, reason, message] = await progressing();
    expect([status, reason]).to.deep.equal(['False', 'ReplicaSetCreateError']);
    expect(message).to.match(/^Failed to create new replica set "web-…": .*the quota is used up/);
    expect(await cluster.told('ReplicaSetCreateError')).to.have.length(1);
    quota = undefined;
    await cluster.settle(60_000);
    expect(await progressing()).to.include.members(['True', 'NewReplicaSetAvailable']);
  });

  it('tell of no failure in a namespace that is being deleted', async () => {
    cluster = await deployed();
    await cluster.registry(namespaces).create({ metadata: { name: 'gone' } });
    await cluster.registry(deployments).create({ ...webOf({ paused: true }), metadata: { name: 'web', namespace: 'gone' } });
    await cluster.settle();
    await cluster.registry(namespaces).delete({ name: 'gone' });
    await cluster
      .registry(deployments)
      .modify({ name: 'web', namespace: 'gone' }, (one) => ({ ...one, spec: { ...one.spec!, paused: false } }));
    await cluster.settle(60_000);
    expect((await cluster.condition('Progressing'))?.reason).to.equal('DeploymentResumed');
    expect(await cluster.told('ReplicaSetCreateError')).to.deep.equal([]);
    expect(cluster.logger.messages('warn')).to.deep.equal([]);
  });
});
