import { expect } from 'chai';
import { statSync } from 'node:fs';
import { eventually } from '../support/eventually.js';
import { KUBECTL } from '../support/kubectl.js';
import { KubelibProcess } from '../support/kubelib-process.js';
import { needs } from '../support/needs.js';
import { Guestbook, processesUnder } from './guestbook.js';

needs(KUBECTL, () => {
  describe('the guestbook on host processes', function () {
    this.timeout(90_000);
    const guestbook = new Guestbook();
    const { kubectl } = guestbook;

    before(() => guestbook.up());
    after(() => guestbook.end());

    it('answers through the Service from all three frontends, with a count that the backend keeps', async () => {
      const first = Number(/visit (\d+)$/.exec(await guestbook.visit())?.[1]);
      expect([...(await guestbook.answering(9))].sort()).to.deep.equal((await guestbook.pods()).sort());
      expect(await guestbook.visit()).to.match(new RegExp(`^frontend-\\w{5} visit ${first + 10}$`));
    });

    it('writes a kubeconfig that only its owner can read', () => {
      expect(statSync(guestbook.kubeconfig).mode & 0o777).to.equal(0o600);
    });

    it('restarts a frontend that was killed, once and at once, while the Service goes on answering', async () => {
      const [victim = ''] = await guestbook.pods();
      process.kill(await guestbook.pidOf(victim), 'SIGKILL');
      await eventually(async () => expect(await guestbook.answering(3)).not.to.include(victim)); // its endpoint is gone
      let failures = 0;
      await eventually(
        async () => {
          await guestbook.answering(3).catch(() => (failures += 1));
          expect(
            await kubectl.field(`pod/${victim}`, '{.status.containerStatuses[0].restartCount} {.status.containerStatuses[0].ready}'),
          ).to.equal('1 true');
        },
        { timeout: 20_000 },
      );
      expect(failures).to.equal(0);
      expect(await kubectl.field(`pod/${victim}`, '{.status.containerStatuses[0].lastState.terminated.exitCode}')).to.equal('137');
      await eventually(async () => expect(await guestbook.answering(6)).to.include(victim));
    });

    it('has a new frontend running within two seconds of the deletion of one', async () => {
      const before = await guestbook.pods();
      await kubectl.run(['delete', 'pod', before[0] ?? '', '--wait=false']);
      const deleted = performance.now();
      const isNew = ({ metadata, status }: { metadata: { name: string }; status: { phase?: string } }) =>
        !before.includes(metadata.name) && status.phase === 'Running';
      await eventually(
        async () => {
          const { items } = JSON.parse(await kubectl.run(['get', 'pods', '-l', 'tier=frontend', '-o', 'json'])) as {
            items: Parameters<typeof isNew>[0][];
          };
          return items.some(isNew);
        },
        { interval: 50 },
      );
      console.log(`        seen running ${Math.round(performance.now() - deleted)} ms after the deletion`);
    });

    it('scales up and down', async () => {
      await kubectl.run(['scale', 'rc', 'frontend', '--replicas=6']);
      await eventually(async () => expect(await kubectl.field('rc/frontend', '{.status.readyReplicas}')).to.equal('6'), {
        timeout: 20_000,
      });
      expect((await guestbook.answering(12)).size).to.equal(6);
      await kubectl.run(['scale', 'rc', 'frontend', '--replicas=1']);
      await eventually(async () => expect(await guestbook.pods()).to.have.lengthOf(1), { timeout: 20_000 });
      await eventually(async () => expect(await kubectl.field('rc/frontend', '{.status.replicas}')).to.equal('1'), { timeout: 20_000 });
      expect(await guestbook.answering(4)).to.deep.equal(new Set(await guestbook.pods()));
      await kubectl.run(['scale', 'rc', 'frontend', '--replicas=3']);
      await eventually(async () => expect(await kubectl.field('rc/frontend', '{.status.readyReplicas}')).to.equal('3'), {
        timeout: 20_000,
      });
    });

    it('replaces a pod whose labels leave the selector, and removes a surplus one when they come back', async () => {
      const [moved = ''] = await guestbook.pods();
      await kubectl.run(['label', 'pod', moved, 'tier=debug', '--overwrite']);
      await eventually(async () => expect(await kubectl.field('rc/frontend', '{.status.readyReplicas}')).to.equal('3'), {
        timeout: 20_000,
      });
      await eventually(
        async () =>
          expect(await guestbook.pods())
            .to.have.lengthOf(3)
            .and.not.include(moved),
        { timeout: 20_000 },
      );
      expect(await kubectl.field(`pod/${moved}`, '{.metadata.ownerReferences}'), 'released').to.equal('');
      await kubectl.run(['label', 'pod', moved, 'tier=frontend', '--overwrite']);
      await eventually(
        async () =>
          expect(
            await kubectl.field(`pod/${moved}`, '{.metadata.ownerReferences[0].name}').catch(() => 'deleted as the surplus one'),
          ).to.be.oneOf(['frontend', 'deleted as the surplus one']),
        { timeout: 20_000 },
      );
      await eventually(async () => expect(await guestbook.pods()).to.have.lengthOf(3), { timeout: 20_000 });
    });

    it('refuses a second control plane on the same directory, and names the holder', async () => {
      const second = new KubelibProcess(['up', '--listen', '127.0.0.1:0', '--no-demo'], { cwd: guestbook.directory });
      expect(await second.exited).to.equal(2);
      expect(second.output).to.match(/^error: .+\n$/);
      expect(await guestbook.visit()).to.match(/visit/);
    });
  });

  describe('stopping and starting the guestbook', function () {
    this.timeout(120_000);

    it('leaves nothing behind on Ctrl-C, and brings the same pods back with the next start', async () => {
      const guestbook = new Guestbook();
      try {
        await guestbook.up();
        const before = [...(await guestbook.pods()), ...(await guestbook.pods('backend'))].sort();
        const began = performance.now();
        expect(await guestbook.process.stop('SIGINT')).to.equal(0);
        console.log(`        stopped after ${Math.round(performance.now() - began)} ms`);
        expect(processesUnder(`${guestbook.directory}/.kubelib`)).to.deep.equal([]);
        await guestbook.up();
        const after = [...(await guestbook.pods()), ...(await guestbook.pods('backend'))].sort();
        expect(after).to.deep.equal(before);
        expect((await guestbook.answering(9)).size).to.equal(3);
        expect(await guestbook.kubectl.field(`pod/${before[0]}`, '{.status.containerStatuses[0].restartCount}')).to.equal('0');
      } finally {
        await guestbook.end();
      }
    });

    it('adopts the containers that still run after kill -9, and starts none twice', async () => {
      const guestbook = new Guestbook();
      try {
        await guestbook.up();
        const pods = (await guestbook.pods()).sort();
        const pids = await Promise.all(pods.map((pod) => guestbook.pidOf(pod)));
        await guestbook.process.stop('SIGKILL');
        expect(processesUnder(`${guestbook.directory}/.kubelib`).map(({ pid }) => pid)).to.include.members(pids);
        await guestbook.up();
        expect((await guestbook.pods()).sort()).to.deep.equal(pods);
        expect(await Promise.all(pods.map((pod) => guestbook.pidOf(pod)))).to.deep.equal(pids);
        expect((await guestbook.answering(9)).size).to.equal(3);
        expect(await guestbook.kubectl.field(`pod/${pods[0]}`, '{.status.containerStatuses[0].restartCount}')).to.equal('0');
      } finally {
        await guestbook.end();
      }
      expect(processesUnder(guestbook.directory)).to.deep.equal([]);
    });
  });
});
