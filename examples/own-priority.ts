/**
 * A scheduler priority of your own, bound by its token: pods prefer the node whose name comes last.
 *
 *     node dist/examples/own-priority.js
 */
import { ControlPlane, pods, TOKENS } from 'kubelib';
import type { WeightedPriority } from 'kubelib';

const lastNode: WeightedPriority = {
  name: 'LastNode',
  weight: 100,
  score: (_pod, node) => Number(node.name.split('-')[1] ?? 0) * 10, // 0..100
};

const plane = await ControlPlane.start({
  nodes: 3,
  runtime: 'simulated',
  configure: (container) => container.bind(TOKENS.priorities).toConstantValue(lastNode),
});
const bound = new Promise<string>((resolve) => {
  plane
    .registry(pods)
    .watch({ namespace: 'default' })
    .subscribe((event) => {
      if (event.type !== 'BOOKMARK' && event.object.spec?.nodeName) resolve(event.object.spec.nodeName);
    });
});
await plane
  .registry(pods)
  .create({ metadata: { namespace: 'default', name: 'picky' }, spec: { containers: [{ name: 'c', image: 'any' }] } });
console.log(`picky goes to ${await bound}`);
await plane.stop();
