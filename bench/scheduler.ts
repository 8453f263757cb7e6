import { ControlPlane, pods } from '../lib/index.js';
import type { Pod } from '../lib/index.js';
import type { Bench } from './harness.js';
import { milliseconds, perSecond } from './harness.js';
import { benchPod } from './pod.js';

const PODS = 2000;

/** Pods bound on 1,000 simulated nodes, whose kubelets run in the same process and take up every pod at once. */
export const scheduler: Bench = {
  name: 'scheduler',
  figures: async () => {
    const plane = await ControlPlane.start({ nodes: 1000, runtime: 'simulated', proxy: false });
    let round = 0;
    return {
      figures: [
        {
          name: `pods scheduled on 1,000 simulated nodes, ${PODS} created`,
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
              await perSecond(PODS, 64, (i) => plane.registry(pods).create(simulatedPod(`${prefix}${i}`)));
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

/** Nothing listens at the address of a simulated pod: without its readiness probe. */
function simulatedPod(name: string): Pod {
  const pod = benchPod(name, 'default-scheduler');
  const containers = (pod.spec?.containers ?? []).map(({ readinessProbe: _, ...container }) => container);
  return { ...pod, spec: { ...pod.spec, containers, terminationGracePeriodSeconds: 0 } };
}
