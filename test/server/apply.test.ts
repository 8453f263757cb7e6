import { expect } from 'chai';
import { TestServer } from './support/test-server.js';

const NS = '/api/v1/namespaces/default/configmaps';
const APPLY = { 'content-type': 'application/apply-patch+yaml' };
const configMap = (data: object) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' }, data });

interface Entry {
  readonly manager: string;
  readonly operation: string;
}

describe('Server-side apply over HTTP', () => {
  let server: TestServer;
  const apply = (query: string, body: object | string, path = `${NS}/a`) =>
    server.request('PATCH', `${path}?${query}`, { body, headers: APPLY });
  const entriesOf = async () =>
    (JSON.parse((await server.request('GET', `${NS}/a`)).text) as { metadata: { managedFields: Entry[] } }).metadata.managedFields;

  beforeEach(async () => (server = await TestServer.start()));
  afterEach(() => server.stop());

  it('answers 201 for an object that it makes and 200 for one that it changes, from JSON and from YAML', async () => {
    expect((await apply('fieldManager=alpha', configMap({ a: '1' }))).code).to.equal(201);
    const changed = await apply('fieldManager=alpha', 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  b: "2"\n');
    expect([changed.code, changed.json.data]).to.deep.equal([200, { b: '2' }]);
    expect((await entriesOf()).map(({ manager, operation }) => [manager, operation])).to.deep.equal([['alpha', 'Apply']]);
  });

  it('refuses without a manager, and force elsewhere', async () => {
    const nobody = await apply('', configMap({}));
    expect([nobody.code, nobody.json.message]).to.deep.equal([
      422,
      'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch',
    ]);
    const merge = { 'content-type': 'application/merge-patch+json' };
    expect((await server.request('PATCH', `${NS}/a?force=true`, { body: {}, headers: merge })).code).to.equal(422);
  });

  it('answers conflicts with 409 and a cause each, and takes by force', async () => {
    await apply('fieldManager=alpha', configMap({ a: '1' }));
    const refused = await apply('fieldManager=beta&force=false', configMap({ a: '2' }));
    expect(refused.json).to.deep.equal({
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: 'Apply failed with 1 conflict: conflict with "alpha": .data.a',
      reason: 'Conflict',
      details: { causes: [{ reason: 'FieldManagerConflict', message: 'conflict with "alpha"', field: '.data.a' }] },
      code: 409,
    });
    expect((await apply('fieldManager=beta&force=true', configMap({ a: '2' }))).json.data).to.deep.equal({ a: '2' });
  });

  it('names a writer by its program, up to the slash, unless it names a manager', async () => {
    const write = (method: string, path: string, headers: Record<string, string>, body: object) =>
      server.request(method, path, { headers, body });
    await write('POST', NS, { 'user-agent': 'my-tool/v1.2 (linux/amd64)' }, configMap({ a: '1' }));
    await write('PATCH', `${NS}/a`, { 'user-agent': 'other/1', 'content-type': 'application/merge-patch+json' }, { data: { b: '2' } });
    await write('PUT', `${NS}/a?fieldManager=named`, { 'user-agent': 'other/1' }, configMap({ a: '1', b: '2', c: '3' }));
    expect((await entriesOf()).map(({ manager }) => manager).sort()).to.deep.equal(['my-tool', 'named', 'other']);
  });

  it('clears the managed fields by an empty list in a body', async () => {
    await apply('fieldManager=alpha', configMap({ a: '1' }));
    const body = { ...configMap({ a: '1' }), metadata: { name: 'a', managedFields: [] } };
    expect((await server.request('PUT', `${NS}/a`, { body })).code).to.equal(200);
    expect(await entriesOf()).to.equal(undefined);
  });

  it('refuses a configuration that does not fit, whatever fieldValidation says', async () => {
    for (const validation of ['Strict', 'Warn', 'Ignore']) {
      const refused = await apply(`fieldManager=alpha&fieldValidation=${validation}`, { ...configMap({}), dta: {} });
      expect([refused.code, refused.json.message]).to.deep.equal([
        500,
        'failed to create typed patch object (default/a; /v1, Kind=ConfigMap): .dta: field not declared in schema',
      ]);
    }
    expect((await apply('fieldManager=alpha', { ...configMap({}), kind: 'Secret' })).json.message).to.equal(
      'invalid object type: /v1, Kind=Secret',
    );
    expect((await apply('fieldManager=alpha', 'a: [b\n')).code).to.equal(400);
    expect((await apply('fieldManager=alpha', '')).code).to.equal(400);
  });

  it('lets another name or none only stand where there is an object of the name in the path', async () => {
    const { metadata: _, ...nameless } = configMap({ a: '1' });
    expect((await apply('fieldManager=alpha', nameless)).code).to.equal(400);
    await apply('fieldManager=alpha', configMap({ a: '1' }));
    expect((await apply('fieldManager=alpha', { ...nameless, metadata: { name: 'b' } })).code).to.equal(400);
    expect((await apply('fieldManager=alpha', nameless)).code).to.equal(200);
  });
});
