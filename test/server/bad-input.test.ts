import { expect } from 'chai';
import { TestServer } from './support/test-server.js';
import type { Answer } from './support/test-server.js';

const NS = '/api/v1/namespaces/default';

const pod = (spec: object = {}) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p' },
  spec: { containers: [{ name: 'c', image: 'i' }], ...spec },
});

const controller = (spec: object) => ({
  apiVersion: 'v1',
  kind: 'ReplicationController',
  metadata: { name: 'rc' },
  spec: {
    replicas: 1,
    selector: { app: 'a' },
    template: { metadata: { labels: { app: 'a' } }, spec: { containers: [{ name: 'c', image: 'i' }] } },
    ...spec,
  },
});

const configMap = (name: unknown, data: object = {}) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data });

describe('Bad input', () => {
  let server: TestServer;
  let stored: string;

  const post = (resource: string, body: object | string | Buffer, headers: Record<string, string> = {}) =>
    server.request('POST', `${NS}/${resource}`, { body, headers });
  /** Everything that is stored, and the revision that every write moves. */
  const everything = async () => {
    const kinds = ['pods', 'configmaps', 'services', 'replicationcontrollers', 'secrets'];
    const lists = await Promise.all(kinds.map((kind) => server.request('GET', `/api/v1/${kind}`)));
    return lists.map(({ text }) => text).join('');
  };
  const causes = ({ json }: Answer) => json.details.causes.map(({ reason, field }) => `${reason} ${field}`);

  before(async () => (server = await TestServer.start()));
  after(() => server.stop());
  beforeEach(async () => (stored = await everything()));
  afterEach(async () => expect(await everything(), 'the store has changed').to.equal(stored));

  const isStatus = (answer: Answer, code: number, reason: string) => {
    expect(answer.headers['content-type']).to.equal('application/json');
    expect(answer.json).to.include({ kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason });
    expect(answer.code).to.equal(code);
  };

  it('refuses malformed JSON', async () => {
    for (const body of ['{"kind":"ConfigMap",', '', 'nonsense', '[]', '"text"', '{"metadata":{"name":"a"}} trailing']) {
      const answer = await post('configmaps', body);
      isStatus(answer, 400, 'BadRequest');
      expect(answer.json.message, body).to.match(/^the object provided is unrecognized \(must be of type ConfigMap\)/);
    }
  });

  it('refuses malformed YAML, and aliases that blow up', async () => {
    const bomb = [
      'a: &a [x,x,x,x,x,x,x,x,x]',
      ...'bcdefghi'.split('').map((name, index) => `${name}: &${name} [${Array(9).fill(`*${'abcdefgh'[index]}`).join(',')}]`),
    ].join('\n');
    for (const body of ['metadata: {name: a', 'a: b: c', bomb]) {
      isStatus(await post('configmaps', body, { 'content-type': 'application/yaml' }), 400, 'BadRequest');
    }
  });

  it('refuses kinds that do not belong here, and resources that nobody knows', async () => {
    isStatus(await post('configmaps', { ...configMap('a'), kind: 'Gizmo' }), 400, 'BadRequest');
    isStatus(await post('configmaps', { ...configMap('a'), apiVersion: 'apps/v1' }), 400, 'BadRequest');
    isStatus(await post('gizmos', configMap('a')), 404, 'NotFound');
    const unknown = await server.request('POST', '/apis/gizmos.example/v1/gizmos', { body: {} });
    expect([unknown.code, unknown.text, unknown.headers['content-type']]).to.deep.equal([
      404,
      '404 page not found\n',
      'text/plain; charset=utf-8',
    ]);
  });

  it('refuses objects without a name, and names that are too long or have illegal characters', async () => {
    const missing = await post('configmaps', configMap(undefined));
    isStatus(missing, 422, 'Invalid');
    expect(causes(missing)).to.deep.equal(['FieldValueRequired metadata.name']);
    for (const name of ['a'.repeat(254), 'Upper', 'under_score', 'sp ace', '-a', '../etc', 'ü']) {
      const answer = await post('configmaps', configMap(name));
      isStatus(answer, 422, 'Invalid');
      expect(causes(answer), name).to.include('FieldValueInvalid metadata.name');
      expect(answer.json.details).to.include({ kind: 'ConfigMap', name });
    }
    isStatus(await post('configmaps', configMap(7)), 400, 'BadRequest');
  });

  it('refuses a selector that does not match its template', async () => {
    const answer = await post('replicationcontrollers', controller({ selector: { app: 'other' } }));
    isStatus(answer, 422, 'Invalid');
    expect(causes(answer)).to.deep.equal(['FieldValueInvalid spec.template.metadata.labels']);
  });

  it('refuses negative replicas', async () => {
    const answer = await post('replicationcontrollers', controller({ replicas: -1 }));
    isStatus(answer, 422, 'Invalid');
    expect(causes(answer)).to.deep.equal(['FieldValueInvalid spec.replicas']);
    expect(answer.json.message).to.equal(
      'ReplicationController "rc" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0',
    );
  });

  it('refuses port 70000', async () => {
    const container = { containers: [{ name: 'c', image: 'i', ports: [{ containerPort: 80 }, { containerPort: 70000 }] }] };
    const answer = await post('pods', pod(container));
    isStatus(answer, 422, 'Invalid');
    expect(causes(answer)).to.deep.equal(['FieldValueInvalid spec.containers[0].ports[1].containerPort']);
    const service = await post('services', { metadata: { name: 's' }, spec: { selector: { a: 'b' }, ports: [{ port: 70000 }] } });
    isStatus(service, 422, 'Invalid');
    expect(causes(service)).to.include('FieldValueInvalid spec.ports[0].port');
  });

  it('refuses values of the wrong type, and fields that nobody knows when asked to be strict', async () => {
    isStatus(await post('replicationcontrollers', controller({ replicas: 'three' })), 400, 'BadRequest');
    const strict = await server.request('POST', `${NS}/pods?fieldValidation=Strict`, { body: pod({ nope: 1 }) });
    isStatus(strict, 400, 'BadRequest');
    expect(strict.json.message).to.equal(
      'Pod in version "v1" cannot be handled as a Pod: strict decoding error: unknown field "spec.nope"',
    );
    const twice = '{"metadata":{"name":"a"},"data":{"k":"1","k":"2"}}';
    const duplicate = await server.request('POST', `${NS}/configmaps?fieldValidation=Strict`, { body: twice });
    isStatus(duplicate, 400, 'BadRequest');
    expect(duplicate.json.message).to.contain('duplicate field "data.k"');
  });

  it('refuses a body over 3 MiB and takes the answer-reading client to its end', async () => {
    const large = JSON.stringify(configMap('a', { k: 'x'.repeat(3 * 1024 * 1024) }));
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
      const path = method === 'POST' ? `${NS}/configmaps` : `${NS}/configmaps/a`;
      const headers: Record<string, string> = method === 'PATCH' ? { 'content-type': 'application/merge-patch+json' } : {};
      const answer = await server.request(method, path, { body: large, headers });
      isStatus(answer, 413, 'RequestEntityTooLarge');
      expect(answer.json.message).to.equal('Request entity too large: limit is 3145728');
    }
    const overHttp2 = await server.http2('POST', `${NS}/configmaps`, configMap('a', { k: 'x'.repeat(3 * 1024 * 1024) }));
    isStatus(overHttp2, 413, 'RequestEntityTooLarge');
  });

  it('refuses what nests deeper than 100 and is to be kept; what nobody knows may be nested as deep as Go reads it', async () => {
    const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;
    for (const text of [`{"metadata":{"name":"a","managedFields":[{"fieldsV1":${nested(101)}}]}}`, `{"data":${nested(101)}}`]) {
      isStatus(await post('configmaps', text), 400, 'BadRequest');
    }
    const dropped = await post('configmaps?dryRun=All', `{"metadata":{"name":"deep"},"x":${nested(9_990)},"y":1.0,"y":"\\ud800"}`);
    expect([dropped.code, Object.keys(dropped.json)]).to.deep.equal([201, ['kind', 'apiVersion', 'metadata']]);
    for (const depth of [10_001, 500_000]) {
      const body = `{"metadata":{"name":"a"},"x":${'['.repeat(depth)}${']'.repeat(depth)}}`;
      isStatus(await post('configmaps', body), 400, 'BadRequest');
    }
    isStatus(
      await post('configmaps', `x: ${'['.repeat(101)}${']'.repeat(101)}`, { 'content-type': 'application/yaml' }),
      400,
      'BadRequest',
    );
    const patch = `{"data":${'{"a":'.repeat(101)}1${'}'.repeat(101)}}`;
    isStatus(
      await server.request('PATCH', `${NS}/configmaps/a`, { body: patch, headers: { 'content-type': 'application/merge-patch+json' } }),
      400,
      'BadRequest',
    );
  });

  it('refuses prototypes as fields', async () => {
    for (const body of ['{"metadata":{"name":"a"},"__proto__":{"x":1}}', '{"metadata":{"name":"a","labels":{"__proto__":"x"}}}']) {
      isStatus(await post('configmaps', body), 400, 'BadRequest');
    }
    expect(({} as { x?: unknown }).x).to.equal(undefined);
  });

  it('refuses media types that it does not read', async () => {
    isStatus(await post('configmaps', 'a=b', { 'content-type': 'application/x-www-form-urlencoded' }), 415, 'UnsupportedMediaType');
    isStatus(await server.request('PATCH', `${NS}/configmaps/a`, { body: {} }), 415, 'UnsupportedMediaType');
    isStatus(
      await post('configmaps', Buffer.from('k8s\0\xff\xff\xff', 'latin1'), { 'content-type': 'application/vnd.kubernetes.protobuf' }),
      400,
      'BadRequest',
    );
  });

  it('refuses names and namespaces that contradict the URL', async () => {
    isStatus(await server.request('PUT', `${NS}/configmaps/a`, { body: configMap('b') }), 400, 'BadRequest');
    isStatus(await server.request('PUT', `${NS}/configmaps/a`, { body: configMap(undefined) }), 400, 'BadRequest');
    const elsewhere = { ...configMap('a'), metadata: { name: 'a', namespace: 'other' } };
    isStatus(await post('configmaps', elsewhere), 400, 'BadRequest');
    isStatus(await server.request('POST', '/api/v1/namespaces/nowhere/configmaps', { body: configMap('a') }), 404, 'NotFound');
  });

  it('refuses options that Kubernetes does not know', async () => {
    for (const query of ['dryRun=all', 'dryRun=', 'fieldValidation=Maybe', `fieldManager=${'x'.repeat(129)}`]) {
      isStatus(await server.request('POST', `${NS}/configmaps?${query}`, { body: configMap('a') }), 422, 'Invalid');
    }
    isStatus(await server.request('GET', `${NS}/configmaps?limit=abc`), 400, 'BadRequest');
    isStatus(await server.request('GET', `${NS}/configmaps?labelSelector=a%20b`), 400, 'BadRequest');
    isStatus(await server.request('GET', `${NS}/configmaps?fieldSelector=spec.x%3D1`), 400, 'BadRequest');
    isStatus(await server.request('GET', `${NS}/configmaps?resourceVersionMatch=Exact`), 422, 'Invalid');
    isStatus(await server.request('GET', `${NS}/configmaps?watch=true&sendInitialEvents=true`), 422, 'Invalid');
    isStatus(await server.request('GET', `${NS}/configmaps?timeout=5`), 400, 'BadRequest');
  });
});

describe('An update with an old resourceVersion', () => {
  it('is a Conflict and changes nothing', async () => {
    const server = await TestServer.start();
    try {
      const created = (await server.request('POST', `${NS}/configmaps`, { body: configMap('a', { k: '1' }) })).json;
      const second = await server.request('PUT', `${NS}/configmaps/a`, { body: { ...created, data: { k: '2' } } });
      expect(second.code).to.equal(200);
      const stale = await server.request('PUT', `${NS}/configmaps/a`, { body: { ...created, data: { k: '3' } } });
      expect(stale.code).to.equal(409);
      expect(stale.json).to.deep.include({
        reason: 'Conflict',
        message:
          'Operation cannot be fulfilled on configmaps "a": the object has been modified; please apply your changes to the latest version and try again',
        details: { name: 'a', kind: 'configmaps' },
      });
      const patch = { metadata: { resourceVersion: created.metadata.resourceVersion }, data: { k: '4' } };
      const patched = await server.request('PATCH', `${NS}/configmaps/a`, {
        body: patch,
        headers: { 'content-type': 'application/merge-patch+json' },
      });
      expect(patched.code).to.equal(409);
      expect((await server.request('GET', `${NS}/configmaps/a`)).json).to.deep.equal(second.json);
    } finally {
      await server.stop();
    }
  });
});
