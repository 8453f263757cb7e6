import { readFileSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { NodeDisk } from '../../lib/kubelet/volumes/pod-disk.js';
import { messageFile } from '../../lib/kubelet/pods/termination-messages.js';
import { eventually } from '../support/eventually.js';
import { temporaryDirectory } from '../support/temporary-directory.js';
import { hasPhase, ProcessNode } from './support/process-node.js';
import { SimulatedNode } from './support/simulated-node.js';

describe('The last words of a container', () => {
  const directory = temporaryDirectory();

  it('are the end of its output, when it failed and its spec says so', async () => {
    const node = await new ProcessNode(directory()).start();
    const command = ['sh', '-c', 'for i in 1 2 3; do echo "line $i"; done; exit 1'];
    await node.createPod('a', { restartPolicy: 'Never', container: { command, terminationMessagePolicy: 'FallbackToLogsOnError' } });
    await node.createPod('b', { restartPolicy: 'Never', container: { command } });
    const messageOf = async (name: string) =>
      (await node.podWhen(name, hasPhase('Failed'))).status?.containerStatuses?.[0]?.state?.terminated?.message;
    expect(await messageOf('a')).to.equal('line 1\nline 2\nline 3\n');
    expect(await messageOf('b')).to.equal(undefined);
    await node.stop();
  });

  it('are what it wrote to the file that it found', async () => {
    const node = new SimulatedNode({ kubelet: { directory: directory() } });
    await node.start();
    const { metadata } = await node.createPod('a', { restartPolicy: 'Never' });
    const file = messageFile(new NodeDisk(directory()).directoryOf(metadata.uid), 'c', 0);
    await eventually(async () => {
      await node.environment.advance(0);
      return (await node.running('a')) !== undefined;
    });
    expect(readFileSync(file, 'utf8')).to.equal('');
    writeFileSync(file, 'it was too hot');
    await node.crash('a');
    await eventually(async () => {
      await node.environment.advance(0);
      return (await node.pod('a')).status?.phase === 'Failed';
    });
    expect((await node.pod('a')).status?.containerStatuses?.[0]?.state?.terminated?.message).to.equal('it was too hot');
    await node.stop();
  });
});
