import type { Scenario } from '../scene.js';
import { http2Bytes } from '../values/http2-frames.js';

/** Frames of HTTP/2 that no client sends, in between those that all do. */
export const http2Connections: Scenario = {
  name: 'HTTP/2 connections',
  weight: 0.6,
  async run(scene) {
    const { random, namespace, token } = scene;
    for (let count = random.between(1, 3); count > 0; count--)
      await scene.sendRaw(http2Bytes(random, token, `/api/v1/namespaces/${namespace}/configmaps?dryRun=All`), 'h2');
    const alive = await scene.send('GET', '/readyz');
    if (alive && alive.code !== 200) scene.fail('the server is not ready after odd connections of HTTP/2', alive.body.toString());
  },
};
