import { expect } from 'chai';
import { TestServer } from './support/test-server.js';

const NS = '/api/v1/namespaces/default';
const MERGE = 'application/merge-patch+json';
const YAML = 'application/yaml';

type Request = readonly [method: string, path: string, body: object | string, type: string, code: number];

const claimTemplate = { apiVersion: 'resource.k8s.io/v1', kind: 'ResourceClaimTemplate', metadata: { name: 'a' }, spec: {} };
const odd = { toString: 'x', valueOf: 'x' };

/** Each was answered 500, or not at all for seconds, when the fuzzer found it. */
const REQUESTS: readonly Request[] = [
  ['POST', '/apis/resource.k8s.io/v1/namespaces/default/resourceclaimtemplates', claimTemplate, 'application/json', 201],
  ['PATCH', `${NS}/pods/p/resize`, { spec: null }, MERGE, 200],
  ['PATCH', `${NS}/replicationcontrollers/rc/scale`, { metadata: { name: odd } }, MERGE, 422],
  ['PUT', `${NS}/replicationcontrollers/rc/scale`, { kind: 'Scale', metadata: { name: odd } }, 'application/json', 400],
  ['PUT', `${NS}/replicationcontrollers/rc/scale`, { kind: odd }, 'application/json', 400],
  ['PATCH', `${NS}/replicationcontrollers/rc/scale`, [{ op: 'replace', path: '', value: null }], 'application/json-patch+json', 422],
  ['PATCH', `${NS}/replicationcontrollers/rc/scale`, { apiVersion: odd }, MERGE, 422],
  ['POST', `${NS}/pods/p/eviction`, { deleteOptions: { preconditions: { uid: odd } } }, 'application/json', 400],
  ['POST', `${NS}/pods/p/eviction`, { deleteOptions: { preconditions: 'x' } }, 'application/json', 400],
  ['POST', `${NS}/configmaps`, `${'? '.repeat(500)}a`, YAML, 400],
  ['POST', `${NS}/pods/p/binding`, '{"apiVersion":"v1","kind":9007199254740993}', 'application/json', 400],
  ['POST', `${NS}/pods/p/binding`, '{"metadata":{"name":9007199254740993}}', 'application/json', 400],
  ['PUT', `${NS}/replicationcontrollers/rc/scale`, '{"kind":9007199254740993}', 'application/json', 400],
  ['PUT', `${NS}/replicationcontrollers/rc/scale`, '{"kind":"Scale","apiVersion":9007199254740993}', 'application/json', 400],
  ['PUT', `${NS}/replicationcontrollers/rc/scale`, '{"metadata":{"name":9007199254740993}}', 'application/json', 400],
  ['POST', `${NS}/pods/p/eviction`, '{"metadata":{"name":9007199254740993}}', 'application/json', 400],
  ['POST', `${NS}/configmaps`, '{"kind":9007199254740993}', 'application/json', 400],
  ['POST', `${NS}/configmaps`, '{"apiVersion":9007199254740993}', 'application/json', 400],
  ['POST', `${NS}/configmaps`, '{"metadata":9007199254740993}', 'application/json', 400],
  ['PATCH', `${NS}/pods/p?fieldManager=a`, '{"apiVersion":9007199254740993,"kind":"Pod"}', 'application/apply-patch+yaml', 400],
];

describe('Requests that the fuzzer has found', () => {
  let server: TestServer;
  before(async () => {
    server = await TestServer.start();
    const spec = { containers: [{ name: 'c', image: 'i' }] };
    await server.request('POST', `${NS}/pods`, { body: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec } });
    const template = { metadata: { labels: { app: 'a' } }, spec };
    const controller = { apiVersion: 'v1', kind: 'ReplicationController', metadata: { name: 'rc' }, spec: { replicas: 0, template } };
    await server.request('POST', `${NS}/replicationcontrollers`, { body: controller });
  });
  after(() => server.stop());

  for (const [method, path, body, type, code] of REQUESTS)
    it(`${method} ${path} ${JSON.stringify(body).slice(0, 60)} is answered ${code}`, async () => {
      const answer = await server.request(method, path, { body, headers: { 'content-type': type } });
      expect(answer.code, answer.text).to.equal(code);
    });
});
