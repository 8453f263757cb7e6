import { createServer } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { systemEnvironment } from '../lib/base/system-environment.js';
import { CertificateAuthority } from '../lib/server/pki.js';
import { benchPod } from './pod.js';

/**
 * What node:https can do at most, in a process of its own: answers every GET with the same pod; of a POST it parses the body, keeps it in
 * memory and sends it back encoded. Prints its URL, ends with its standard input.
 */
const constant = Buffer.from(JSON.stringify(benchPod('constant')));
const kept = new Map<string, unknown>();
const headers = { 'content-type': 'application/json' };

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

const authority = await CertificateAuthority.create({ environment: systemEnvironment });
const { certificate: cert, key } = await authority.serverCertificate();
const server = createServer({ cert, key }, (request, response) => {
  if (request.method === 'GET') return void response.writeHead(200, { ...headers, 'content-length': constant.length }).end(constant);
  void bodyOf(request).then((text) => {
    const object = JSON.parse(text) as { metadata: { name: string } };
    kept.set(object.metadata.name, object);
    const body = Buffer.from(JSON.stringify(object));
    response.writeHead(201, { ...headers, 'content-length': body.length }).end(body);
  });
});
server.listen(0, '127.0.0.1', () => console.log(`https://127.0.0.1:${(server.address() as { port: number }).port}`));
process.stdin.resume().on('end', () => process.exit(0));
