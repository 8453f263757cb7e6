/**
 * A kind of your own and the reconciler that makes the world match it: a GameServer owns one pod.
 *
 *     node dist/examples/custom-resource.js
 */
import { ControlPlane, controllerFor, defineResource, pods } from 'kubelib';
import type { KubeObject, Pod, ReconcileContext, Reconciler, Stored, Wanted } from 'kubelib';

interface GameServer extends KubeObject {
  spec: { players: number };
  status?: { phase?: string; address?: string };
}

const gameServers = defineResource<GameServer>({
  group: 'play.example.com',
  version: 'v1',
  kind: 'GameServer',
  schema: {
    type: 'object',
    required: ['spec'],
    properties: {
      spec: { type: 'object', required: ['players'], properties: { players: { type: 'integer', minimum: 1, maximum: 64 } } },
      status: { type: 'object', properties: { phase: { type: 'string' }, address: { type: 'string' } } },
    },
  },
});

class GameServerReconciler implements Reconciler<GameServer, Pod> {
  async reconcile(server: Stored<GameServer>, context: ReconcileContext<GameServer, Pod>): Promise<void> {
    const pod = await context.apply(pods, podFor(server)); // nothing is sent when nothing has changed
    context.status({ phase: pod.status?.phase ?? 'Pending', ...(pod.status?.podIP ? { address: pod.status.podIP } : {}) });
  }
}

function podFor({ metadata, spec }: Stored<GameServer>): Wanted<Pod> {
  const script = `console.log('room for ${spec.players} players'); setInterval(() => {}, 1000)`;
  return {
    metadata: { name: metadata.name },
    spec: { terminationGracePeriodSeconds: 1, containers: [{ name: 'game', image: 'node', command: ['node', '-e', script] }] },
  };
}

const plane = await ControlPlane.start({
  resources: [gameServers],
  controllers: [controllerFor(gameServers).owns(pods).reconcile(new GameServerReconciler())],
});
const running = new Promise<string>((resolve) => {
  plane
    .registry(gameServers)
    .watch()
    .subscribe((event) => {
      if (event.type === 'MODIFIED' && event.object.status?.phase === 'Running') resolve(event.object.status.address ?? '');
    });
});
await plane.registry(gameServers).create({ metadata: { namespace: 'default', name: 'alpha' }, spec: { players: 8 } });
console.log(`alpha runs at ${await running}`);
await plane.stop();
