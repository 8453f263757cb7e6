import { ControlPlane, nodes, pods } from '../lib/index.js';
import type { Bench } from './harness.js';
import { milliseconds, perSecond } from './harness.js';
import { benchPod } from './pod.js';

const PODS = 2000;

/** Pods bound on 1,000 nodes that are Node objects alone, so that the scheduler and the registries are what is measured. */
export const scheduler: Bench = {
  name: 'scheduler',
  figures: async () => {
    const plane = await ControlPlane.start({ nodes: 0, builtInControllers: false });
    for (let i = 0; i < 1000; i++) await createNode(plane, `bench-${i}`);
    let round = 0;
    return {
      figures: [
        {
          name: `pods scheduled on 1,000 nodes, ${PODS} created`,
          unit: '/s',
          run: async () => {
            const prefix = `round-${round++}-`;
            const bound = new Set<string>();
            let subscription: { unsubscribe(): void } | undefined;
            const time = await milliseconds(async () => {
              const all = new Promise<void>((resolve) => {
                subscription = plane
                  .registry(pods)
                  .watch({ namespace: 'default' })
                  .subscribe((event) => {
                    if (event.type === 'BOOKMARK' || !event.object.spec?.nodeName || !event.object.metadata.name.startsWith(prefix)) return;
                    bound.add(event.object.metadata.name);
                    if (bound.size === PODS) resolve();
                  });
              });
              await perSecond(PODS, 64, (i) => plane.registry(pods).create(benchPod(`${prefix}${i}`, 'default-scheduler')));
              await all;
            });
            subscription?.unsubscribe();
            await plane.registry(pods).deleteMany({ namespace: 'default', gracePeriodSeconds: 0 });
            return (PODS * 1000) / time;
          },
        },
      ],
      close: () => plane.stop(),
    };
  },
};

async function createNode(plane: ControlPlane, name: string): Promise<void> {
  const resources = { cpu: '8', memory: '16Gi', pods: '110' };
  const node = await plane.registry(nodes).create({ metadata: { name } });
  const status = {
    capacity: resources,
    allocatable: resources,
    conditions: [{ type: 'Ready', status: 'True' as const, reason: 'KubeletReady' }],
  };
  await plane
    .registry(nodes)
    .subresource('status')
    .update({ name }, { ...node, status });
}
