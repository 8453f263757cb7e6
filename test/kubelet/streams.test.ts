import { expect } from 'chai';
import { pods } from '../../lib/api/core/pods.js';
import type { Stored } from '../../lib/api/object.js';
import type { Pod } from 'kubernetes-types/core/v1.js';
import type { PodLogOptions } from '../../lib/api/wire/pod-streams.js';
import { SimulatedNode } from './support/simulated-node.js';

describe("Streams of a kubelet's pods", () => {
  let node: SimulatedNode;

  afterEach(async () => {
    await node.stop();
    expect(node.environment.pendingTimers, 'timers left').to.equal(0);
  });

  const logs = async (name: string, options: PodLogOptions = {}): Promise<string> => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of await node.kubelet.streams.logs(await node.pod(name), options, new AbortController().signal))
      chunks.push(chunk);
    return Buffer.concat(chunks).toString();
  };
  const refusal = async (work: Promise<unknown>) =>
    work.then(
      () => 'nothing',
      (error: unknown) => {
        const { code, message } = error as { code: number; message: string };
        return `${code} ${message}`;
      },
    );
  const said = (text: string) => ({ output: [{ text: `${text}\n` }] });
  const exec = { command: ['x'], stdin: false, stdout: true, stderr: true, tty: false };

  it('chooses the container: the one named, the one annotated, the only one', async () => {
    node = await new SimulatedNode({ runtime: { onStart: ({ config }) => said(`I am ${config.name}`) } }).start();
    const containers = [
      { name: 'a', image: 'app:1' },
      { name: 'b', image: 'app:1' },
    ];
    await node.createPod('one');
    await node.createPod('two', { containers });
    await node.createPod('marked', { containers }, { annotations: { 'kubectl.kubernetes.io/default-container': 'b' } });
    expect(await logs('one')).to.equal('I am c\n');
    expect(await logs('two', { container: 'a' })).to.equal('I am a\n');
    expect(await logs('marked')).to.equal('I am b\n');
    expect(await refusal(logs('two'))).to.equal('400 a container name must be specified for pod two, choose one of: [a b]');
    expect(await refusal(logs('two', { container: 'x' }))).to.equal('400 container x is not valid for pod two');
  });

  it('gives the output of what runs, and of the one before', async () => {
    let attempt = 0;
    node = await new SimulatedNode({ runtime: { onStart: () => said(`attempt ${attempt++}`) } }).start();
    await node.createPod('p');
    expect(await refusal(logs('p', { previous: true }))).to.equal('400 previous terminated container "c" in pod "p" not found');
    await node.crash('p');
    expect(await logs('p')).to.equal('attempt 1\n');
    expect(await logs('p', { previous: true })).to.equal('attempt 0\n');
    await node.crash('p');
    expect(await logs('p')).to.equal('attempt 1\n'); // it waits for its restart: the last output there is
  });

  it('gives the output of pods that have ended', async () => {
    node = await new SimulatedNode({ runtime: { onStart: () => ({ ...said('done'), runFor: 10 }) } }).start();
    await node.createPod('p', { restartPolicy: 'Never' });
    await node.environment.advance(60_000);
    expect(await logs('p')).to.equal('done\n');
    expect(await refusal(node.kubelet.streams.exec(await node.pod('p'), exec))).to.equal(
      '400 cannot exec into a container in a completed pod; current phase is Succeeded',
    );
  });

  it('says what a container waits for', async () => {
    const onPull = () => {
      throw new Error('no such image');
    };
    node = await new SimulatedNode({ runtime: { onPull } }).start();
    await node.createPod('p');
    expect(await refusal(logs('p'))).to.equal(`400 container "c" in pod "p" is waiting to start: image can't be pulled`);
    await node.environment.advance(2000);
    expect(await refusal(logs('p'))).to.equal('400 container "c" in pod "p" is waiting to start: trying and failing to pull image');
    expect(await refusal(node.kubelet.streams.exec(await node.pod('p'), exec))).to.equal('404 container not found ("c")');
    expect(await refusal(node.kubelet.streams.portForward(await node.pod('p'), 80))).to.equal(
      '400 unable to forward port because pod is not running. Current status=Pending',
    );
  });

  it('knows its own pods alone', async () => {
    node = await new SimulatedNode().start();
    await node.createPod('p');
    const pod = await node.pod('p');
    const stranger: Stored<Pod> = { ...pod, metadata: { ...pod.metadata, uid: 'other' } };
    expect(await refusal(node.kubelet.streams.exec(stranger, exec))).to.equal('404 pods "p" not found');
    expect(await refusal(node.kubelet.streams.exec(pod, { ...exec, command: [] }))).to.equal(
      '400 you must specify at least one command for the container',
    );
  });

  it('runs what was added for debugging, once', async () => {
    node = await new SimulatedNode({
      runtime: { onStart: ({ config }) => (config.name === 'dbg' ? { ...said('debugging'), runFor: 1000, exitCode: 1 } : {}) },
    }).start();
    await node.createPod('p');
    await node.registries
      .registry(pods)
      .subresource('ephemeralcontainers')
      .modify({ namespace: 'default', name: 'p' }, (pod) => ({
        ...pod,
        spec: { ...pod.spec!, ephemeralContainers: [{ name: 'dbg', image: 'tools:1' }] },
      }));
    await node.environment.advance(60_000);
    expect(await logs('p', { container: 'dbg' })).to.equal('debugging\n');
    const { status } = await node.pod('p');
    expect(status?.phase).to.equal('Running');
    expect(status?.ephemeralContainerStatuses?.[0]).to.deep.include({ restartCount: 0, ready: false });
    expect(status?.ephemeralContainerStatuses?.[0]?.state?.terminated).to.deep.include({ exitCode: 1 });
  });
});
