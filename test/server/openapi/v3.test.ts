import { expect } from 'chai';
import { defineResource } from '../../../lib/index.js';
import { TestServer } from '../support/test-server.js';
import { get, hashesOf, Message, V3_PROTOBUF, v3Of } from './support.js';

describe('OpenAPI v3', function () {
  this.timeout(20_000);
  let server: TestServer;
  before(async () => (server = await TestServer.start()));
  after(() => server.stop());

  it('lists a document for every group version that is served, and for what is no resource', async () => {
    const keys = Object.keys(await hashesOf(server));
    const groups = (await get(server, '/apis')).json.groups;
    expect(keys).to.include.members(['api', 'api/v1', 'apis', 'apis/apps', 'version', ...groups.map(({ name }) => `apis/${name}`)]);
    const versions = groups.flatMap((group) => (group as unknown as { versions: { groupVersion: string }[] }).versions);
    expect(keys).to.include.members(versions.map(({ groupVersion }) => `apis/${groupVersion}`));
    expect(keys).to.deep.equal([...keys].sort());
  });

  it('knows in each document every schema that it refers to, and describes every type', async () => {
    for (const key of Object.keys(await hashesOf(server))) {
      const document = await v3Of(server, key);
      const { schemas } = document.components;
      const references = [...JSON.stringify(document).matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map(([, name = '']) => name);
      expect(
        references.filter((name) => !Object.hasOwn(schemas, name)),
        key,
      ).to.deep.equal([]);
      expect(
        Object.keys(schemas).filter((name) => !schemas[name]?.description),
        key,
      ).to.deep.equal([]);
    }
  });

  it('tells defaults and alternatives, and what a field adds to its type', async () => {
    const { schemas } = (await v3Of(server, 'api/v1')).components;
    const spec = schemas['io.k8s.api.core.v1.Pod']?.properties?.['spec'];
    expect(spec).to.deep.include({ allOf: [{ $ref: '#/components/schemas/io.k8s.api.core.v1.PodSpec' }], default: {} });
    expect(schemas['io.k8s.api.core.v1.ContainerPort']?.properties?.['protocol']).to.deep.include({
      default: 'TCP',
      enum: ['SCTP', 'TCP', 'UDP'],
    });
    expect(schemas['io.k8s.apimachinery.pkg.util.intstr.IntOrString']).to.deep.include({
      oneOf: [{ type: 'integer' }, { type: 'string' }],
    });
    expect(schemas['io.k8s.api.core.v1.PodSpec']?.properties?.['nodeSelector']).to.include({ 'x-kubernetes-map-type': 'atomic' });
    expect(schemas['io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions']?.['x-kubernetes-group-version-kind']).to.deep.equal([
      { group: '', kind: 'DeleteOptions', version: 'v1' },
    ]);
  });

  it('lets who names the hash keep a document for ever, and leads from a wrong hash to the right one', async () => {
    const { 'apis/apps/v1': hash } = await hashesOf(server);
    const path = '/openapi/v3/apis/apps/v1';
    const named = await get(server, `${path}?hash=${hash}&timeout=32s`);
    expect(named.headers).to.include({ 'cache-control': 'public, immutable', etag: `"${hash}"`, vary: 'Accept' });
    expect(Date.parse(String(named.headers.expires))).to.be.greaterThan(Date.parse(String(named.headers.date)) + 300 * 24 * 3600 * 1000);
    const unnamed = await get(server, path);
    expect([unnamed.code, unnamed.headers.etag, unnamed.headers.expires]).to.deep.equal([200, `"${hash}"`, undefined]);
    const wrong = await get(server, `${path}?hash=0000`);
    expect([wrong.code, wrong.headers.location]).to.deep.equal([301, `${path}?hash=${hash}`]);
    expect((await get(server, `${path}?hash=${hash}`, { 'if-none-match': `"${hash}"` })).code).to.equal(304);
    expect((await get(server, path, { accept: 'text/html' })).code).to.equal(406);
    const unknown = await get(server, '/openapi/v3/apis/no.such/v1');
    expect([unknown.code, unknown.text]).to.deep.equal([404, '']);
  });

  it('says since when the index says so', async () => {
    const index = await get(server, '/openapi/v3');
    expect(index.headers['content-type']).to.equal('text/plain; charset=utf-8');
    const since = String(index.headers['last-modified']);
    expect((await get(server, '/openapi/v3', { 'if-modified-since': since })).code).to.equal(304);
    const before = new Date(Date.parse(since) - 1000).toUTCString();
    expect((await get(server, '/openapi/v3', { 'if-modified-since': before })).code).to.equal(200);
    expect((await get(server, '/openapi/v3', { 'if-modified-since': 'yesterday' })).code).to.equal(200);
  });

  it('gives the index of every set of kinds a date of its own, also when two are of one second', async () => {
    const before = String((await get(server, '/openapi/v3')).headers['last-modified']);
    const moments = defineResource({ group: 'dates.example.com', version: 'v1', kind: 'Moment' });
    server.registries.catalog.add(moments);
    const changed = await get(server, '/openapi/v3', { 'if-modified-since': before });
    expect(changed.code).to.equal(200);
    expect(Object.keys(changed.json.paths)).to.include('apis/dates.example.com/v1');
    expect(Date.parse(String(changed.headers['last-modified']))).to.be.greaterThan(Date.parse(before));
    server.registries.catalog.remove(moments);
  });

  it('is never compressed', async () => {
    const answer = await get(server, '/openapi/v3/api/v1', { 'accept-encoding': 'gzip' });
    expect(answer.headers).not.to.have.property('content-encoding');
  });

  it('says in protobuf what it says in JSON', async () => {
    const document = await v3Of(server, 'api/v1');
    const answer = await get(server, '/openapi/v3/api/v1', { accept: V3_PROTOBUF });
    expect(answer.headers['content-type']).to.equal('application/com.github.proto-openapi.spec.v3.v1.0+protobuf');
    const message = new Message(answer.bytes);
    expect(message.text(1)).to.equal('3.0.0');
    const paths = message.message(4).named(1);
    expect([...paths.keys()]).to.deep.equal(Object.keys(document.paths));
    const post = paths.get('/api/v1/namespaces/{namespace}/pods')?.message(6);
    expect(post?.text(5)).to.equal('createCoreV1NamespacedPod');
    const body = post?.message(7, 1);
    expect(body?.number(3)).to.equal(1);
    const REFERENCE = '#/components/schemas/io.k8s.api.core.v1.Pod';
    expect(body?.message(2).named(1).get('*/*')?.message(1, 2).text(1)).to.equal(REFERENCE);
    const created = post?.message(8).named(2).get('201')?.message(1);
    expect(created?.text(1)).to.equal('Created');
    expect(created?.message(3).named(1).get('application/json')?.message(1, 2).text(1)).to.equal(REFERENCE);

    const schemas = message.message(5, 1).named(1);
    expect([...schemas.keys()]).to.deep.equal(Object.keys(document.components.schemas));
    const port = schemas.get('io.k8s.api.core.v1.ContainerPort')?.message(1);
    expect([port?.text(25), port?.texts(23)]).to.deep.equal(['object', ['containerPort']]);
    const protocol = port?.message(31).named(1).get('protocol')?.message(1);
    expect([protocol?.message(33).text(3), protocol?.messages(24).map((one) => one.text(2))]).to.deep.equal([
      'TCP',
      ['"SCTP"', '"TCP"', '"UDP"'],
    ]);
    const spec = schemas.get('io.k8s.api.core.v1.Pod')?.message(1, 31).named(1).get('spec')?.message(1);
    expect(spec?.message(26, 2).text(1)).to.equal('#/components/schemas/io.k8s.api.core.v1.PodSpec');
  });

  it('makes anew only what has changed, and the same content of the same kinds', async () => {
    const gadgets = defineResource({ group: 'example.com', version: 'v1', kind: 'Gadget' });
    const before = await hashesOf(server);
    expect(before).not.to.have.property('apis/example.com/v1');
    server.registries.catalog.add(gadgets);
    const with1 = await hashesOf(server);
    expect(with1).to.have.property('apis/example.com/v1');
    server.registries.catalog.remove(gadgets);
    const more = defineResource({
      group: 'example.com',
      version: 'v1',
      kind: 'Gadget',
      schema: { type: 'object', properties: { spec: { type: 'object' } } },
    });
    server.registries.catalog.add(more);
    const with2 = await hashesOf(server);
    expect(with2['apis/example.com/v1']).not.to.equal(with1['apis/example.com/v1']);
    const { 'apis/example.com/v1': _, ...others } = with2;
    expect(others).to.deep.equal(before);
    server.registries.catalog.remove(more);
    expect(await hashesOf(server)).to.deep.equal(before);
    expect((await get(server, '/openapi/v3/apis/example.com/v1')).code).to.equal(404);
  });
});
