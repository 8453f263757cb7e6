/**
 * A kind of your own and the reconciler that makes the world match it: a GameServer owns one pod.
 *
 *     node dist/examples/custom-resource.js
 */
import { ControlPlane, controllerFor, defineResource, ownerReference, pods } from 'kubelib';
import type { KubeObject, Pod, ReconcileContext, Reconciler, Stored } from 'kubelib';

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

class GameServerReconciler implements Reconciler<GameServer> {
  async reconcile(server: Stored<GameServer>, context: ReconcileContext<GameServer>): Promise<void> {
    const pod = context.cache(pods).get(server.metadata) ?? (await context.registry(pods).create(podFor(server)));
    const status = { phase: pod.status?.phase ?? 'Pending', ...(pod.status?.podIP ? { address: pod.status.podIP } : {}) };
    if (server.status?.phase === status.phase && server.status.address === status.address) return;
    await context
      .registry(gameServers)
      .subresource('status')
      .modify(context.name, (current) => ({ ...current, status }));
  }
}

function podFor(server: Stored<GameServer>): Pod {
  const script = `console.log('room for ${server.spec.players} players'); setInterval(() => {}, 1000)`;
  return {
    metadata: {
      name: server.metadata.name,
      namespace: server.metadata.namespace ?? 'default',
      ownerReferences: [ownerReference(server, { controller: true })],
    },
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
