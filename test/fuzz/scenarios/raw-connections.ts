import type { Scenario, Scene } from '../scene.js';
import { oddText } from '../values/odd-values.js';

const HOST = 'Host: a\r\n';

/** What comes over the line is not HTTP, or only nearly. */
export const rawConnections: Scenario = {
  name: 'raw connections',
  weight: 0.6,
  async run(scene) {
    for (let count = scene.random.between(1, 3); count > 0; count--) await scene.sendRaw(Buffer.from(text(scene), 'latin1'));
    const alive = await scene.send('GET', '/readyz');
    if (alive && alive.code !== 200) scene.fail('the server is not ready after odd connections', alive.body.toString());
  },
};

function text(scene: Scene): string {
  const { random, namespace } = scene;
  const collection = `/api/v1/namespaces/${namespace}/configmaps`;
  return random.pick<() => string>([
    () => String.fromCharCode(...random.list(1, 500, () => random.below(256))),
    () => `GET ${oddText(random)} HTTP/1.1\r\n${HOST}\r\n`,
    () => `GET / HTTP/1.1\r\n\r\n`,
    () => `GET / HTTP/9.9\r\n${HOST}\r\n`,
    () => `GET / HTTP/1.0\r\n\r\n`,
    () =>
      `GET /api HTTP/1.1\r\n${HOST}${Array.from({ length: random.pick([60, 63, 64, 65, 500]) }, (_, index) => `x-${index}: a\r\n`).join('')}\r\n`,
    () => `GET /api HTTP/1.1\r\n${HOST}x: ${'a'.repeat(random.pick([1000, 64_000, 70_000, 1_000_000]))}\r\n\r\n`,
    () => `GET /${'a'.repeat(random.pick([5000, 70_000]))} HTTP/1.1\r\n${HOST}\r\n`,
    () => `POST ${collection} HTTP/1.1\r\n${HOST}Content-Length: 100\r\n\r\n{`,
    () => `POST ${collection} HTTP/1.1\r\n${HOST}Content-Length: -1\r\n\r\n{}`,
    () => `POST ${collection} HTTP/1.1\r\n${HOST}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}`,
    () => `POST ${collection} HTTP/1.1\r\n${HOST}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}`,
    () => `POST ${collection} HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n`,
    () => `POST ${collection} HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n{}\r\n`,
    () => `POST ${collection} HTTP/1.1\r\n${HOST}Expect: 100-continue\r\nContent-Length: 2\r\n\r\n{}`,
    () => `GET /api HTTP/1.1\r\n${HOST}\r\n`.repeat(random.pick([2, 50])),
    () => `GET ${collection}?watch=1 HTTP/1.1\r\n${HOST}\r\nGET /api HTTP/1.1\r\n${HOST}\r\n`,
    () =>
      `GET /api/v1/namespaces/${namespace}/pods/a/exec?command=x HTTP/1.1\r\n${HOST}Connection: Upgrade\r\nUpgrade: ${random.pick(['websocket', 'SPDY/3.1', 'h2c', '__proto__'])}\r\nSec-WebSocket-Key: ${random.pick(['dGhlIHNhbXBsZSBub25jZQ==', 'x'])}\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: ${random.pick(['v5.channel.k8s.io', '__proto__', 'base64url.bearer.authorization.k8s.io.eA'])}\r\n\r\n\u0081\u0085`,
    () => `CONNECT a:443 HTTP/1.1\r\n${HOST}\r\n`,
    () => `PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\u0000\u0000\u0000\u0004`,
    () => `GET / HTTP/1.1\r\nHost: a\nX: b\r\n c\r\n\r\n`,
    () => `OPTIONS * HTTP/1.1\r\n${HOST}\r\n`,
    () => `GET http://b/api HTTP/1.1\r\n${HOST}\r\n`,
  ])();
}
