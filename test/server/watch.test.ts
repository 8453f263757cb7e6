import type http from 'node:http';
import https from 'node:https';
import { once } from 'node:events';
import { expect } from 'chai';
import { configMaps } from '../../lib/api/core/config-maps.js';
import { eventually } from '../support/eventually.js';
import { ADMIN_TOKEN, TestServer } from './support/test-server.js';

const NS = '/api/v1/namespaces/default/configmaps';
const MERGE = { 'content-type': 'application/merge-patch+json' };
const TABLE = { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json' };
const INITIAL = 'sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true';

describe('A watch over HTTP', () => {
  let server: TestServer;
  const create = (name: string, labels: object = {}, data: object = {}) =>
    server.request('POST', NS, { body: { metadata: { name, labels }, data } });

  beforeEach(async () => (server = await TestServer.start()));
  afterEach(() => server.stop());

  it('shows what is there, then every change, in the objects’ own bytes', async () => {
    await create('a');
    const watch = await server.watch(`${NS}?watch=true`);
    expect(watch.response.headers).to.include({ 'content-type': 'application/json', 'transfer-encoding': 'chunked' });
    expect(await watch.names(1)).to.deep.equal(['ADDED a']);
    const created = await create('b');
    expect((await watch.next())?.object).to.deep.equal(created.json);
    await server.request('PATCH', `${NS}/b`, { body: { data: { k: 'v' } }, headers: MERGE });
    await server.request('DELETE', `${NS}/b`);
    expect(await watch.names(2)).to.deep.equal(['MODIFIED b', 'DELETED b']);
  });

  it('sends its head at once, though nothing happens', async () => {
    const watch = await server.watch(`${NS}?watch=true`);
    expect(watch.code).to.equal(200);
  });

  it('resumes where it is told to and misses nothing', async () => {
    const from = (await create('a')).json.metadata.resourceVersion;
    for (const name of ['b', 'c', 'd']) await create(name);
    const watch = await server.watch(`${NS}?watch=1&resourceVersion=${from}`);
    expect(await watch.names(3)).to.deep.equal(['ADDED b', 'ADDED c', 'ADDED d']);
  });

  it('shows what enters and leaves a selection', async () => {
    const watch = await server.watch(`${NS}?watch=true&labelSelector=app%3Dweb`);
    await create('a', { app: 'other' });
    await server.request('PATCH', `${NS}/a`, { body: { metadata: { labels: { app: 'web' } } }, headers: MERGE });
    await server.request('PATCH', `${NS}/a`, { body: { metadata: { labels: { app: null } } }, headers: MERGE });
    expect(await watch.names(2)).to.deep.equal(['ADDED a', 'DELETED a']);
  });

  it('ends the initial events with a bookmark for those who ask for a watch-list', async () => {
    await create('a');
    const list = (await server.request('GET', NS)).json;
    const watch = await server.watch(`${NS}?watch=true&${INITIAL}`);
    expect(await watch.names(1)).to.deep.equal(['ADDED a']);
    expect(await watch.next())?.to.deep.equal({
      type: 'BOOKMARK',
      object: {
        kind: 'ConfigMap',
        apiVersion: 'v1',
        metadata: { resourceVersion: list.metadata.resourceVersion, annotations: { 'k8s.io/initial-events-end': 'true' } },
      },
    });
    await create('b');
    expect(await watch.names(1)).to.deep.equal(['ADDED b']);
  });

  it('says 410 in its last line when the history is gone', async () => {
    const first = (await create('a')).json.metadata.resourceVersion;
    const last = (await create('b')).json.metadata.resourceVersion;
    await server.storage.compact(Number(last));
    const watch = await server.watch(`${NS}?watch=true&resourceVersion=${first}`);
    expect(watch.code).to.equal(200);
    const event = await watch.next();
    expect([event?.type, event?.object.kind, event?.object.code, event?.object.reason]).to.deep.equal(['ERROR', 'Status', 410, 'Expired']);
    expect(await watch.next())?.to.equal(undefined);
  });

  it('ends cleanly when its time is over, and when the server stops', async () => {
    const brief = await server.watch(`${NS}?watch=true&timeoutSeconds=1`);
    expect(await brief.next()).to.equal(undefined);
    const long = await server.watch(`${NS}?watch=true`);
    const end = long.next();
    await server.server.stop();
    expect(await end).to.equal(undefined);
  });

  it('shows tables, their columns described once', async () => {
    await create('a');
    const watch = await server.watch(`${NS}?watch=true&${INITIAL}`, TABLE);
    const first = (await watch.next())?.object;
    expect(first?.columnDefinitions?.map(({ name }) => name)).to.deep.equal(['Name', 'Data', 'Age']);
    expect(first?.rows[0]?.object.metadata.name).to.equal('a');
    const bookmark = (await watch.next())?.object;
    expect(bookmark?.columnDefinitions).to.equal(null);
    expect(bookmark?.rows[0]?.object.metadata.annotations).to.deep.equal({ 'k8s.io/initial-events-end': 'true' });
  });

  it('takes old paths, and no watch of one object', async () => {
    await create('a');
    const all = await server.watch('/api/v1/watch/namespaces/default/configmaps');
    expect(await all.names(1)).to.deep.equal(['ADDED a']);
    await create('b');
    const one = await server.watch('/api/v1/watch/namespaces/default/configmaps/b');
    expect(await one.names(1)).to.deep.equal(['ADDED b']);
    expect((await server.request('GET', `${NS}/a?watch=true`)).json.kind).to.equal('ConfigMap');
  });

  it('reaches a thousand objects at a slow reader’s own pace', async () => {
    const registry = server.registries.registry(configMaps);
    for (let index = 0; index < 300; index += 1) {
      await registry.create({ metadata: { name: `m${index}`, namespace: 'default' }, data: { k: 'z'.repeat(20_000) } });
    }
    const watch = await server.watch(`${NS}?watch=true&${INITIAL}`);
    const names = new Set(await watch.names(300));
    expect(names.size).to.equal(300);
    expect((await watch.next())?.type).to.equal('BOOKMARK');
  });
});

describe('A watcher that does not read', () => {
  it('is ended after whole lines, resumes from the last, and never delays another', async () => {
    const server = await TestServer.start({ limits: { watchBuffer: 256 * 1024 } });
    try {
      const slow = await openWithoutReading(server, `${NS}?watch=true`);
      const quick = await server.watch(`${NS}?watch=true`);
      const registry = server.registries.registry(configMaps);
      const count = 400;
      for (let index = 0; index < count; index += 1) {
        await registry.create({ metadata: { name: `m${index}`, namespace: 'default' }, data: { k: 'q'.repeat(40_000) } });
        expect(await quick.names(1)).to.deep.equal([`ADDED m${index}`]);
      }
      const lines = await readLines(slow);
      expect(lines.length).to.be.greaterThan(0).and.lessThan(count);
      const last = lines.at(-1)?.object.metadata.resourceVersion;
      const resumed = await server.watch(`${NS}?watch=true&resourceVersion=${last}`);
      const rest = await resumed.names(count - lines.length);
      expect(rest.at(0)).to.equal(`ADDED m${lines.length}`);
      expect(rest.at(-1)).to.equal(`ADDED m${count - 1}`);
    } finally {
      await server.stop();
    }
  }).timeout(20_000);

  it('costs nothing once it has gone', async () => {
    const server = await TestServer.start();
    try {
      const watches = await Promise.all(Array.from({ length: 20 }, () => server.watch(`${NS}?watch=true`)));
      for (const watch of watches) watch.close();
      await eventually(() => server.server.connections === 0);
    } finally {
      await server.stop();
    }
  });
});

async function openWithoutReading(server: TestServer, path: string): Promise<http.IncomingMessage> {
  const request = https.get(`${server.server.url}${path}`, {
    headers: { authorization: `Bearer ${ADMIN_TOKEN}` },
    ca: server.authority.pem.certificate,
    agent: false,
  });
  const [response] = (await once(request, 'response')) as [http.IncomingMessage];
  return response.pause();
}

async function readLines(response: http.IncomingMessage): Promise<{ object: { metadata: { resourceVersion: string } } }[]> {
  let text = '';
  for await (const chunk of response as AsyncIterable<Buffer>) text += chunk.toString();
  expect(text.endsWith('\n')).to.equal(true);
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { object: { metadata: { resourceVersion: string } } });
}
