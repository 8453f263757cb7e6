import { expect } from 'chai';
import { configMaps } from '../../lib/api/core/config-maps.js';
import { SimulatedNode } from './support/simulated-node.js';

describe('Containers that cannot be started', () => {
  let node: SimulatedNode;

  afterEach(async () => {
    await node.stop();
    expect(node.environment.pendingTimers, 'timers left').to.equal(0);
  });

  const waiting = async (name: string) => (await node.pod(name)).status?.containerStatuses?.[0]?.state?.waiting;

  it('pulls an absent image, and says so', async () => {
    node = await new SimulatedNode({ runtime: { onPull: () => undefined } }).start();
    await node.createPod('a');
    expect((await node.pod('a')).status?.phase).to.equal('Running');
    expect(node.events.messages('a', 'Pulling')).to.deep.equal(['Pulling image "app:1"']);
    expect(node.events.messages('a', 'Pulled')[0]).to.match(/^Successfully pulled image "app:1" in /);
    await node.createPod('b');
    expect(node.events.messages('b', 'Pulled')).to.deep.equal(['Container image "app:1" already present on machine']);
  });

  it('pulls always when the policy says so, and for images tagged latest', async () => {
    const pulls: string[] = [];
    node = await new SimulatedNode({ runtime: { onPull: (image) => void pulls.push(image) } }).start();
    await node.createPod('a');
    await node.createPod('b', { container: { imagePullPolicy: 'Always' } });
    await node.createPod('c', { container: { image: 'other' } });
    await node.createPod('d', { container: { image: 'other' } });
    expect(pulls).to.deep.equal(['app:1', 'app:1', 'other', 'other']);
  });

  it('shows a failed pull, then its back-off, and starts the container when a later pull succeeds', async () => {
    let fails = true;
    const onPull = () => {
      if (fails) throw new Error('no such image');
    };
    node = await new SimulatedNode({ runtime: { onPull } }).start();
    await node.createPod('a');
    expect(await waiting('a')).to.deep.equal({ reason: 'ErrImagePull', message: 'no such image' });
    expect(node.events.messages('a', 'Failed')).to.deep.equal(['Failed to pull image "app:1": no such image', 'Error: ErrImagePull']);
    await node.environment.advance(2000);
    expect(await waiting('a')).to.deep.equal({
      reason: 'ImagePullBackOff',
      message: 'Back-off pulling image "app:1": ErrImagePull: no such image',
    });
    expect((await node.pod('a')).status?.phase).to.equal('Pending');
    fails = false;
    await node.environment.advance(7000);
    expect((await waiting('a'))?.reason).to.equal('ImagePullBackOff');
    await node.environment.advance(1000);
    expect((await node.pod('a')).status?.phase).to.equal('Running');
  });

  it('never pulls when the policy says so', async () => {
    node = await new SimulatedNode({ runtime: { onPull: () => undefined } }).start();
    await node.createPod('a', { container: { imagePullPolicy: 'Never' } });
    expect(await waiting('a')).to.deep.equal({
      reason: 'ErrImageNeverPull',
      message: 'Container image "app:1" is not present with pull policy of Never',
    });
  });

  it('waits for a configMap that a variable needs, and starts at once when it appears', async () => {
    node = await new SimulatedNode().start();
    const env = [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'later', key: 'k' } } }];
    await node.createPod('a', { container: { env } });
    expect(await waiting('a')).to.deep.equal({ reason: 'CreateContainerConfigError', message: 'configmap "later" not found' });
    expect(node.events.messages('a', 'Failed')).to.deep.equal(['Error: configmap "later" not found']);
    await node.createConfigMap('later', { other: 'x' });
    await node.environment.advance(0);
    expect((await waiting('a'))?.message).to.equal("couldn't find key k in ConfigMap default/later");
    await node.registries
      .registry(configMaps)
      .modify({ namespace: 'default', name: 'later' }, (object) => ({ ...object, data: { k: 'v' } }));
    await node.environment.advance(0);
    expect((await node.pod('a')).status?.phase).to.equal('Running');
  });

  it('waits for a secret that a volume needs, and says why', async () => {
    node = await new SimulatedNode().start();
    const volumes = [{ name: 'v', secret: { secretName: 'later' } }];
    await node.createPod('a', { volumes, container: { volumeMounts: [{ name: 'v', mountPath: '/v' }] } });
    expect(await waiting('a')).to.deep.equal({ reason: 'ContainerCreating' });
    expect(node.events.messages('a', 'FailedMount')).to.deep.equal(['MountVolume.SetUp failed for volume "v" : secret "later" not found']);
    await node.createSecret('later', { k: 'v' });
    await node.environment.advance(0);
    expect((await node.pod('a')).status?.phase).to.equal('Running');
  });

  it('says so of volumes that it does not know', async () => {
    node = await new SimulatedNode().start();
    await node.createPod('a', { volumes: [{ name: 'v', nfs: { server: 's', path: '/p' } }] });
    expect(node.events.messages('a', 'FailedMount')[0]).to.equal(
      'MountVolume.SetUp failed for volume "v" : volumes of this kind are not supported: nfs',
    );
    expect((await node.pod('a')).status?.phase).to.equal('Pending');
  });

  it('shows a start that fails, tries again later, and does not count it as a restart', async () => {
    let fails = true;
    node = await new SimulatedNode({ runtime: { onStart: () => (fails ? { startError: 'no such program' } : {}) } }).start();
    await node.createPod('a');
    expect(await waiting('a')).to.deep.equal({ reason: 'RunContainerError', message: 'no such program' });
    fails = false;
    await node.environment.advance(10_000);
    expect((await node.pod('a')).status?.containerStatuses?.[0]).to.deep.include({ ready: true, restartCount: 0 });
  });

  it('starts the other containers when one cannot be started', async () => {
    node = await new SimulatedNode().start();
    const env = [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'missing', key: 'k' } } }];
    await node.createPod('a', {
      containers: [
        { name: 'bad', image: 'app:1', env },
        { name: 'good', image: 'app:1' },
      ],
    });
    expect((await node.containers('a')).map(({ name, state }) => [name, state])).to.deep.equal([['good', 'running']]);
    expect((await node.pod('a')).status?.phase).to.equal('Pending');
  });
});
