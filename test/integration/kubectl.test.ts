import { expect } from 'chai';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ControlPlane } from '../../lib/control-plane/control-plane.js';
import { eventually } from '../support/eventually.js';
import { Kubectl, KUBECTL } from '../support/kubectl.js';
import { temporaryDirectory } from '../support/kubelib-process.js';
import { needs } from '../support/needs.js';

const POD = `
apiVersion: v1
kind: Pod
metadata: {name: web, labels: {app: web}}
spec:
  terminationGracePeriodSeconds: 1
  containers:
  - name: c
    image: none
    command: [sh, -c, 'i=0; while :; do i=$((i + 1)); echo "line $i"; sleep 0.1; done']
`;
const RC = `
apiVersion: v1
kind: ReplicationController
metadata: {name: rc}
spec:
  replicas: 1
  selector: {app: rc}
  template:
    metadata: {labels: {app: rc}}
    spec: {terminationGracePeriodSeconds: 1, containers: [{name: c, image: none, command: [sleep, "1000"]}]}
`;
const SERVICE = `
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 8080}]}
`;
const CONFIG_MAP = `
apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data: {colour: red}
`;
const ENDPOINTS = `
apiVersion: v1
kind: Endpoints
metadata: {name: by-hand}
subsets: [{addresses: [{ip: 10.1.2.3}], ports: [{port: 80}]}]
`;

needs(KUBECTL, () => {
  describe('the real kubectl', function () {
    this.timeout(60_000);
    const directory = temporaryDirectory();
    let plane: ControlPlane;
    let kubectl: Kubectl;

    before(async () => {
      plane = await ControlPlane.start();
      const kubeconfig = join(directory.path, 'kubeconfig');
      writeFileSync(kubeconfig, plane.kubeconfig, { mode: 0o600 });
      kubectl = new Kubectl(kubeconfig, directory.path);
      await eventually(() => kubectl.run(['get', 'serviceaccount', 'default']));
      await kubectl.run(['create', '-f', '-'], POD);
      await kubectl.run(['create', '-f', '-'], RC);
      await kubectl.run(['create', '-f', '-'], SERVICE);
      await kubectl.run(['wait', 'pod/web', '--for=condition=Ready', '--timeout=20s']);
    });
    after(async () => {
      await plane.stop();
      directory.remove();
    });

    it('get shows pods as a table, as JSON, YAML, names and JSONPath, wide and with labels', async () => {
      expect(await kubectl.run(['get', 'pods', 'web'])).to.match(/^NAME +READY +STATUS +RESTARTS +AGE\nweb +1\/1 +Running +0 +\d+s\n$/);
      expect(await kubectl.run(['get', 'pods', 'web', '-o', 'wide'])).to.match(
        /IP +NODE +NOMINATED NODE +READINESS GATES\n.* 127\.\d+\.\d+\.\d+ +node-1 /,
      );
      expect(await kubectl.run(['get', 'pods', '-l', 'app=web', '-o', 'name'])).to.equal('pod/web\n');
      expect(JSON.parse(await kubectl.run(['get', 'pod', 'web', '-o', 'json']))).to.have.nested.property('status.phase', 'Running');
      expect(await kubectl.run(['get', 'pod', 'web', '-o', 'yaml'])).to.match(/^apiVersion: v1\nkind: Pod\n/);
      expect(await kubectl.run(['get', 'pods', '--show-labels', '--field-selector', 'metadata.name=web'])).to.match(/app=web/);
    });

    it('get shows each kind in its columns', async () => {
      const heads: Record<string, RegExp> = {
        services: /^NAME +TYPE +CLUSTER-IP +EXTERNAL-IP +PORT\(S\) +AGE\n/,
        endpoints: /^NAME +ENDPOINTS +AGE\n/,
        nodes: /^NAME +STATUS +ROLES +AGE +VERSION\nnode-1 +Ready /,
        namespaces: /^NAME +STATUS +AGE\ndefault +Active /,
        replicationcontrollers: /^NAME +DESIRED +CURRENT +READY +AGE\nrc +1 +1 +1 /,
        events: /^LAST SEEN +TYPE +REASON +OBJECT +MESSAGE\n/,
        configmaps: /^NAME +DATA +AGE\nkube-root-ca.crt +1 /,
      };
      for (const [kind, head] of Object.entries(heads)) expect(await kubectl.run(['get', kind]), kind).to.match(head);
    });

    it('get minions shows the nodes, get all what belongs together', async () => {
      const shown = async (resource: string) => (await kubectl.run(['get', resource])).replace(/ {3}\d+m?s /, '   AGE ');
      expect(await shown('minions')).to.match(/node-1 +Ready .* AGE /);
      expect(await shown('minions')).to.equal(await shown('nodes'));
      expect(await kubectl.run(['get', 'all'])).to.match(/pod\/web .*replicationcontroller\/rc .*service\/kubernetes /s);
    });

    it('describe tells of every kind, with its events', async () => {
      expect(await kubectl.run(['describe', 'pod', 'web'])).to.match(/Status: +Running.*Ready +True.*Events:.*Scheduled.*Started/s);
      expect(await kubectl.run(['describe', 'rc', 'rc'])).to.match(/Replicas: +1 current \/ 1 desired.*SuccessfulCreate/s);
      expect(await kubectl.run(['describe', 'service', 'web'])).to.match(/Selector: +app=web.*Endpoints: +127\./s);
      expect(await kubectl.run(['describe', 'node', 'node-1'])).to.match(/Conditions:.*Ready +True.*Non-terminated Pods:.*web/s);
      for (const [kind, name] of [
        ['namespace', 'default'],
        ['configmap', 'kube-root-ca.crt'],
        ['endpoints', 'web'],
      ]) {
        expect(await kubectl.run(['describe', kind ?? '', name ?? '']), kind).to.match(new RegExp(`^Name: +${name}`));
      }
    });

    it('create makes namespaces, config maps and secrets from its own subcommands', async () => {
      await kubectl.run(['create', 'namespace', 'shop']);
      await kubectl.run(['create', 'configmap', 'literal', '--from-literal=a=1']);
      await kubectl.run(['create', 'secret', 'generic', 'hidden', '--from-literal=password=s3cret']);
      expect(await kubectl.field('configmap/literal', '{.data.a}')).to.equal('1');
      expect(await kubectl.field('secret/hidden', '{.data.password}')).to.equal(Buffer.from('s3cret').toString('base64'));
      expect(await kubectl.run(['describe', 'secret', 'hidden'])).to.match(/password: +6 bytes/);
      expect((await kubectl.try(['create', 'namespace', 'shop'])).stderr).to.match(
        /Error from server \(AlreadyExists\): namespaces "shop" already exists/,
      );
      await eventually(() => kubectl.run(['get', 'serviceaccount', 'default', '-n', 'shop']));
      await kubectl.run(['delete', 'namespace', 'shop', '--timeout=20s']);
      expect((await kubectl.try(['get', 'namespace', 'shop'])).stderr).to.match(/NotFound/);
    });

    it('apply creates, configures, and says when nothing changed; replace and diff work', async () => {
      expect(await kubectl.run(['apply', '-f', '-'], CONFIG_MAP)).to.equal('configmap/settings created\n');
      expect(await kubectl.run(['apply', '-f', '-'], CONFIG_MAP)).to.equal('configmap/settings unchanged\n');
      expect((await kubectl.try(['diff', '-f', '-'], CONFIG_MAP.replace('red', 'blue'))).code).to.equal(1);
      expect(await kubectl.run(['apply', '-f', '-'], CONFIG_MAP.replace('red', 'blue'))).to.equal('configmap/settings configured\n');
      expect(await kubectl.field('configmap/settings', '{.data.colour}')).to.equal('blue');
      expect(await kubectl.run(['replace', '-f', '-'], CONFIG_MAP.replace('red', 'green'))).to.equal('configmap/settings replaced\n');
      expect(await kubectl.field('configmap/settings', '{.data.colour}')).to.equal('green');
    });

    it('creates and deletes Endpoints by hand', async () => {
      await kubectl.run(['create', '-f', '-'], ENDPOINTS);
      expect(await kubectl.run(['get', 'endpoints', 'by-hand'])).to.match(/10\.1\.2\.3:80/);
      expect(await kubectl.run(['delete', 'endpoints', 'by-hand'])).to.match(/deleted/);
    });

    it('label and annotate add, change and remove', async () => {
      await kubectl.run(['label', 'node', 'node-1', 'disk=ssd']);
      expect(await kubectl.field('node/node-1', '{.metadata.labels.disk}')).to.equal('ssd');
      await kubectl.run(['label', 'node', 'node-1', 'disk-']);
      expect(await kubectl.field('node/node-1', '{.metadata.labels.disk}')).to.equal('');
      await kubectl.run(['annotate', 'pod', 'web', 'note=hello']);
      expect(await kubectl.field('pod/web', '{.metadata.annotations.note}')).to.equal('hello');
    });

    it('scale goes through the subresource', async () => {
      await kubectl.run(['scale', 'rc', 'rc', '--replicas=2', '--current-replicas=1']);
      await kubectl.run(['wait', 'rc/rc', '--for=jsonpath={.status.readyReplicas}=2', '--timeout=20s']);
      expect((await kubectl.try(['scale', 'rc', 'rc', '--replicas=-1'])).code).to.equal(1);
    });

    it('logs follows a running container', async () => {
      const follower = kubectl.spawn(['logs', '-f', 'web', '--tail=1']);
      let lines = '';
      await new Promise<void>((resolve) =>
        follower.stdout?.setEncoding('utf8').on('data', (text: string) => (lines += text).split('\n').length > 4 && resolve()),
      );
      follower.kill();
      expect(lines).to.match(/^line \d+\nline \d+\nline \d+\n/);
      expect((await kubectl.run(['logs', 'web', '--tail=2'])).split('\n')).to.have.lengthOf(3);
    });

    it('exec gives output, exit code and standard input', async () => {
      expect(await kubectl.run(['exec', 'web', '--', 'sh', '-c', 'echo "$POD_IP"'])).to.match(/^127\./);
      const failed = await kubectl.try(['exec', 'web', '--', 'sh', '-c', 'echo oops >&2; exit 3']);
      expect([failed.code, failed.stderr]).to.deep.equal([3, 'oops\ncommand terminated with exit code 3\n']);
      expect(await kubectl.run(['exec', '-i', 'web', '--', 'cat'], 'through and back')).to.equal('through and back');
    });

    it('get -w shows changes as they come', async () => {
      const watcher = kubectl.spawn(['get', 'configmaps', '-w', '-o', 'name']);
      let lines = '';
      const seen = new Promise<void>((resolve) =>
        watcher.stdout?.setEncoding('utf8').on('data', (text: string) => (lines += text).includes('configmap/late') && resolve()),
      );
      await eventually(() => expect(lines).to.include('kube-root-ca.crt'));
      await kubectl.run(['create', 'configmap', 'late']);
      await seen;
      watcher.kill();
    });

    it('wait --for=delete and delete see a pod through its end', async () => {
      await kubectl.run(['create', '-f', '-'], POD.replaceAll('web', 'short'));
      await kubectl.run(['wait', 'pod/short', '--for=condition=Ready', '--timeout=20s']);
      await Promise.all([kubectl.run(['wait', 'pod/short', '--for=delete', '--timeout=20s']), kubectl.run(['delete', 'pod', 'short'])]);
      expect((await kubectl.try(['get', 'pod', 'short'])).stderr).to.equal('Error from server (NotFound): pods "short" not found\n');
    });

    it('explain, api-resources, version and cluster-info work', async () => {
      expect(await kubectl.run(['explain', 'pod.spec.containers'])).to.match(/KIND: +Pod/);
      expect(await kubectl.run(['api-resources'])).to.match(/nodes +no +v1 +false +Node/);
      expect(await kubectl.run(['version'])).to.match(/Server Version: v1\.36/);
    });

    it('is refused without a credential', async () => {
      const answer = await kubectl.try([
        'get',
        'pods',
        '--kubeconfig',
        '/dev/null',
        '--server',
        plane.url,
        '--insecure-skip-tls-verify',
        '--username=x',
        '--password=y',
      ]);
      expect(answer.code).to.equal(1);
      expect(answer.stderr).to.match(/Forbidden|Unauthorized/);
    });
  });
});
