import { expect } from 'chai';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ControlPlane } from '../../lib/control-plane/control-plane.js';
import { eventually } from '../support/eventually.js';
import { Kubectl, KUBECTL } from '../support/kubectl.js';
import { KubelibProcess, temporaryDirectory } from '../support/kubelib-process.js';
import { needs } from '../support/needs.js';
import { Guestbook } from './guestbook.js';

const RC = `
apiVersion: v1
kind: ReplicationController
metadata: {name: sleeper}
spec:
  replicas: 4
  selector: {app: sleeper}
  template:
    metadata: {labels: {app: sleeper}}
    spec:
      terminationGracePeriodSeconds: 1
      containers: [{name: c, image: none, command: [sleep, "1000"]}]
`;

needs(KUBECTL, () => {
  describe('two nodes', function () {
    this.timeout(60_000);
    const directory = temporaryDirectory();
    let plane: ControlPlane;
    let kubectl: Kubectl;

    before(async () => {
      plane = await ControlPlane.start({ nodes: 2, nodeHeartbeatPeriod: 500, nodeMonitorGracePeriod: 3_000, podEvictionTimeout: 500 });
      const kubeconfig = join(directory.path, 'kubeconfig');
      writeFileSync(kubeconfig, plane.kubeconfig, { mode: 0o600 });
      kubectl = new Kubectl(kubeconfig, directory.path);
    });
    after(async () => {
      await plane.stop();
      directory.remove();
    });

    const ready = () => kubectl.field('rc/sleeper', '{.status.readyReplicas}');
    const nodesOf = async () => (await kubectl.field('pods', '{.items[*].spec.nodeName}', '-l', 'app=sleeper')).split(' ').sort();

    it('share the pods of a controller', async () => {
      await kubectl.run(['create', '-f', '-'], RC);
      await eventually(async () => expect(await ready()).to.equal('4'), { timeout: 20_000, interval: 100 });
      expect(await nodesOf()).to.deep.equal(['node-1', 'node-1', 'node-2', 'node-2']);
    });

    it('become NotReady when their heartbeat stops; their pods are deleted and replaced on the other', async () => {
      await plane.nodes.remove('node-2');
      const condition = '{.status.conditions[?(@.type=="Ready")].status}';
      await eventually(async () => expect(await kubectl.field('node/node-2', condition)).to.equal('Unknown'), {
        timeout: 20_000,
        interval: 100,
      });
      expect(await kubectl.run(['get', 'nodes'])).to.match(/node-2 +NotReady/);
      await eventually(
        async () => {
          expect(await nodesOf()).to.deep.equal(['node-1', 'node-1', 'node-1', 'node-1']);
          expect(await ready()).to.equal('4');
        },
        { timeout: 30_000, interval: 100 },
      );
    });
  });

  describe('kubelib up --nodes 2, and a node in a process of its own', function () {
    this.timeout(90_000);
    const guestbook = new Guestbook();
    let node: KubelibProcess | undefined;

    before(() => guestbook.up('--nodes', '2'));
    after(async () => {
      await node?.stop();
      await guestbook.end();
    });

    const nodesOf = async () =>
      new Set((await guestbook.kubectl.field('pods', '{.items[*].spec.nodeName}', '-l', 'app=guestbook')).split(' '));

    it('spreads the guestbook over both', async () => {
      expect([...(await nodesOf())].sort()).to.deep.equal(['node-1', 'node-2']);
    });

    it('takes a third node that runs elsewhere, whose pods answer, log and run commands like the others', async () => {
      node = new KubelibProcess(['node', '--name', 'edge'], { cwd: guestbook.directory });
      await node.printed(/node edge of https/);
      await guestbook.kubectl.run(['scale', 'rc', 'frontend', '--replicas=9']);
      await eventually(async () => expect(await guestbook.kubectl.field('rc/frontend', '{.status.readyReplicas}')).to.equal('9'), {
        timeout: 40_000,
        interval: 100,
      });
      expect([...(await nodesOf())].sort()).to.deep.equal(['edge', 'node-1', 'node-2']);
      const pods = JSON.parse(await guestbook.kubectl.run(['get', 'pods', '-o', 'json'])) as {
        items: { metadata: { name: string }; spec: { nodeName: string } }[];
      };
      const there = pods.items.find(({ spec }) => spec.nodeName === 'edge')?.metadata.name ?? '';
      expect(await guestbook.answering(20)).to.include(there);
      expect(await guestbook.kubectl.run(['logs', there])).to.include(`${there} on `);
      expect(await guestbook.kubectl.run(['exec', there, '--', 'sh', '-c', 'echo "$POD_NAME"'])).to.equal(`${there}\n`);
    });
  });
});
