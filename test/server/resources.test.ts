import { gunzipSync } from 'node:zlib';
import { expect } from 'chai';
import { defineResource } from '../../lib/api/define-resource.js';
import type { KubeObject } from '../../lib/api/object.js';
import { TestServer } from './support/test-server.js';

const NS = '/api/v1/namespaces/default';
const MERGE = { 'content-type': 'application/merge-patch+json' };
const TABLE = { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json' };

const configMap = (name: string, data: object = {}) => ({ metadata: { name }, data });
const widgets = defineResource<KubeObject & { spec?: { size?: number } }>({
  group: 'play.example.com',
  version: 'v1',
  kind: 'Widget',
  schema: { type: 'object', properties: { spec: { type: 'object', properties: { size: { type: 'integer' } } } } },
});

describe('Resources over HTTP', () => {
  let server: TestServer;
  const post = (resource: string, body: object) => server.request('POST', `${NS}/${resource}`, { body });

  beforeEach(async () => (server = await TestServer.start({ resources: [widgets] })));
  afterEach(() => server.stop());

  it('creates, reads, lists, replaces, patches and deletes', async () => {
    const created = await post('configmaps', configMap('a', { k: '1' }));
    expect(created.code).to.equal(201);
    expect(created.json).to.deep.include({ kind: 'ConfigMap', apiVersion: 'v1', data: { k: '1' } });
    expect((await post('configmaps', configMap('a'))).json).to.include({
      reason: 'AlreadyExists',
      message: 'configmaps "a" already exists',
    });

    const read = await server.request('GET', `${NS}/configmaps/a`);
    expect(read.json).to.deep.equal(created.json);

    const list = (await server.request('GET', `${NS}/configmaps`)).json;
    expect(list).to.deep.include({ kind: 'ConfigMapList', apiVersion: 'v1' });
    expect(list.items[0]).to.not.have.any.keys('kind', 'apiVersion');
    expect(list.items.map((one) => one.metadata.name)).to.deep.equal(['a']);

    const replaced = await server.request('PUT', `${NS}/configmaps/a`, { body: { ...created.json, data: { k: '2' } } });
    expect([replaced.code, replaced.json.data]).to.deep.equal([200, { k: '2' }]);
    const patched = await server.request('PATCH', `${NS}/configmaps/a`, { body: { data: { l: '3' } }, headers: MERGE });
    expect([patched.code, patched.json.data]).to.deep.equal([200, { k: '2', l: '3' }]);

    const deleted = await server.request('DELETE', `${NS}/configmaps/a`);
    expect(deleted.json).to.deep.equal({
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Success',
      details: { name: 'a', kind: 'configmaps', uid: created.json.metadata.uid },
    });
    const gone = await server.request('GET', `${NS}/configmaps/a`);
    expect([gone.code, gone.json.message, gone.json.details]).to.deep.equal([
      404,
      'configmaps "a" not found',
      { name: 'a', kind: 'configmaps' },
    ]);
  });

  it('answers with the object where a finalizer holds it, and for the kinds that always do', async () => {
    await post('configmaps', { metadata: { name: 'held', finalizers: ['example.com/f'] } });
    const held = await server.request('DELETE', `${NS}/configmaps/held`);
    expect(held.json).to.deep.include({ kind: 'ConfigMap' });
    expect(held.json.metadata.deletionTimestamp).to.be.a('string');
    await post('serviceaccounts', { metadata: { name: 's' } });
    expect((await server.request('DELETE', `${NS}/serviceaccounts/s`)).json.kind).to.equal('ServiceAccount');
  });

  it('takes the options of a DELETE from its body, and from the query only without one', async () => {
    await post('configmaps', configMap('a'));
    await server.request('DELETE', `${NS}/configmaps/a?dryRun=All`);
    expect((await server.request('GET', `${NS}/configmaps/a`)).code).to.equal(200);
    const wrong = await server.request('DELETE', `${NS}/configmaps/a`, { body: { preconditions: { uid: 'other' } } });
    expect([wrong.code, wrong.json.reason]).to.deep.equal([409, 'Conflict']);
    expect((await server.request('DELETE', `${NS}/configmaps/a`, { body: { propagationPolicy: 'Sometimes' } })).code).to.equal(422);
    expect((await server.request('DELETE', `${NS}/configmaps/a?dryRun=All`, { body: {} })).code).to.equal(200);
    expect((await server.request('GET', `${NS}/configmaps/a`)).code).to.equal(404);
  });

  it('deletes collections by selector and answers with what was', async () => {
    for (const name of ['a', 'b', 'c']) await post('configmaps', { metadata: { name, labels: { odd: String(name !== 'b') } } });
    const answer = await server.request('DELETE', `${NS}/configmaps?labelSelector=odd%3Dtrue`);
    expect(answer.json.items.map((one) => one.metadata.name)).to.deep.equal(['a', 'c']);
    expect((await server.request('GET', `${NS}/configmaps`)).json.items).to.have.length(1);
  });

  it('pages through one snapshot', async () => {
    for (const name of ['a', 'b', 'c']) await post('configmaps', configMap(name));
    const first = (await server.request('GET', `${NS}/configmaps?limit=2`)).json;
    expect([first.items.length, first.metadata.remainingItemCount]).to.deep.equal([2, 1]);
    await post('configmaps', configMap('d'));
    const second = (await server.request('GET', `${NS}/configmaps?limit=2&continue=${encodeURIComponent(first.metadata.continue)}`)).json;
    expect(second.items.map((one) => one.metadata.name)).to.deep.equal(['c']);
    expect(second.metadata).to.deep.equal({ resourceVersion: first.metadata.resourceVersion });
  });

  it('shows dry runs and stores nothing', async () => {
    const answer = await server.request('POST', `${NS}/configmaps?dryRun=All`, { body: configMap('a') });
    expect([answer.code, answer.json.metadata.name]).to.deep.equal([201, 'a']);
    expect((await server.request('GET', `${NS}/configmaps/a`)).code).to.equal(404);
  });

  it('reads YAML and bodies without a content type, and writes YAML', async () => {
    const yaml = 'metadata:\n  name: a\ndata:\n  on: "yes"\n';
    const created = await server.request('POST', `${NS}/configmaps`, {
      body: yaml,
      headers: { 'content-type': 'application/yaml', accept: 'application/yaml' },
    });
    expect(created.headers['content-type']).to.equal('application/yaml');
    expect(created.text).to.contain('kind: ConfigMap\n');
    const json = { metadata: { name: 'b' } };
    expect((await server.request('POST', `${NS}/configmaps`, { body: json, headers: { 'content-type': '' } })).code).to.equal(201);
  });

  it('reads protobuf, and answers JSON to those who would rather have protobuf', async () => {
    // ConfigMap {metadata {name: "p"}, data {"k": "v"}} as kubectl sends it
    const meta = message([1, bytes('p')]);
    const object = Buffer.concat([message([1, meta]), message([2, Buffer.concat([message([1, bytes('k')]), message([2, bytes('v')])])])]);
    const type = Buffer.concat([message([1, bytes('v1')]), message([2, bytes('ConfigMap')])]);
    const body = Buffer.concat([bytes('k8s\0'), message([1, type]), message([2, object])]);
    const headers = { 'content-type': 'application/vnd.kubernetes.protobuf', accept: 'application/vnd.kubernetes.protobuf' };
    const created = await server.request('POST', `${NS}/configmaps`, { body, headers });
    expect([created.code, created.headers['content-type'], created.json.data]).to.deep.equal([201, 'application/json', { k: 'v' }]);
    expect((await server.request('POST', '/apis/play.example.com/v1/namespaces/default/widgets', { body, headers })).code).to.equal(406);
  });

  it('shows tables and bare metadata to those who ask', async () => {
    await post('configmaps', configMap('a', { x: '1', y: '2' }));
    const table = (await server.request('GET', `${NS}/configmaps`, { headers: TABLE })).json;
    expect(table).to.deep.include({ kind: 'Table', apiVersion: 'meta.k8s.io/v1' });
    expect(table.columnDefinitions?.map(({ name }) => name)).to.deep.equal(['Name', 'Data', 'Age']);
    expect(table.rows[0]?.cells[0]).to.equal('a');
    expect(table.rows[0]?.object.kind).to.equal('PartialObjectMetadata');
    const one = (await server.request('GET', `${NS}/configmaps/a?includeObject=Object`, { headers: TABLE })).json;
    expect(one.rows[0]?.object.data).to.deep.equal({ x: '1', y: '2' });
    const partial = { accept: 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io' };
    const list = (await server.request('GET', `${NS}/configmaps`, { headers: partial })).json;
    expect(list.kind).to.equal('PartialObjectMetadataList');
    expect(list.items[0]).to.have.all.keys('kind', 'apiVersion', 'metadata');
    expect((await server.request('GET', `${NS}/configmaps/a`, { headers: partial })).code).to.equal(406);
    const missing = await server.request('GET', `${NS}/configmaps/zz`, { headers: TABLE });
    expect(missing.json.kind).to.equal('Status');
  });

  it('keeps status and spec apart, scales, and binds once', async () => {
    const spec = {
      selector: { a: 'b' },
      template: { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } },
    };
    await post('replicationcontrollers', { metadata: { name: 'rc' }, spec });
    const scale = await server.request('PATCH', `${NS}/replicationcontrollers/rc/scale`, {
      body: { spec: { replicas: 5 } },
      headers: MERGE,
    });
    expect(scale.json).to.deep.include({ kind: 'Scale', apiVersion: 'autoscaling/v1', spec: { replicas: 5 } });
    const status = await server.request('PATCH', `${NS}/replicationcontrollers/rc/status`, {
      body: { spec: { replicas: 9 }, status: { replicas: 3 } },
      headers: MERGE,
    });
    expect([status.json.spec.replicas, status.json.status.replicas]).to.deep.equal([5, 3]);

    await post('serviceaccounts', { metadata: { name: 'default' } });
    await post('pods', { metadata: { name: 'p' }, spec: { containers: [{ name: 'c', image: 'i' }] } });
    const binding = { metadata: { name: 'p' }, target: { kind: 'Node', name: 'n1' } };
    const bound = await server.request('POST', `${NS}/pods/p/binding`, { body: binding });
    expect([bound.code, bound.json]).to.deep.equal([201, { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 }]);
    expect((await server.request('GET', `${NS}/pods/p`)).json.spec.nodeName).to.equal('n1');
    expect((await server.request('POST', `${NS}/bindings`, { body: binding })).code).to.equal(409);
    for (const method of ['GET', 'DELETE']) expect((await server.request(method, `${NS}/bindings`)).code).to.equal(405);
    expect((await server.request('GET', `${NS}/pods/p/binding`)).code).to.equal(405);
  });

  it('serves kinds that users define, as long as they are in the catalog', async () => {
    const path = '/apis/play.example.com/v1/namespaces/default/widgets';
    const body = { apiVersion: 'play.example.com/v1', kind: 'Widget', metadata: { name: 'w' }, spec: { size: 2, color: 'red' } };
    expect((await server.request('POST', path, { body: { metadata: { name: 'w' } } })).code).to.equal(400);
    const created = await server.request('POST', path, { body });
    expect([created.code, created.json.spec]).to.deep.equal([201, { size: 2 }]);
    expect(created.headers.warning).to.equal('299 - "unknown field \\"spec.color\\""');
    const strategic = { 'content-type': 'application/strategic-merge-patch+json' };
    expect((await server.request('PATCH', `${path}/w`, { body: {}, headers: strategic })).code).to.equal(415);
    expect((await server.request('HEAD', `${path}/w`)).code).to.equal(200);
    expect((await server.request('GET', path)).json.items[0]?.kind).to.equal('Widget');
    server.registries.catalog.remove(widgets);
    const after = await server.request('GET', path);
    expect([after.code, after.text]).to.deep.equal([404, '404 page not found\n']);
    expect((await server.request('GET', '/apis')).json.groups.map(({ name }) => name)).to.not.include('play.example.com');
  });

  it('answers 404 and 405 in the words of Kubernetes', async () => {
    const code = async (method: string, path: string) => (await server.request(method, path)).code;
    for (const path of [
      '/api/v1/nope',
      '/api/v2/pods',
      `${NS}/pods/p/nope`,
      `${NS}/nodes`,
      '/api/v1/pods/p',
      '/apis/coordination.k8s.io/v2/leases',
    ]) {
      const answer = await server.request('GET', path);
      expect([answer.code, answer.json.message, answer.json.details], path).to.deep.equal([
        404,
        'the server could not find the requested resource',
        {},
      ]);
    }
    for (const path of [
      '/nope',
      '/openapi/v1',
      '/apis/unknown.example',
      '/apis/unknown.example/v1/things',
      '//api/v1/pods',
      '/api/v1/%zz',
    ]) {
      expect((await server.request('GET', path)).text, path).to.equal('404 page not found\n');
    }
    for (const [method, path] of [
      ['POST', '/api/v1/configmaps'],
      ['DELETE', '/api/v1/configmaps'],
      ['DELETE', '/api/v1/namespaces'],
      ['PUT', `${NS}/configmaps`],
      ['POST', `${NS}/configmaps/a`],
      ['HEAD', `${NS}/configmaps`],
      ['OPTIONS', `${NS}/configmaps`],
    ] as const) {
      expect(await code(method, path), `${method} ${path}`).to.equal(405);
    }
    expect(await code('GET', `${NS}/configmaps/`)).to.equal(200);
  });

  it('indents for people, compresses what is large, and names every answer', async () => {
    const pretty = await server.request('GET', `${NS}/configmaps`, { headers: { 'user-agent': 'curl/8' } });
    expect(pretty.text).to.match(/^\{\n {2}"kind"/);
    expect((await server.request('GET', `${NS}/configmaps?pretty=0`, { headers: { 'user-agent': 'curl/8' } })).text).to.match(
      /^\{"kind".*\}\n$/,
    );
    await post('configmaps', configMap('large', { k: 'x'.repeat(200_000) }));
    const zipped = await server.request('GET', `${NS}/configmaps`, { headers: { 'accept-encoding': 'gzip' } });
    expect(zipped.headers).to.include({ 'content-encoding': 'gzip', vary: 'Accept-Encoding' });
    const list = JSON.parse(gunzipSync(zipped.bytes).toString()) as { items: { data: { k: string } }[] };
    expect(list.items[0]?.data.k).to.have.length(200_000);
    expect((await server.request('GET', `${NS}/configmaps`, { headers: { 'accept-encoding': 'gzip;q=1' } })).headers).to.not.have.property(
      'content-encoding',
    );
    const named = await server.request('GET', '/healthz', { headers: { 'audit-id': 'mine' } });
    expect(named.headers).to.include({ 'audit-id': 'mine', 'cache-control': 'no-cache, private' });
  });

  it('sends lists of many megabytes whole, over both protocols', async () => {
    await Promise.all(Array.from({ length: 40 }, (_, index) => post('configmaps', configMap(`m${index}`, { k: 'y'.repeat(100_000) }))));
    const overHttp1 = await server.request('GET', `${NS}/configmaps`);
    const overHttp2 = await server.http2('GET', `${NS}/configmaps`);
    expect(overHttp1.bytes.length).to.be.greaterThan(4_000_000);
    expect(overHttp2.json).to.deep.equal(overHttp1.json);
  });
});

const bytes = (text: string) => Buffer.from(text, 'latin1');

/** A length-delimited protobuf field of fewer than 128 bytes. */
function message([number, content]: readonly [number, Buffer]): Buffer {
  return Buffer.concat([Buffer.from([(number << 3) | 2, content.length]), content]);
}
