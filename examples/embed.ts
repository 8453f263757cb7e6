/**
 * A whole cluster inside one program: start it, run a pod as a host process, watch it become ready, read its log, stop.
 *
 *     node dist/examples/embed.js
 */
import { ControlPlane, pods } from 'kubelib';

const plane = await ControlPlane.start(); // memory storage, process runtime, one node
console.log(`API server at ${plane.url}`);

const ready = new Promise<void>((resolve) => {
  plane
    .registry(pods)
    .watch({ labelSelector: 'app=hello' })
    .subscribe((event) => {
      if (event.type === 'BOOKMARK') return;
      console.log(event.type, event.object.metadata.name, event.object.status?.phase);
      if (event.object.status?.phase === 'Succeeded') resolve();
    });
});

await plane.registry(pods).create({
  metadata: { namespace: 'default', name: 'hello', labels: { app: 'hello' } },
  spec: {
    restartPolicy: 'Never',
    containers: [{ name: 'hello', image: 'node', command: ['node', '-e', 'console.log(`hello from ${process.env.POD_IP}`)'] }],
  },
});
await ready;

const pod = await plane.registry(pods).get({ namespace: 'default', name: 'hello' });
for await (const chunk of await plane.logs(pod)) process.stdout.write(chunk);
await plane.stop(); // drains, flushes, leaves nothing running
