import { ControlPlane, namespaces, pods } from '../lib/index.js';
import type { Bench } from './harness.js';
import { milliseconds, perSecond } from './harness.js';
import { HttpClient } from './http-client.js';
import { benchPod } from './pod.js';

const LIST_SIZE = 10_000;

/** Reads, writes and watches, over HTTPS and in process, memory storage. The client shares the process and its core. */
export const server: Bench = {
  name: 'server',
  figures: async () => {
    const plane = await ControlPlane.start({ nodes: 0, builtInControllers: false });
    const client = new HttpClient(plane, 1100);
    const registry = plane.registry(pods);
    let created = 0;
    const nextName = () => `pod-${created++}`;
    await plane.registry(namespaces).create({ metadata: { name: 'quiet' } });
    await registry.create({ ...benchPod('watched'), metadata: { ...benchPod('watched').metadata, namespace: 'quiet' } });
    const path = '/api/v1/namespaces/default/pods';

    return {
      figures: [
        {
          name: 'creates over HTTPS, 64 in flight',
          unit: '/s',
          run: () => perSecond(1000, 64, () => client.send('POST', path, JSON.stringify(benchPod(nextName())))),
        },
        {
          name: 'creates in process, 64 in flight',
          unit: '/s',
          run: () => perSecond(1000, 64, () => registry.create(benchPod(nextName()))),
        },
        { name: 'GETs over HTTPS, 64 in flight', unit: '/s', run: () => perSecond(4000, 64, () => client.send('GET', `${path}/pod-1`)) },
        {
          name: 'list of 10,000 pods over HTTPS',
          unit: 'ms',
          run: async () => {
            while (created < LIST_SIZE)
              await perSecond(Math.min(1000, LIST_SIZE - created), 64, () => registry.create(benchPod(nextName())));
            return milliseconds(() => client.send('GET', `${path}?limit=${LIST_SIZE}`));
          },
        },
        ...[1, 100, 1000].map((watchers) => ({
          name: `events to ${watchers} watcher${watchers === 1 ? '' : 's'} over HTTPS`,
          unit: '/s',
          runs: 5,
          run: () => deliveries(plane, client, watchers),
        })),
      ],
      close: async () => {
        client.close();
        await plane.stop();
      },
    };
  },
};

/** Event lines a second that reach `watchers` sockets altogether. */
async function deliveries(plane: ControlPlane, client: HttpClient, watchers: number): Promise<number> {
  const updates = Math.max(20, Math.floor(2000 / watchers));
  const expected = updates * watchers;
  const registry = plane.registry(pods);
  const name = { namespace: 'quiet', name: 'watched' };
  const { resourceVersion } = await registry.list({ namespace: 'quiet' });
  let lines = 0;
  let finish = () => {};
  const all = new Promise<void>((resolve) => (finish = resolve));
  const streams = await Promise.all(
    Array.from({ length: watchers }, () =>
      client.open('GET', `/api/v1/namespaces/quiet/pods?watch=true&resourceVersion=${resourceVersion}`),
    ),
  );
  for (const stream of streams) {
    stream.on('data', (chunk: Buffer) => {
      for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) lines += 1;
      if (lines >= expected) finish();
    });
    stream.on('error', () => {}); // destroyed below
  }
  const time = await milliseconds(async () => {
    for (let i = 0; i < updates; i++) {
      await registry.modify(name, (pod) => ({
        ...pod,
        metadata: { ...pod.metadata, annotations: { ...pod.metadata.annotations, count: String(i) } },
      }));
    }
    await all;
  });
  streams.forEach((stream) => stream.destroy());
  return (expected * 1000) / time;
}
