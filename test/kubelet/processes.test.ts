import { existsSync, readdirSync } from 'node:fs';
import { get } from 'node:http';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Pod } from 'kubernetes-types/core/v1.js';
import { configMaps } from '../../lib/api/core/config-maps.js';
import { pods } from '../../lib/api/core/pods.js';
import { eventually } from '../support/eventually.js';
import { temporaryDirectory } from '../support/temporary-directory.js';
import { hasPhase, isReady, ProcessNode } from './support/process-node.js';

const SERVER = `
const http = require('node:http');
http.createServer((request, response) => {
  if (request.url === '/pid') return response.end(String(process.pid));
  if (request.url === '/exit') process.exit(3);
  if (request.url === '/config') return response.end(require('node:fs').readFileSync(__dirname + '/greeting', 'utf8'));
  response.end(JSON.stringify({ pod: process.env.POD_NAME, host: process.env.BACKEND_SERVICE_HOST }));
}).listen(8080, process.env.POD_IP, () => console.log('listening as', process.env.POD_NAME));
`;

const server = {
  volumes: [{ name: 'app', configMap: { name: 'app' } }],
  container: {
    command: ['node', 'app/server.js'],
    volumeMounts: [{ name: 'app', mountPath: '/app' }],
    env: [{ name: 'POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }],
    ports: [{ name: 'http', containerPort: 8080 }],
    readinessProbe: { httpGet: { port: 'http', path: '/' }, periodSeconds: 1 },
  },
};

describe('A kubelet with real processes', function () {
  this.timeout(20_000);
  const directory = temporaryDirectory();
  let node: ProcessNode;

  beforeEach(async () => {
    node = await new ProcessNode(directory(), { leasePeriod: 1000 }).start();
    await node.createConfigMap('app', { 'server.js': SERVER, greeting: 'hello' });
  });
  afterEach(() => node.stop());

  it('runs servers from a configMap, each with an address of its own, ready when they answer', async () => {
    await Promise.all(['a', 'b'].map((name) => node.createPod(name, server)));
    const [a, b] = await Promise.all(['a', 'b'].map((name) => node.podWhen(name, isReady)));
    expect(a!.status?.podIP).to.not.equal(b!.status?.podIP);
    expect(JSON.parse(await fetched(a!, '/'))).to.deep.include({ pod: 'a' });
    expect(JSON.parse(await fetched(b!, '/'))).to.deep.include({ pod: 'b' });
    expect(await node.logs('a')).to.equal('listening as a\n');
    expect(a!.status?.containerStatuses?.[0]?.containerID).to.match(/^process:\/\/./);
  });

  it('restarts a process that was killed, at once, and keeps what it said', async () => {
    await node.createPod('a', server);
    const before = await node.podWhen('a', isReady);
    const seen: (boolean | undefined)[] = [];
    const watch = node.registries
      .registry(pods)
      .watch({ fieldSelector: 'metadata.name=a' })
      .subscribe((event) => event.type === 'MODIFIED' && seen.push(isReady(event.object)));
    const killedAt = performance.now();
    process.kill(Number(await fetched(before, '/pid')), 'SIGKILL');
    await eventually(() => seen.includes(false));
    expect(performance.now() - killedAt).to.be.below(1000);
    const after = await node.podWhen('a', (pod) => isReady(pod) && pod.status?.containerStatuses?.[0]?.restartCount === 1);
    watch.unsubscribe();
    expect(after.status?.podIP).to.equal(before.status?.podIP);
    expect(after.status?.containerStatuses?.[0]?.lastState?.terminated).to.deep.include({ exitCode: 137, reason: 'Error' });
    expect(await node.logs('a', { previous: true })).to.equal('listening as a\n');
  });

  it('changes the files of a volume when the configMap changes', async () => {
    await node.createPod('a', server);
    const pod = await node.podWhen('a', isReady);
    expect(await fetched(pod, '/config')).to.equal('hello');
    await node.registries
      .registry(configMaps)
      .modify({ namespace: 'default', name: 'app' }, (object) => ({ ...object, data: { ...object.data, greeting: 'bye' } }));
    await eventually(async () => (await fetched(pod, '/config')) === 'bye');
  });

  it('runs commands in order, with their exit codes', async () => {
    const script = (text: string) => ({ image: 'none', command: ['sh', '-c', text], volumeMounts: [{ name: 'd', mountPath: '/d' }] });
    await node.createPod('a', {
      restartPolicy: 'Never',
      volumes: [{ name: 'd', emptyDir: {} }],
      initContainers: [
        { name: 'one', ...script('printf a >>d/f') },
        { name: 'two', ...script('printf b >>d/f') },
      ],
      containers: [{ name: 'c', ...script('cat d/f; exit 7') }],
    });
    const { status } = await node.podWhen('a', hasPhase('Failed'));
    expect(status?.containerStatuses?.[0]?.state?.terminated).to.deep.include({ exitCode: 7, reason: 'Error' });
    expect(await node.logs('a')).to.equal('ab');
  });

  it('says so when a container has no command', async () => {
    await node.createPod('a');
    const { status } = await node.podWhen(
      'a',
      (pod) => pod.status?.containerStatuses?.[0]?.state?.waiting?.reason === 'CreateContainerError',
    );
    expect(status?.containerStatuses?.[0]?.state?.waiting?.message).to.contain('command');
    expect(node.events.messages('a', 'Failed')[0]).to.contain('command');
  });

  it('probes by TCP, by HTTP and by command', async () => {
    const { container } = server;
    await node.createPod('tcp', {
      ...server,
      container: { ...container, readinessProbe: { tcpSocket: { port: 8080 }, periodSeconds: 1 } },
    });
    const exec = { command: ['test', '-e', 'ok'] };
    await node.createPod('exec', {
      container: { command: ['sh', '-c', 'sleep 0.3; touch ok; exec sleep 60'], readinessProbe: { exec, periodSeconds: 1 } },
    });
    const livenessProbe = { httpGet: { port: 8081 }, periodSeconds: 1, failureThreshold: 1 };
    await node.createPod('sick', { ...server, container: { ...container, livenessProbe } });
    await node.podWhen('tcp', isReady);
    await node.podWhen('exec', isReady);
    await node.podWhen('sick', (pod) => (pod.status?.containerStatuses?.[0]?.restartCount ?? 0) >= 1);
    expect(node.events.messages('sick', 'Unhealthy')[0]).to.match(
      /^Liveness probe failed: Get "http:\/\/127\.[^"]*:8081\/": connect ECONNREFUSED/,
    );
    expect(node.events.messages('sick', 'Killing')).to.include('Container c failed liveness probe, will be restarted');
  });

  it('removes all of a pod that is deleted', async () => {
    await node.createPod('a', server);
    const pod = await node.podWhen('a', isReady);
    const pid = Number(await fetched(pod, '/pid'));
    await node.registries.registry(pods).delete({ namespace: 'default', name: 'a' });
    await eventually(async () => (await node.registries.registry(pods).list()).items.length === 0);
    expect(existsSync(`/proc/${pid}`)).to.equal(false);
    expect(readdirSync(join(directory(), 'pods'))).to.be.empty;
    expect(await node.runtime.pods()).to.be.empty;
  });

  it('takes over processes that a predecessor left running', async () => {
    await node.createPod('a', server);
    const pid = await fetched(await node.podWhen('a', isReady), '/pid');
    await node.stopNode();
    expect(existsSync(`/proc/${pid}`)).to.equal(true);
    await node.startNode();
    const pod = await node.podWhen('a', isReady);
    expect(await fetched(pod, '/pid')).to.equal(pid);
    process.kill(Number(pid), 'SIGKILL');
    await node.podWhen('a', (one) => isReady(one) && one.status?.containerStatuses?.[0]?.restartCount === 1);
  });

  it('ends all processes when it is drained, and the next kubelet runs the pods again', async () => {
    await node.createPod('a', server);
    const before = await node.podWhen('a', isReady);
    const pid = await fetched(before, '/pid');
    await node.kubelet.drain({ gracePeriod: 1000 });
    expect(existsSync(`/proc/${pid}`)).to.equal(false);
    await node.stopNode();
    await node.startNode();
    const after = await node.podWhen('a', isReady);
    expect(after.metadata.uid).to.equal(before.metadata.uid);
    expect(after.status?.containerStatuses?.[0]?.restartCount).to.equal(0);
    expect(await fetched(after, '/pid')).to.not.equal(pid);
  });

  it('serves commands, output and connections, or says why not', async () => {
    await node.createPod('a', server);
    const pod = await node.podWhen('a', isReady);
    const { streams } = node.kubelet;
    const session = await streams.exec(pod, {
      command: ['sh', '-c', 'echo $POD_NAME; exit 5'],
      stdin: false,
      stdout: true,
      stderr: true,
      tty: false,
    });
    expect(await textOf(session.stdout)).to.equal('a\n');
    expect(await session.done).to.deep.include({ exitCode: 5 });
    const connection = await streams.portForward(pod, 8080);
    connection.write('GET /pid HTTP/1.0\r\n\r\n');
    expect(await textOf(connection as AsyncIterable<Uint8Array>)).to.contain('200 OK');
    await expectStatus(streams.logs(pod, { container: 'x' }, AbortSignal.timeout(5000)), 400, 'container x is not valid for pod a');
    await expectStatus(
      streams.logs(pod, { previous: true }, AbortSignal.timeout(5000)),
      400,
      'previous terminated container "c" in pod "a" not found',
    );
    await expectStatus(
      streams.exec(
        { ...pod, metadata: { ...pod.metadata, uid: 'other' } },
        { command: ['x'], stdin: false, stdout: true, stderr: true, tty: false },
      ),
      404,
      'pods "a" not found',
    );
  });
});

function fetched(pod: Pod, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    get({ host: pod.status!.podIP, port: 8080, path, agent: false }, (answer) => void textOf(answer).then(resolve, reject)).on(
      'error',
      reject,
    );
  });
}

async function textOf(stream: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

async function expectStatus(work: Promise<unknown>, code: number, message: string): Promise<void> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason as { code: number; message: string },
  );
  expect(error).to.include({ code, message });
}
