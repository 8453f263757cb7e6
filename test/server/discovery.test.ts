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
    expect(byName['nodes']?.shortNames).to.deep.equal(['no']);
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
    expect(pods).to.deep.include({ scope: 'Namespaced', singularResource: 'pod', responseKind: { group: '', version: '', kind: 'Pod' } });
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

describe('Component statuses', () => {
  let server: TestServer;
  before(async () => {
    const fails = () => Promise.reject(new Error('connection refused'));
    server = await TestServer.start({ components: { scheduler: () => {}, 'etcd-0': fails } });
  });
  after(() => server.stop());
  const get = (path: string, accept?: string) =>
    server.request('GET', `/api/v1/componentstatuses${path}`, { headers: accept === undefined ? {} : { accept } });

  it('say how the parts of the control plane are, and that nobody should ask any more', async () => {
    const list = await get('');
    expect(list.headers.warning).to.equal('299 - "v1 ComponentStatus is deprecated in v1.19+"');
    expect(list.json.kind).to.equal('ComponentStatusList');
    const conditions = [{ type: 'Healthy', status: 'False', error: 'connection refused' }];
    expect(list.json.items[0]).to.deep.equal({ metadata: { name: 'etcd-0' }, conditions });
    expect(list.json.items[1]?.metadata.name).to.equal('scheduler');
    expect((await get('/scheduler')).json).to.deep.equal({
      kind: 'ComponentStatus',
      apiVersion: 'v1',
      metadata: { name: 'scheduler' },
      conditions: [{ type: 'Healthy', status: 'True', message: 'ok' }],
    });
    expect((await get('/nope')).json.message).to.equal('componentstatuses "nope" not found');
  });

  it('are shown as a table, and are not written', async () => {
    const table = await get('', 'application/json;as=Table;v=v1;g=meta.k8s.io');
    expect(table.json.rows.map(({ cells }) => cells)).to.deep.equal([
      ['etcd-0', 'Unhealthy', '', 'connection refused'],
      ['scheduler', 'Healthy', 'ok', ''],
    ]);
    expect((await server.request('DELETE', '/api/v1/componentstatuses/scheduler')).code).to.equal(405);
    expect((await get('?watch=true')).code).to.equal(405);
  });
});
