import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { once } from 'node:events';
import { expect } from 'chai';
import { Kubectl, KUBECTL } from '../support/kubectl.js';
import { needs } from '../support/needs.js';
import { temporaryDirectory } from '../support/temporary-directory.js';
import { kubeconfigFor } from './support/kubeconfig.js';
import { HostPods } from './support/host-pods.js';
import { TestServer } from './support/test-server.js';

const POD = JSON.stringify({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p', labels: { app: 'web' } },
  spec: { nodeName: 'n', containers: [{ name: 'c', image: 'i', command: ['x'] }] },
});

needs(KUBECTL, () => {
  describe('kubectl against the API server', function () {
    this.timeout(60_000);
    const directory = temporaryDirectory();
    let server: TestServer;
    let kubectl: Kubectl;

    beforeEach(async () => {
      server = await TestServer.start({ podConnector: new HostPods() });
      const path = join(directory(), 'kubeconfig');
      writeFileSync(path, await kubeconfigFor(server));
      kubectl = new Kubectl(path, directory());
      await server.request('POST', '/api/v1/namespaces/default/serviceaccounts', { body: { metadata: { name: 'default' } } });
    });
    afterEach(() => server.stop());

    it('creates what it sends as protobuf alone, and shows it', async () => {
      await kubectl.run(['create', 'namespace', 'play']);
      await kubectl.run(['create', 'configmap', 'c', '-n', 'play', '--from-literal=k=v']);
      await kubectl.run(['create', 'secret', 'generic', 's', '-n', 'play', '--from-literal=password=secret']);
      await kubectl.run(['create', 'service', 'nodeport', 'web', '-n', 'play', '--tcp=80:8080']);
      await kubectl.run(['create', 'serviceaccount', 'robot', '-n', 'play']);
      expect(await kubectl.run(['get', 'cm,secret,svc,sa', '-n', 'play', '-o', 'name'])).to.equal(
        'configmap/c\nsecret/s\nservice/web\nserviceaccount/robot\n',
      );
      expect(Buffer.from(await kubectl.field('secret/s', '{.data.password}', '-n', 'play'), 'base64').toString()).to.equal('secret');
      expect(await kubectl.field('service/web', '{.spec.ports[0].targetPort}', '-n', 'play')).to.equal('8080');
    });

    it('applies, explains, edits labels, waits, describes and deletes', async () => {
      await kubectl.run(['apply', '-f', '-'], POD);
      expect(await kubectl.run(['apply', '-f', '-'], POD)).to.equal('pod/p unchanged\n');
      const diff = await kubectl.try(['diff', '-f', '-'], POD.replace('"i"', '"other"'));
      expect([diff.code, diff.stdout]).to.satisfy(
        ([code, out]: [number, string]) => code === 1 && out.includes('+  - command:') === false && out.includes('other'),
      );
      await kubectl.run(['label', 'pod', 'p', 'tier=front']);
      await kubectl.run(['annotate', 'pod', 'p', 'note=hello']);
      expect(await kubectl.run(['get', 'pods', '-l', 'tier=front', '--no-headers'])).to.match(/^p\s+0\/1\s+Pending/);
      expect(await kubectl.run(['explain', 'pod.spec.containers'])).to.contain('FIELD: containers <[]Container>');
      expect(await kubectl.run(['describe', 'pod', 'p'])).to.match(/Name:\s+p\n/);
      await kubectl.run(['patch', 'pod', 'p', '--subresource=status', '--type=merge', '-p', '{"status":{"phase":"Running"}}']);
      await kubectl.run(['wait', 'pod/p', '--for=jsonpath={.status.phase}=Running', '--timeout=10s']);
      await kubectl.run(['delete', 'pod', 'p', '--grace-period=0', '--force']);
      const gone = await kubectl.try(['get', 'pod', 'p']);
      expect([gone.code, gone.stderr]).to.deep.equal([1, 'Error from server (NotFound): pods "p" not found\n']);
    });

    it('is told what is wrong', async () => {
      const bad = JSON.stringify({
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'p' },
        spec: { containers: [{ name: 'c', image: 'i' }], nope: 1 },
      });
      expect((await kubectl.try(['create', '-f', '-'], bad)).stderr).to.contain('strict decoding error: unknown field "spec.nope"');
      const invalid = JSON.stringify({
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'p' },
        spec: { containers: [{ name: 'c', image: 'i', ports: [{ containerPort: 70000 }] }] },
      });
      expect((await kubectl.try(['create', '-f', '-'], invalid)).stderr).to.contain(
        'spec.containers[0].ports[0].containerPort: Invalid value: 70000',
      );
      expect((await kubectl.try(['get', 'gizmos'])).stderr).to.contain('the server doesn\'t have a resource type "gizmos"');
    });

    for (const webSockets of ['true', 'false']) {
      it(`runs commands and forwards ports over ${webSockets === 'true' ? 'WebSockets' : 'SPDY'}`, async () => {
        const environment = { KUBECTL_REMOTE_COMMAND_WEBSOCKETS: webSockets, KUBECTL_PORT_FORWARD_WEBSOCKETS: webSockets };
        const before = { ...process.env };
        kubectl = new Kubectl(join(directory(), 'kubeconfig'), directory(), environment);
        await kubectl.run(['apply', '-f', '-'], POD);
        await kubectl.run(['patch', 'pod', 'p', '--subresource=status', '--type=merge', '-p', '{"status":{"phase":"Running"}}']);
        const large = 'line of text\n'.repeat(100_000);
        expect(await kubectl.run(['exec', 'p', '--', 'echo', 'hello'])).to.equal('hello\n');
        expect(await kubectl.run(['exec', '-i', 'p', '--', 'cat'], large)).to.equal(large);
        const failed = await kubectl.try(['exec', 'p', '--', 'sh', '-c', 'echo oops >&2; exit 3']);
        expect(failed).to.deep.equal({ code: 3, stdout: '', stderr: 'oops\ncommand terminated with exit code 3\n' });
        expect(process.env).to.deep.equal(before);

        const target = createServer((_, response) => response.end(large)).listen(0, '127.0.0.1');
        await once(target, 'listening');
        const forward = kubectl.spawn(['port-forward', 'p', `:${(target.address() as AddressInfo).port}`]);
        try {
          const [line] = (await once(forward.stdout!, 'data')) as [Buffer];
          const port = /127\.0\.0\.1:(\d+)/.exec(line.toString())?.[1];
          for (let index = 0; index < 3; index += 1) expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).to.equal(large);
        } finally {
          forward.kill();
          await once(forward, 'close');
          target.close();
        }
      });
    }
  });
});
