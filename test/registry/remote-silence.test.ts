import type { ServerResponse } from 'node:http';
import { expect } from 'chai';
import { VirtualEnvironment } from '../../lib/base/virtual-environment.js';
import { configMaps } from '../../lib/api/core/config-maps.js';
import type { StatusError } from '../../lib/api/status-error.js';
import { WatchRecorder } from '../../lib/testing/registry/registry-bed.js';
import { eventually } from '../support/eventually.js';
import { reply, ScriptedServer } from './support/scripted-server.js';

const MINUTE = 60_000;
const line = (type: string, resourceVersion: string) =>
  `${JSON.stringify({ type, object: { metadata: { name: 'a', resourceVersion } } })}\n`;

describe('a watch whose server falls silent', () => {
  const environment = new VirtualEnvironment();
  let response: ServerResponse;
  const server = new ScriptedServer((_, answer) => {
    response = answer.writeHead(200, { 'content-type': 'application/json' });
    response.write(line('ADDED', '7'));
  });
  const watch = async () => {
    const recorder = new WatchRecorder(server.registries(environment).registry(configMaps).watch());
    await recorder.take(1);
    return recorder;
  };

  before(() => server.start());
  after(() => server.stop());

  it('asks for bookmarks, keeps them to itself, and goes on as long as they come', async () => {
    const recorder = await watch();
    expect(server.requests.at(-1)!.url).to.contain('allowWatchBookmarks=true');
    for (let version = 8; version < 12; version += 1) {
      await environment.advance(2 * MINUTE);
      response.write(line('BOOKMARK', String(version)) + line('MODIFIED', String(version)));
      await recorder.take(version - 6);
    }
    expect(recorder.shown).to.deep.equal(['ADDED a', ...Array<string>(4).fill('MODIFIED a')]);
    recorder.close();
  });

  it('errors after three minutes, and closes its connection', async () => {
    const recorder = await watch();
    await environment.advance(3 * MINUTE - 1);
    expect(recorder.error).to.equal(undefined);
    await environment.advance(1);
    const error: StatusError = await recorder.failsWith('ServiceUnavailable');
    expect(error.message).to.contain('said nothing for 180 s');
    await eventually(() => server.sockets.size === 0);
  });
});

describe('a connection that the server closes between two calls', () => {
  it('does not fail a read', async () => {
    const object = { kind: 'ConfigMap', apiVersion: 'v1', metadata: { name: 'a', resourceVersion: '1' } };
    const server = new ScriptedServer((request, answer, count) => {
      // The second call meets a connection that is closed under it, as one is that has been idle for too long.
      if (count === 2) request.socket.resetAndDestroy();
      else reply(answer, 200, object);
    });
    await server.start();
    const registry = server.registries().registry(configMaps);
    for (const _ of [1, 2]) expect((await registry.get({ name: 'a' })).metadata.name).to.equal('a');
    expect(server.requests).to.have.length(3);
    await server.stop();
  });
});
