import { expect } from 'chai';
import { pods } from '../../lib/api/core/pods.js';
import { StatusWriter } from '../../lib/kubelet/status/status-writer.js';
import { memoryCluster } from '../support/memory-cluster.js';
import { RecordingLogger } from '../support/recording-logger.js';

describe('A writer of pod statuses', () => {
  const make = async () => {
    const cluster = await memoryCluster();
    const { environment, registries } = cluster;
    const registry = registries.registry(pods);
    const create = () =>
      registry.create({ metadata: { namespace: 'default', name: 'p' }, spec: { nodeName: 'n', containers: [{ name: 'c', image: 'i' }] } });
    const logger = new RecordingLogger();
    const writer = new StatusWriter({ registries, environment, logger });
    const status = async () => (await registry.get({ namespace: 'default', name: 'p' })).status;
    const finish = async () => {
      await writer.stop();
      await cluster.stop();
      expect(environment.pendingTimers).to.equal(0);
    };
    return { ...cluster, registry, create, logger, writer, status, finish };
  };

  it('never touches another pod of the same name', async () => {
    const { registry, create, writer, status, finish } = await make();
    const old = await create();
    await registry.delete({ namespace: 'default', name: 'p' }, { gracePeriodSeconds: 0 });
    await create();
    await writer.write(old, { phase: 'Failed' });
    expect((await status())?.phase).to.equal('Pending');
    await finish();
  });

  it('does not bring a pod back to life that has ended', async () => {
    const { create, writer, status, finish } = await make();
    const pod = await create();
    await writer.write(pod, { phase: 'Succeeded' });
    await writer.write(pod, { phase: 'Running', message: 'late' });
    expect(await status()).to.deep.include({ phase: 'Succeeded', message: 'late' });
    await finish();
  });

  it('writes the latest of many, and is done when the pod is gone', async () => {
    const { registry, create, writer, status, finish } = await make();
    const pod = await create();
    let writes = 0;
    const watch = registry.watch({ resourceVersion: pod.metadata.resourceVersion }).subscribe(() => writes++);
    const written = Array.from({ length: 50 }, (_, i) => writer.write(pod, { phase: 'Running', message: String(i) }));
    await Promise.all(written);
    watch.unsubscribe();
    expect((await status())?.message).to.equal('49');
    expect(writes).to.be.at.most(2);
    await registry.delete({ namespace: 'default', name: 'p' }, { gracePeriodSeconds: 0 });
    await writer.write(pod, { phase: 'Failed' });
    await finish();
  });

  it('tries again while the API does not answer', async () => {
    const { storage, create, writer, environment, logger, status, finish } = await make();
    const pod = await create();
    await storage.stop();
    let done = false;
    void writer.write(pod, { phase: 'Running' }).then(() => (done = true));
    await environment.advance(5000);
    expect(done).to.equal(false);
    expect(logger.messages('warn')).to.include('cannot write a pod status');
    await storage.start();
    await environment.advance(10_000);
    expect(done).to.equal(true);
    expect((await status())?.phase).to.equal('Running');
    await finish();
  });
});
