import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { systemEnvironment } from '../../lib/base/system-environment.js';
import { builtInDefinitions } from '../../lib/api/kinds.js';
import { createCatalog } from '../../lib/api/catalog.js';
import { selfSubjectReviews } from '../../lib/api/reviews/reviews.js';
import { loadKubeconfig } from '../../lib/registry/remote/kubeconfig.js';
import { RemoteRegistries } from '../../lib/registry/remote/remote-registries.js';
import { tcpServer } from '../support/echo.js';
import { KubelibProcess, temporaryDirectory } from '../support/kubelib-process.js';
import { rejection } from '../support/rejection.js';

const KUBECFG = fileURLToPath(new URL('../../cli/kubecfg.js', import.meta.url));

/** What the line must say, and the options that lead to it. */
type Mistake = readonly [RegExp, ...string[]];

describe('kubelib on the command line', function () {
  this.timeout(60_000);
  const directory = temporaryDirectory();
  const cwd = directory.path;
  after(() => directory.remove());

  const ended = async (...args: string[]) => {
    const run = new KubelibProcess(args, { cwd });
    return { code: await run.exited, output: run.output };
  };

  const expectRefused = async (mistakes: readonly Mistake[]) => {
    for (const [message, ...args] of mistakes) {
      const { code, output } = await ended('up', ...args);
      expect(
        output.split('\n').filter((line) => /^error: /.test(line)),
        args.join(' '),
      ).to.have.lengthOf(1);
      expect(output, args.join(' ')).to.match(message);
      expect(code, args.join(' ')).to.equal(2);
    }
  };

  it('up --help lists the options', async () => {
    const { code, output } = await ended('up', '--help');
    expect(code).to.equal(0);
    for (const option of [
      '--data-dir',
      '--memory',
      '--listen',
      '--runtime',
      '--nodes',
      '--kubeconfig',
      '-f, --filename',
      '--no-demo',
      '--log-level',
      '--token-auth-file <path>',
      '--etcd <endpoints>',
      '--etcd-v2 <endpoints>',
    ])
      expect(output).to.include(option);
  });

  it('answers mistakes with one clear line and exit code 2', async () => {
    const taken = await tcpServer('127.0.0.1', () => {});
    writeFileSync(join(cwd, 'unknown.yaml'), 'kind: Nothing\napiVersion: v1\nmetadata: {name: a}\n');
    writeFileSync(join(cwd, 'invalid.yaml'), 'kind: Service\napiVersion: v1\nmetadata: {name: a}\nspec: {ports: [{port: 70000}]}\n');
    const mistakes: Mistake[] = [
      [/unknown option '--nodez'/, '--nodez', '3'],
      [/option '--nodes <number>' argument 'many' is invalid/, '--nodes', 'many'],
      [/option '--runtime <name>' argument 'vm' is invalid.*process, docker, simulated/, '--runtime', 'vm'],
      [/option '--listen <host:port>' argument '6443' is invalid/, '--listen', '6443'],
      [/option '--log-level <level>' argument 'loud' is invalid/, '--log-level', 'loud'],
      [/too many arguments/, 'extra'],
      [/cannot read nowhere\.yaml: no such file or folder/, '-f', 'nowhere.yaml'],
      [new RegExp(`cannot listen on 127\\.0\\.0\\.1:${taken.port}: the port is in use`), '--memory', '--listen', `127.0.0.1:${taken.port}`],
      [/unknown\.yaml: no kind "Nothing" in version "v1"/, '--memory', '--nodes', '0', '--listen', ':0', '-f', 'unknown.yaml'],
      [
        /invalid\.yaml: Service "a" is invalid: .*spec\.ports\[0\]\.port: Invalid value: 70000/,
        '--memory',
        '--nodes',
        '0',
        '--listen',
        ':0',
        '-f',
        'invalid.yaml',
      ],
    ];
    await expectRefused(mistakes);
    await taken.close();
  });

  it('says in one line why etcd, or a file, cannot be used', () =>
    expectRefused([
      [/etcd .*127\.0\.0\.1:1\b/, '--etcd', '127.0.0.1:1'],
      [/etcd is out of reach: http:\/\/127\.0\.0\.1:1/, '--etcd-v2', '127.0.0.1:1'],
      [/option '--etcd <endpoints>' argument 'somewhere' is invalid.*host:port/, '--etcd', 'somewhere'],
      [/option '--etcd <endpoints>' cannot be used with option '--memory'/, '--etcd', '127.0.0.1:1', '--memory'],
      [/tokens\.csv: no such file/, '--token-auth-file', 'no-tokens.csv'],
      [/need --etcd or --etcd-v2/, '--etcd-cafile', 'ca.crt'],
      [/cannot read nowhere\.crt: no such file/, '--etcd', '127.0.0.1:1', '--etcd-cafile', 'nowhere.crt'],
      [/--etcd-certfile and --etcd-keyfile go together/, '--etcd', '127.0.0.1:1', '--etcd-keyfile', 'nowhere.key'],
      [/--etcd-user needs the password in the environment variable KUBELIB_ETCD_PASSWORD/, '--etcd', '127.0.0.1:1', '--etcd-user', 'me'],
    ]));

  it('knows the users of --token-auth-file, and no others', async () => {
    writeFileSync(join(cwd, 'tokens.csv'), 's3cret,alice,1,"dev,system:masters"\n');
    const run = new KubelibProcess(
      ['up', '--memory', '--no-demo', '--nodes', '0', '--listen', ':0', '--token-auth-file', 'tokens.csv', '--kubeconfig', 'config'],
      { cwd },
    );
    const as = async (token: string) => {
      const { server, ca, namespace } = await loadKubeconfig(join(cwd, 'config'));
      const registries = new RemoteRegistries({
        cluster: { server, ca, namespace, token },
        catalog: createCatalog(builtInDefinitions),
        environment: systemEnvironment,
      });
      await registries.start();
      try {
        return (await registries.registry(selfSubjectReviews).create({ metadata: {} })).status?.userInfo;
      } finally {
        await registries.stop();
      }
    };
    try {
      await run.printed(/control plane at/);
      expect(await as('s3cret')).to.deep.include({
        username: 'alice',
        uid: '1',
        groups: ['dev', 'system:masters', 'system:authenticated'],
      });
      expect(await rejection(as('secret'))).to.include({ reason: 'Unauthorized' });
      expect(await run.stop()).to.equal(0);
    } finally {
      await run.stop();
    }
  });

  it('takes the next free port when 6443 is in use, and says so', async () => {
    const squatter = await tcpServer('127.0.0.1', () => {}, 6443).catch(() => undefined); // or somebody else has it: as good
    const run = new KubelibProcess(['up', '--memory', '--no-demo', '--nodes', '0'], { cwd });
    try {
      await run.printed(/port 6443 is in use: using \d+ instead/);
      expect(await run.stop()).to.equal(0);
    } finally {
      await run.stop();
      await squatter?.close();
    }
  });

  it('refuses a node whose control plane is not there', async () => {
    const { code, output } = await ended('node', '--name', 'lost', '--kubeconfig', 'nowhere');
    expect([code, output]).to.deep.equal([
      2,
      "error: cannot use the kubeconfig nowhere: ENOENT: no such file or directory, open 'nowhere'\n",
    ]);
  });

  it('kubecfg lists, creates, gets and deletes', async () => {
    const plane = new KubelibProcess(['up', '--memory', '--no-demo', '--runtime', 'simulated', '--listen', ':0'], { cwd });
    try {
      await plane.printed(/Look around/);
      const kubecfg = (...args: string[]) =>
        spawnSync(process.execPath, [KUBECFG, ...args], { cwd, encoding: 'utf8', env: { ...process.env, KUBECONFIG: '' } });
      expect(kubecfg('list', 'minions').stdout).to.match(/^NAME +STATUS +ROLES +AGE +VERSION *\nnode-1 +Ready /);
      writeFileSync(
        join(cwd, 'pod.yaml'),
        'kind: Pod\napiVersion: v1\nmetadata: {name: web, labels: {app: web}}\nspec: {terminationGracePeriodSeconds: 0, containers: [{name: c, image: any}]}\n',
      );
      expect(kubecfg('create', '-f', 'pod.yaml').stdout).to.equal('pods/web created\n');
      expect(JSON.parse(kubecfg('get', 'pods/web', '-o', 'json').stdout)).to.have.nested.property('metadata.name', 'web');
      expect(kubecfg('list', 'pods', '-l', 'app=web', '-o', 'name').stdout).to.equal('pods/web\n');
      expect(kubecfg('delete', 'pods/web').stdout).to.equal('pods/web deleted\n');
      const unknown = kubecfg('list', 'nonsense');
      expect(unknown.status).to.equal(2);
      expect(unknown.stderr).to.match(/^error: no resource "nonsense"; there are .*pods, /);
      const missing = kubecfg('get', 'pods/nobody');
      expect([missing.status, missing.stderr]).to.deep.equal([1, 'Error from server (NotFound): pods "nobody" not found\n']);
    } finally {
      await plane.stop();
    }
  });
});
