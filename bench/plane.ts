import { ControlPlane, pods } from '../lib/index.js';
import type { Bench } from './harness.js';
import { milliseconds } from './harness.js';
import { HttpClient } from './http-client.js';
import { benchPod } from './pod.js';

/** Start-up, and a pod's way to Running. */
export const plane: Bench = {
  name: 'plane',
  figures: () =>
    Promise.resolve({
      figures: [
        { name: 'ControlPlane.start(), memory, no node', unit: 'ms', run: () => measureStart(0) },
        { name: 'ControlPlane.start(), memory, one node', unit: 'ms', run: () => measureStart(1) },
        { name: 'start to first pod created over HTTPS', unit: 'ms', run: startToFirstPod },
        { name: 'pod created to Running, process runtime', unit: 'ms', run: createdToRunning },
      ],
    }),
};

async function measureStart(nodes: number): Promise<number> {
  let running: ControlPlane | undefined;
  const time = await milliseconds(async () => (running = await ControlPlane.start({ nodes })));
  await running?.stop();
  return time;
}

async function startToFirstPod(): Promise<number> {
  let running: ControlPlane | undefined;
  let client: HttpClient | undefined;
  const time = await milliseconds(async () => {
    running = await ControlPlane.start({ nodes: 0 });
    client = new HttpClient(running);
    await client.send('POST', '/api/v1/namespaces/default/pods', JSON.stringify(benchPod('first')));
  });
  client?.close();
  await running?.stop();
  return time;
}

async function createdToRunning(): Promise<number> {
  const running = await ControlPlane.start();
  const time = await milliseconds(async () => {
    const isRunning = new Promise<void>((resolve) => {
      running
        .registry(pods)
        .watch({ namespace: 'default' })
        .subscribe((event) => {
          if (event.type !== 'BOOKMARK' && event.object.status?.phase === 'Running') resolve();
        });
    });
    await running.registry(pods).create({
      metadata: { namespace: 'default', name: 'sleeper' },
      spec: { terminationGracePeriodSeconds: 0, containers: [{ name: 'c', image: 'none', command: ['sleep', '1000'] }] },
    });
    await isRunning;
  });
  await running.stop();
  return time;
}
