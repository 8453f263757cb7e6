import { expect } from 'chai';
import { TestServer } from './support/test-server.js';

const AGGREGATED = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';

describe('Discovery', () => {
  let server: TestServer;
  before(async () => (server = await TestServer.start()));
  after(() => server.stop());
  const get = (path: string, accept?: string) => server.request('GET', path, { headers: accept === undefined ? {} : { accept } });

  it('lists versions, groups and resources in the old form', async () => {
    expect((await get('/api')).json).to.deep.include({ kind: 'APIVersions', versions: ['v1'] });
    const group = {
      name: 'coordination.k8s.io',
      versions: [{ groupVersion: 'coordination.k8s.io/v1', version: 'v1' }],
      preferredVersion: { groupVersion: 'coordination.k8s.io/v1', version: 'v1' },
    };
    expect((await get('/apis')).json.groups).to.deep.include(group);
    expect((await get('/apis/coordination.k8s.io')).json).to.deep.equal({ kind: 'APIGroup', apiVersion: 'v1', ...group });
    const core = (await get('/api/v1')).json;
    const byName = Object.fromEntries(core.resources.map((one) => [one.name, one]));
    expect(byName['nodes']?.shortNames).to.include.members(['no', 'minions']);
    expect(byName['pods/eviction']).to.include({ group: 'policy', version: 'v1', kind: 'Eviction' });
    expect(byName['endpoints']?.singularName).to.equal('endpoints');
    expect(byName['bindings']?.verbs).to.deep.equal(['create']);
    expect((await get('/api/v1/')).json).to.deep.equal(core);
  });

  it('tells everything at once in the aggregated form, under its own content type', async () => {
    const answer = await get('/apis', `${AGGREGATED},application/json`);
    expect(answer.headers['content-type']).to.equal(AGGREGATED);
    expect(answer.json.kind).to.equal('APIGroupDiscoveryList');
    expect(answer.json.items.map((one) => one.metadata.name)).to.include('discovery.k8s.io');
    const core = (await get('/api', AGGREGATED)).json.items[0];
    const pods = core?.versions[0]?.resources.find((one) => one.resource === 'pods');
    expect(pods).to.deep.include({ scope: 'Namespaced', singularResource: 'pod', responseKind: { group: '', version: 'v1', kind: 'Pod' } });
    expect(pods?.subresources.map((one) => one.subresource)).to.include.members(['log', 'exec', 'status', 'binding']);
    const again = await server.request('GET', '/apis', { headers: { accept: AGGREGATED, 'if-none-match': String(answer.headers.etag) } });
    expect([again.code, again.text]).to.deep.equal([304, '']);
    expect((await get('/apis', 'application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList')).code).to.equal(406);
  });

  it('answers for its health, and for parts of it', async () => {
    expect((await get('/healthz')).text).to.equal('ok');
    expect((await get('/readyz?verbose')).text).to.equal('[+]ping ok\nreadyz check passed\n');
    expect((await get('/readyz?verbose&exclude=ping')).text).to.contain('[+]ping excluded: ok');
    expect((await get('/livez/ping')).text).to.equal('ok');
    expect((await get('/livez/nope')).code).to.equal(404);
    expect((await server.request('HEAD', '/readyz')).code).to.equal(200);
  });

  it('is not ready while a check fails, and does not say why', async () => {
    const ill = await TestServer.start({
      checks: {
        storage: () => {
          throw new Error('disk secret-disk is full');
        },
      },
    });
    try {
      const answer = await ill.request('GET', '/readyz', { token: null });
      expect([answer.code, answer.text]).to.deep.equal([500, '[+]ping ok\n[-]storage failed: reason withheld\nreadyz check failed\n']);
    } finally {
      await ill.stop();
    }
  });
});

describe('OpenAPI', () => {
  let server: TestServer;
  before(async () => (server = await TestServer.start()));
  after(() => server.stop());

  it('has a document for every group version, cacheable by its hash', async () => {
    const index = await server.request('GET', '/openapi/v3');
    expect(index.headers['content-type']).to.equal('text/plain; charset=utf-8');
    const paths = index.json.paths;
    expect(Object.keys(paths)).to.include.members(['api/v1', 'apis/coordination.k8s.io/v1']);
    for (const { serverRelativeURL } of Object.values(paths)) {
      const document = await server.request('GET', serverRelativeURL);
      expect(document.code).to.equal(200);
      expect(document.headers['cache-control']).to.equal('public, immutable');
      const again = await server.request('GET', serverRelativeURL, { headers: { 'if-none-match': String(document.headers.etag) } });
      expect(again.code).to.equal(304);
    }
    const moved = await server.request('GET', '/openapi/v3/api/v1?hash=WRONG');
    expect([moved.code, moved.headers.location]).to.deep.equal([301, paths['api/v1']?.serverRelativeURL]);
    expect((await server.request('GET', '/openapi/v3/apis/no.such/v1')).code).to.equal(404);
  });

  it('says per kind how to patch it, and knows every schema that it refers to', async () => {
    const { paths, components } = (await server.request('GET', '/openapi/v3/api/v1')).json;
    const patch = paths['/api/v1/namespaces/{namespace}/pods/{name}']?.patch;
    expect(patch?.['x-kubernetes-group-version-kind']).to.deep.equal({ group: '', kind: 'Pod', version: 'v1' });
    expect(patch?.parameters.map(({ name }) => name)).to.include.members(['dryRun', 'fieldManager', 'fieldValidation']);
    const pod = components.schemas['io.k8s.api.core.v1.Pod'];
    expect(pod).to.have.deep.property('x-kubernetes-group-version-kind', [{ group: '', kind: 'Pod', version: 'v1' }]);
    const containers = components.schemas['io.k8s.api.core.v1.PodSpec']?.properties['containers'];
    expect(containers).to.include({
      type: 'array',
      'x-kubernetes-patch-strategy': 'merge',
      'x-kubernetes-patch-merge-key': 'name',
      'x-kubernetes-list-type': 'map',
    });
    const references = [...JSON.stringify({ paths, components }).matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map(([, name]) => name);
    expect(references.filter((name) => !(String(name) in components.schemas))).to.deep.equal([]);
  });

  it('has an empty second version, which forbids nothing', async () => {
    const answer = await server.request('GET', '/openapi/v2', {
      headers: { accept: 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf' },
    });
    expect([answer.code, answer.text, answer.headers['content-type']]).to.deep.equal([
      200,
      '',
      'application/com.github.proto-openapi.spec.v2.v1.0+protobuf',
    ]);
  });
});
