import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { Dockerd, dockerdNeed } from '../support/dockerd.js';
import { eventually } from '../support/eventually.js';
import { KUBECTL } from '../support/kubectl.js';
import { needs, onPath } from '../support/needs.js';
import { Guestbook } from './guestbook.js';

needs(KUBECTL, () =>
  needs(dockerdNeed, () =>
    needs({ what: 'docker', install: 'docker.io', here: onPath('docker') }, () => {
      describe('the guestbook on Docker', function () {
        this.timeout(120_000);
        const engine = new Dockerd();
        const docker = (...args: string[]) => {
          const { status, stdout, stderr } = spawnSync('docker', ['-H', engine.host, ...args], { encoding: 'utf8' });
          if (status !== 0) throw new Error(`docker ${args.join(' ')}: ${stderr}`);
          return stdout
            .trim()
            .split('\n')
            .filter((line) => line !== '');
        };
        let foreign = '';
        let guestbook: Guestbook;

        before(async () => {
          await engine.start();
          [foreign = ''] = docker('run', '-d', 'kubelib/busybox:latest', 'sleep', '1000');
          guestbook = new Guestbook({ DOCKER_HOST: engine.host });
          await guestbook.up('--runtime', 'docker');
        });
        after(async () => {
          await guestbook.end();
          await engine.stop();
        });

        it('answers through the Service from all three frontends, with a count that the backend keeps', async () => {
          const first = Number(/visit (\d+)$/.exec(await guestbook.visit())?.[1]);
          expect([...(await guestbook.answering(9))].sort()).to.deep.equal((await guestbook.pods()).sort());
          expect(await guestbook.visit()).to.match(new RegExp(`visit ${first + 10}$`));
        });

        it('heals a frontend whose container was killed', async () => {
          const [victim = ''] = await guestbook.pods();
          const [container = ''] = docker('ps', '-q', '--filter', `name=kubelib_frontend_${victim}`);
          docker('kill', container);
          await eventually(
            async () =>
              expect(
                await guestbook.kubectl.field(
                  `pod/${victim}`,
                  '{.status.containerStatuses[0].restartCount} {.status.containerStatuses[0].ready}',
                ),
              ).to.equal('1 true'),
            { timeout: 30_000, interval: 100 },
          );
          await eventually(async () => expect(await guestbook.answering(6)).to.include(victim), { timeout: 10_000 });
        });

        it('runs commands in a container, and shows its log', async () => {
          const [pod = ''] = await guestbook.pods();
          expect(await guestbook.kubectl.run(['exec', pod, '--', 'sh', '-c', 'echo "$POD_NAME"'])).to.equal(`${pod}\n`);
          expect((await guestbook.kubectl.try(['exec', pod, '--', 'sh', '-c', 'exit 7'])).code).to.equal(7);
          expect(await guestbook.kubectl.run(['logs', pod])).to.be.a('string');
        });

        it('leaves no container of its own on Ctrl-C, and touches no other', async () => {
          expect(docker('ps', '-q').length).to.equal(9); // four pods of two containers, and the foreign one
          expect(await guestbook.process.stop('SIGINT')).to.equal(0);
          expect(docker('ps', '-aq', '--no-trunc')).to.deep.equal([foreign]);
          expect(docker('ps', '-q', '--no-trunc'), 'still running').to.deep.equal([foreign]);
        });
      });
    }),
  ),
);
