/**
 * A balancer of your own, bound by its token: each connection goes to the endpoint with the fewest open ones.
 *
 *     node dist/examples/own-balancer.js
 */
import { ControlPlane, endpoints, pods, services, TOKENS } from 'kubelib';
import type { Balancer, Pod } from 'kubelib';

const leastConnections: Balancer = {
  pick: (_connection, candidates) => candidates.reduce((best, next) => (next.connections < best.connections ? next : best)),
};

const plane = await ControlPlane.start({
  configure: (container) => container.rebind(TOKENS.balancer).toConstantValue(() => leastConnections),
});
const script = `require('http').createServer((_, answer) => answer.end(process.env.POD_IP)).listen(8080, process.env.POD_IP)`;
const server = (name: string): Pod => ({
  metadata: { namespace: 'default', name, labels: { app: 'echo' } },
  spec: {
    terminationGracePeriodSeconds: 1,
    containers: [
      { name: 'c', image: 'node', command: ['node', '-e', script], readinessProbe: { tcpSocket: { port: 8080 }, periodSeconds: 1 } },
    ],
  },
});
const service = await plane.registry(services).create({
  metadata: { namespace: 'default', name: 'echo' },
  spec: { selector: { app: 'echo' }, ports: [{ port: 8080 }] },
});
const bothReady = new Promise<void>((resolve) => {
  plane
    .registry(endpoints)
    .watch({ namespace: 'default', fieldSelector: 'metadata.name=echo' })
    .subscribe((event) => {
      if (event.type !== 'BOOKMARK' && event.object.subsets?.some(({ addresses = [] }) => addresses.length === 2)) resolve();
    });
});
await Promise.all([plane.registry(pods).create(server('a')), plane.registry(pods).create(server('b'))]);
await bothReady;
const url = `http://${service.spec?.clusterIP}:8080/`;
const answers = new Set<string>();
for (let i = 0; i < 4; i++) answers.add(await (await fetch(url, { headers: { connection: 'close' } })).text());
console.log(`${url} was answered by ${[...answers].sort().join(' and ')}`);
await plane.stop();
