import { expect } from 'chai';
import { MAX_BODY_VALUES, MAX_OBJECT_VALUES } from '../../lib/api/schema/value-count.js';
import { MOST_FAULTS } from '../../lib/api/validation/faults.js';
import type { Answer } from './support/test-server.js';
import { TestServer } from './support/test-server.js';

const NS = '/api/v1/namespaces/default';

const members = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, 'v']));
const configMap = (name: string, data: object = {}) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data });
/** The lines of a block of YAML. */
const yaml = (count: number) =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: from-yaml}\ndata:\n${Object.keys(members(count))
    .map((key) => `  ${key}: v\n`)
    .join('')}`;

describe('Bodies of many values', function () {
  this.timeout(30_000);
  let server: TestServer;

  const post = (resource: string, body: object | string, type = 'application/json') =>
    server.request('POST', `${NS}/${resource}`, { body, headers: { 'content-type': type } });
  const patch = (name: string, body: object, type: string) =>
    server.request('PATCH', `${NS}/configmaps/${name}?fieldManager=m`, { body, headers: { 'content-type': type } });
  const isTooLarge = ({ code, json }: Answer) =>
    expect({ code, reason: json.reason }).to.deep.equal({ code: 413, reason: 'RequestEntityTooLarge' });

  before(async () => (server = await TestServer.start()));
  after(() => server.stop());

  it('are taken up to a number of values, whatever the form', async () => {
    expect((await post('configmaps', configMap('a', members(40_000)))).code).to.equal(201);
    expect((await post('configmaps', yaml(20_000), 'application/yaml')).code).to.equal(201);
    isTooLarge(await post('configmaps', configMap('b', members(MAX_OBJECT_VALUES))));
    isTooLarge(
      await post('configmaps', `{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"b"},"x":[${'1,'.repeat(MAX_BODY_VALUES)}1]}`),
    );
    isTooLarge(await post('configmaps', yaml(MAX_BODY_VALUES), 'application/yaml'));
  });

  it('can be written back with the owners of their fields', async () => {
    const { json } = await server.request('GET', `${NS}/configmaps/a`);
    expect((await server.request('PUT', `${NS}/configmaps/a`, { body: { ...json, immutable: true } })).code).to.equal(200);
  });

  it('cannot be put together from patches', async () => {
    await post('configmaps', configMap('p', members(30_000)));
    const more = Object.fromEntries(Object.entries(members(30_000)).map(([key]) => [`m${key}`, 'v']));
    for (const type of ['application/merge-patch+json', 'application/strategic-merge-patch+json'])
      isTooLarge(await patch('p', { data: more }, type));
    isTooLarge(await patch('p', configMap('p', more), 'application/apply-patch+yaml'));
  });

  it('are told of a hundred members that stand twice, not of all', async () => {
    const body = `{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"d"},"data":{${'"a":"1",'.repeat(40_000)}"a":"2"}}`;
    const answer = await server.request('POST', `${NS}/configmaps?fieldValidation=Strict`, { body });
    expect(answer.code).to.equal(400);
    expect(answer.json.message.match(/duplicate field/g)).to.have.lengthOf(100);
    expect((await server.request('POST', `${NS}/configmaps`, { body })).code).to.equal(201);
  });

  it('are told of a thousand faults, not of all', async () => {
    const ownerReferences = Array.from({ length: 40_000 }, () => ({}));
    const { code, json } = await post('configmaps', { ...configMap('f'), metadata: { name: 'f', ownerReferences } });
    expect([code, json.details.causes.length]).to.deep.equal([422, MOST_FAULTS]);
  });

  it('are told of a thousand fields that cannot be applied, with values cut short', async () => {
    await post('configmaps', configMap('c'));
    const wrong = Object.fromEntries(Object.keys(members(20_000)).map((key) => [key, ['x'.repeat(50)]]));
    const { code, json } = await patch(
      'c',
      { ...configMap('c'), data: wrong, binaryData: { a: Array.from({ length: 20_000 }, () => 1) } },
      'application/apply-patch+yaml',
    );
    expect(code).to.equal(500);
    expect(json.message.split('\n')).to.have.lengthOf(1001);
  });
});

describe('JSON patches', () => {
  let server: TestServer;
  before(async () => {
    server = await TestServer.start();
    await server.request('POST', `${NS}/configmaps`, { body: configMap('a', { big: 'x'.repeat(1000), small: '1' }) });
  });
  after(() => server.stop());

  const patch = (operations: readonly object[]) =>
    server.request('PATCH', `${NS}/configmaps/a`, { body: operations, headers: { 'content-type': 'application/json-patch+json' } });

  it('may not copy more than a body may hold: each copy could double the object', async () => {
    const doubling = Array.from({ length: 60 }, (_, index) => ({ op: 'copy', from: '/metadata', path: `/metadata/c${index}` }));
    expect((await patch(doubling)).code).to.equal(422);
    // What is not there is null, which of a map of texts makes an empty one.
    expect((await patch([{ op: 'copy', from: '/data/nothing', path: '/data/b' }])).json.data).to.include({ b: '' });
    expect((await patch([{ op: 'remove', path: '/data/b' }])).code).to.equal(200);
    expect((await patch([{ op: 'copy', from: '/data/big', path: '/data/copy' }])).json.data).to.include({ copy: 'x'.repeat(1000) });
  });

  it('move values over others, into lists and to the root, and not into themselves', async () => {
    expect((await patch([{ op: 'move', from: '/data/small', path: '/data/copy' }])).json.data).to.deep.equal({
      big: 'x'.repeat(1000),
      copy: '1',
    });
    const added = [{ op: 'add', path: '/metadata/finalizers', value: ['a/a', 'a/b'] }];
    expect(
      (await patch([...added, { op: 'move', from: '/metadata/finalizers/1', path: '/metadata/finalizers/0' }])).json.metadata,
    ).to.deep.include({ finalizers: ['a/b', 'a/a'] });
    expect((await patch([{ op: 'move', from: '/data/copy', path: '/data/copy' }])).code).to.equal(200);
    for (const [from, path] of [
      ['/data', '/data/a'],
      ['/nothing', '/data/a'],
      ['', '/data/a'],
      ['/data/copy', '/nothing/a'],
    ])
      expect((await patch([{ op: 'move', from, path }])).code, `${from} to ${path}`).to.equal(422);
  });
});
