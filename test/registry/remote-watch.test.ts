import type { ServerResponse } from 'node:http';
import { expect } from 'chai';
import { configMaps } from '../../lib/api/core/config-maps.js';
import type { KubeObject } from '../../lib/api/object.js';
import { WatchRecorder } from '../../lib/testing/registry/registry-bed.js';
import { eventually } from '../support/eventually.js';
import { remoteCluster } from './support/remote-cluster.js';
import type { Handler } from './support/scripted-server.js';
import { reply, ScriptedServer } from './support/scripted-server.js';

const line = (type: string, name: string, more: object = {}) =>
  `${JSON.stringify({ type, object: { kind: 'ConfigMap', apiVersion: 'v1', metadata: { name, resourceVersion: '7' }, ...more } })}\n`;

describe('a watch over HTTP', () => {
  let server: ScriptedServer | undefined;
  const serve = async (handler: Handler) => {
    server = new ScriptedServer(handler);
    await server.start();
    return new WatchRecorder<KubeObject>(server.registries().registry(configMaps).watch({ resourceVersion: '1' }));
  };
  const begin = (response: ServerResponse) => response.writeHead(200, { 'content-type': 'application/json' });
  afterEach(async () => {
    await server?.stop();
    server = undefined;
  });

  it('puts lines together from pieces of any size, in the middle of a character as well', async () => {
    const bytes = Buffer.from(line('ADDED', 'a', { data: { text: 'grün 日本 🦊' } }) + line('MODIFIED', 'b'));
    const recorder = await serve((_, response) => {
      begin(response);
      const pieces = [...bytes].map((byte) => Buffer.from([byte]));
      const next = () => {
        const piece = pieces.shift();
        if (piece) response.write(piece, () => setImmediate(next));
        else response.end();
      };
      next();
    });
    await recorder.until(() => recorder.completed);
    expect(recorder.shown).to.deep.equal(['ADDED a', 'MODIFIED b']);
    expect(recorder.objects[0]).to.have.nested.property('data.text', 'grün 日本 🦊');
  });

  it('completes when the server ends it', async () => {
    const recorder = await serve((_, response) => begin(response).end(line('ADDED', 'a')));
    await recorder.until(() => recorder.completed);
    expect(recorder.shown).to.deep.equal(['ADDED a']);
  });

  it('errors with ServiceUnavailable when its connection is cut, after what came before', async () => {
    const recorder = await serve((request, response) => {
      begin(response).write(`${line('ADDED', 'a')}{"type":"ADD`, () => setImmediate(() => request.socket.destroy()));
    });
    await recorder.failsWith('ServiceUnavailable');
    expect(recorder.shown).to.deep.equal(['ADDED a']);
  });

  it('errors with what the server says in the middle of it', async () => {
    const status = { kind: 'Status', reason: 'Expired', code: 410, message: 'too old resource version' };
    const recorder = await serve((_, response) => {
      begin(response).write(line('ADDED', 'a') + `${JSON.stringify({ type: 'ERROR', object: status })}\n`);
    });
    const error = await recorder.failsWith('Expired');
    expect(error.message).to.equal('too old resource version');
    await eventually(() => server!.sockets.size === 0);
  });

  it('errors with what the server says at once', async () => {
    const recorder = await serve((_, response) => reply(response, 403, { kind: 'Status', reason: 'Forbidden', code: 403, message: 'no' }));
    await recorder.failsWith('Forbidden');
  });

  it('errors when the server sends what is no event, and closes the connection', async () => {
    const recorder = await serve((_, response) => void begin(response).write('<html>\n'));
    await recorder.failsWith('ServiceUnavailable');
    await eventually(() => server!.sockets.size === 0);
  });

  it('closes its connection when it is unsubscribed', async () => {
    const recorder = await serve((_, response) => void begin(response).write(line('ADDED', 'a')));
    await recorder.take(1);
    expect(server!.sockets.size).to.equal(1);
    recorder.close();
    await eventually(() => server!.sockets.size === 0);
    expect(recorder.error).to.equal(undefined);
  });

  it('closes its connection when it is unsubscribed before the answer', async () => {
    const recorder = await serve(() => undefined);
    await eventually(() => server!.requests.length === 1);
    recorder.close();
    await eventually(() => server!.sockets.size === 0);
    expect(recorder.error).to.equal(undefined);
  });

  it('may be unsubscribed within an event', async () => {
    server = new ScriptedServer((_, response) => void begin(response).write(line('ADDED', 'a') + line('ADDED', 'b')));
    await server.start();
    const names: string[] = [];
    const subscription = server
      .registries()
      .registry(configMaps)
      .watch({ resourceVersion: '1' })
      .subscribe((event) => {
        if (event.type !== 'BOOKMARK') names.push(event.object.metadata.name);
        subscription.unsubscribe();
      });
    await eventually(() => names.length > 0 && server!.sockets.size === 0);
    expect(names).to.deep.equal(['a']);
  });

  it('ends with its registries, and leaves no connection', async () => {
    const { registries, server: api, stop } = await remoteCluster();
    try {
      const recorder = new WatchRecorder(registries.registry(configMaps).watch());
      await registries.registry(configMaps).create({ metadata: { name: 'a' } });
      await recorder.take(1);
      await registries.stop();
      await ended(recorder);
      await eventually(() => api.connections === 0);
    } finally {
      await stop();
    }
  });

  it('ends when a real server stops', async () => {
    const { registries, server: api, stop } = await remoteCluster();
    try {
      const recorder = new WatchRecorder(registries.registry(configMaps).watch());
      await registries.registry(configMaps).create({ metadata: { name: 'a' } });
      await recorder.take(1);
      await api.stop();
      await ended(recorder);
    } finally {
      await stop();
    }
  });
});

/** A watch ends completed, or with the news that its server is gone. */
async function ended(recorder: WatchRecorder<KubeObject>): Promise<void> {
  await recorder.until(() => recorder.completed || recorder.error !== undefined, true);
  if (!recorder.completed) await recorder.failsWith('ServiceUnavailable');
}
