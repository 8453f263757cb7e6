import { expect } from 'chai';
import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { etcdNeed, useEtcd } from '../support/etcd.js';
import { eventually } from '../support/eventually.js';
import { Kubectl, KUBECTL } from '../support/kubectl.js';
import { KubelibProcess } from '../support/kubelib-process.js';
import { needs } from '../support/needs.js';
import { Guestbook } from './guestbook.js';

/** The objects of a directory, as anyone reads them: `curl http://…/v2/keys/registry/minions/`. */
async function objectsAt(endpoint: string, directory: string): Promise<Map<string, { readonly kind: string }>> {
  const answer = await fetch(`http://${endpoint}/v2/keys${directory}`);
  const { node } = (await answer.json()) as { node: { nodes?: { key: string; value: string }[] } };
  return new Map((node.nodes ?? []).map(({ key, value }) => [key, JSON.parse(value) as { kind: string }]));
}

/** As `etcdctl get --prefix` shows them; over etcd's JSON gateway. */
async function v3ObjectsAt(endpoint: string, prefix: string): Promise<Map<string, { readonly kind: string }>> {
  const body = { key: Buffer.from(prefix).toString('base64'), range_end: Buffer.from(prefix.slice(0, -1) + '0').toString('base64') };
  const answer = await fetch(`http://${endpoint}/v3/kv/range`, { method: 'POST', body: JSON.stringify(body) });
  const { kvs = [] } = (await answer.json()) as { kvs?: { key: string; value: string }[] };
  const text = (base64: string) => Buffer.from(base64, 'base64').toString();
  return new Map(kvs.map(({ key, value }) => [text(key), JSON.parse(text(value)) as { kind: string }]));
}

needs(etcdNeed, () => {
  needs(KUBECTL, () => {
    for (const [api, objects] of [
      ['etcd', v3ObjectsAt],
      ['etcd-v2', objectsAt],
    ] as const) {
      describe(`kubelib up --${api}`, function () {
        this.timeout(120_000);
        const etcd = useEtcd();

        it('runs the guestbook, with its objects where Kubernetes has them; the next start brings the same pods back', async () => {
          const guestbook = new Guestbook();
          try {
            await guestbook.up(`--${api}`, etcd.endpoints.join(','));
            expect(await guestbook.answering(12)).to.deep.equal(new Set(await guestbook.pods()));
            const [endpoint = ''] = etcd.endpoints;
            const pods = [...(await guestbook.pods()), ...(await guestbook.pods('backend'))].sort();
            const stored = await objects(endpoint, '/registry/pods/default/');
            expect([...stored.keys()].sort()).to.deep.equal(pods.map((name) => `/registry/pods/default/${name}`));
            expect([...stored.values()].map(({ kind }) => kind)).to.deep.equal(pods.map(() => 'Pod'));
            for (const [key, kind] of [
              ['/registry/minions/node-1', 'Node'],
              ['/registry/services/specs/default/frontend', 'Service'],
              ['/registry/services/endpoints/default/frontend', 'Endpoints'],
              ['/registry/controllers/default/frontend', 'ReplicationController'],
            ] as const)
              expect((await objects(endpoint, key.replace(/[^/]+$/, ''))).get(key)?.kind, key).to.equal(kind);

            expect(await guestbook.process.stop('SIGINT')).to.equal(0);
            await guestbook.up(`--${api}`, etcd.endpoints.join(','));
            expect([...(await guestbook.pods()), ...(await guestbook.pods('backend'))].sort()).to.deep.equal(pods);
            expect(await guestbook.answering(12)).to.deep.equal(new Set(await guestbook.pods()));
          } finally {
            await guestbook.end();
          }
        });
      });
    }

    describe('a control plane whose etcd dies', function () {
      this.timeout(120_000);
      const etcd = useEtcd();
      const guestbook = new Guestbook();
      before(() => guestbook.up('--etcd', etcd.endpoints.join(',')));
      after(() => guestbook.end());

      it('lets pods and Services run on, and works again when etcd is back, without a start of its own', async () => {
        const [member] = etcd.members;
        const pods = await guestbook.pods();
        await member!.signal('SIGKILL');
        expect(await guestbook.answering(6)).to.deep.equal(new Set(pods));
        await etcd.launch(member!);
        await etcd.ready();
        await eventually(() => guestbook.kubectl.run(['scale', 'rc', 'frontend', '--replicas=4']), { timeout: 30_000, interval: 200 });
        await eventually(async () => expect(await guestbook.pods()).to.have.lengthOf(4), { timeout: 30_000, interval: 100 });
        await eventually(async () => expect(await guestbook.answering(12)).to.deep.equal(new Set(await guestbook.pods())), {
          timeout: 30_000,
          interval: 100,
        });
      });
    });

    describe('two kubelib up over one cluster of three etcd members', function () {
      this.timeout(180_000);
      const etcd = useEtcd({ members: 3 });
      const first = new Guestbook();
      let second: KubelibProcess;
      let kubectl: Kubectl;

      before(async () => {
        await first.up('--etcd', etcd.endpoints.join(','), '--node-monitor-grace-period', '12s', '--pod-eviction-timeout', '500ms');
        const directory = join(first.directory, 'second');
        mkdirSync(join(directory, '.kubelib'), { recursive: true });
        cpSync(join(first.directory, '.kubelib', 'pki'), join(directory, '.kubelib', 'pki'), { recursive: true });
        second = new KubelibProcess(
          [
            ...['up', '--no-demo', '--listen', '127.0.0.1:0', '--etcd', etcd.endpoints.join(',')],
            ...['--node-monitor-grace-period', '12s', '--pod-eviction-timeout', '500ms'],
          ],
          { cwd: directory },
        );
        await second.printed(/Look around/);
        kubectl = new Kubectl(join(directory, '.kubelib', 'kubeconfig'), directory);
      });
      after(async () => {
        await second.stop();
        await first.end();
      });

      it('serve the same objects, each with a node of its own', async () => {
        expect(await kubectl.field('pods', '{.items[*].metadata.name}')).to.equal(
          await first.kubectl.field('pods', '{.items[*].metadata.name}'),
        );
        expect(await kubectl.field('nodes', '{.items[*].metadata.name}')).to.equal('node-1 node-2');
      });

      it('see what is written through the other, and reach its pods', async () => {
        await kubectl.run(['create', 'configmap', 'shared', '--from-literal=a=1']);
        expect(await first.kubectl.field('configmap/shared', '{.data.a}')).to.equal('1');
        const [pod = ''] = await first.pods();
        expect(await kubectl.run(['exec', pod, '--', 'echo', 'through the other'])).to.equal('through the other\n');
      });

      it('go on when one is killed: the other leads, and replaces the pods of its node', async () => {
        expect(await first.kubectl.field('lease/kubelib-control-plane', '{.spec.leaseTransitions}', '-n', 'kube-system')).to.equal('0');
        await first.process.stop('SIGKILL');
        await eventually(
          async () => {
            expect(await kubectl.field('pods', '{.items[*].spec.nodeName}')).to.equal('node-2 node-2 node-2 node-2');
            expect(await kubectl.field('rc/frontend', '{.status.readyReplicas}')).to.equal('3');
          },
          { timeout: 90_000, interval: 250 },
        );
        expect(await kubectl.field('lease/kubelib-control-plane', '{.spec.leaseTransitions}', '-n', 'kube-system')).to.equal('1');
      });
    });
  });
});
