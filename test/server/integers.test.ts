import { expect } from 'chai';
import { firstValueFrom } from 'rxjs';
import type { KubeObject } from '../../lib/api/object.js';
import { defineResource } from '../../lib/api/define-resource.js';
import { systemEnvironment } from '../../lib/base/system-environment.js';
import { RemoteRegistries } from '../../lib/registry/remote/remote-registries.js';
import { ADMIN_TOKEN, TestServer } from './support/test-server.js';

/** What no `number` holds, at either end of 64 bits and just beyond 2^53. */
const LARGE = ['9007199254740993', '-9007199254740993', '9223372036854775807', '-9223372036854775808', '1234567890123456789'];

interface Box extends KubeObject {
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly status?: Readonly<Record<string, unknown>>;
}

const boxes = defineResource<Box>({
  group: 'numbers.example.com',
  version: 'v1',
  kind: 'Box',
  plural: 'boxes',
  schema: {
    type: 'object',
    properties: {
      spec: {
        type: 'object',
        properties: {
          n: { type: 'integer' },
          plain: { type: 'number' },
          small: { type: 'integer', format: 'int32' },
          limited: { type: 'integer', maximum: 9007199254740992, multipleOf: 3 },
          one: { type: 'integer', enum: [9007199254740993n, 1] },
          made: { type: 'integer', default: 9007199254740995n },
          set: { type: 'array', 'x-kubernetes-list-type': 'set', items: { type: 'integer' } },
          map: {
            type: 'array',
            'x-kubernetes-list-type': 'map',
            'x-kubernetes-list-map-keys': ['id'],
            items: { type: 'object', required: ['id'], properties: { id: { type: 'integer' }, text: { type: 'string' } } },
          },
          free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
          either: { 'x-kubernetes-int-or-string': true },
          ruled: {
            type: 'integer',
            'x-kubernetes-validations': [{ rule: 'self % 2 == 1', message: 'must be odd' }],
          },
        },
      },
      status: { type: 'object', properties: { n: { type: 'integer' } } },
    },
  },
  columns: [
    { name: 'N', type: 'integer', jsonPath: '.spec.n' },
    { name: 'Text', type: 'string', jsonPath: '.spec.n' },
    { name: 'Chosen', type: 'string', jsonPath: '.spec.map[?(@.id==9007199254740993)].text' },
  ],
  selectableFields: ['.spec.n'],
  subresources: { scale: { specReplicasPath: '.spec.n', statusReplicasPath: '.status.n' } },
});
const PATH = '/apis/numbers.example.com/v1/namespaces/default/boxes';
const MERGE = { 'content-type': 'application/merge-patch+json' };
const JSON_PATCH = { 'content-type': 'application/json-patch+json' };
const APPLY = { 'content-type': 'application/apply-patch+yaml' };
const box = (spec: string, name = 'b') =>
  `{"apiVersion":"numbers.example.com/v1","kind":"Box","metadata":{"name":"${name}"},"spec":${spec}}`;

describe('Integers of 64 bits over HTTP', () => {
  let server: TestServer;
  const send = (method: string, path: string, body?: string, headers: Record<string, string> = {}) =>
    server.request(method, path, { ...(body === undefined ? {} : { body }), headers });
  const create = (spec: string, name?: string) => send('POST', PATH, box(spec, name));
  /** The spec, as it stands in the text of an answer. */
  const spec = ({ text }: { text: string }) => /"spec":(\{.*?\})(?:,"status"|\}\n?$)/.exec(text)?.[1]?.replace(/,?"made":\d+/, '');
  const stored = async (name = 'b') => spec(await send('GET', `${PATH}/${name}`));

  beforeEach(async () => (server = await TestServer.start({ resources: [boxes] })));
  afterEach(() => server.stop());

  it('come back as they were sent, by every way of writing', async () => {
    for (const [index, n] of LARGE.entries()) {
      const name = `b${index}`;
      const want = `{"n":${n}}`;
      expect(spec(await create(want, name)), `create ${n}`).to.equal(want);
      expect(await stored(name)).to.equal(want);
      const other = `{"n":${LARGE[(index + 1) % LARGE.length]}}`;
      const put = JSON.parse((await send('GET', `${PATH}/${name}`)).text) as { metadata: { resourceVersion: string } };
      const bound = box(other, name).replace('"name"', `"resourceVersion":"${put.metadata.resourceVersion}","name"`);
      expect(spec(await send('PUT', `${PATH}/${name}`, bound)), `update ${n}`).to.equal(other);
      expect(spec(await send('PATCH', `${PATH}/${name}`, `{"spec":${want}}`, MERGE)), `merge ${n}`).to.equal(want);
      const replace = `[{"op":"test","path":"/spec/n","value":${n}},{"op":"replace","path":"/spec/free","value":{"x":${n}}},{"op":"copy","from":"/spec/free","path":"/spec/free/y"},{"op":"move","from":"/spec/free/y/x","path":"/spec/free/z"}]`;
      expect(spec(await send('PATCH', `${PATH}/${name}`, replace, JSON_PATCH)), `json ${n}`).to.equal(
        `{"n":${n},"free":{"x":${n},"y":{},"z":${n}}}`,
      );
      const applied = await send('PATCH', `${PATH}/${name}-a?fieldManager=a`, box(want, `${name}-a`), APPLY);
      expect([applied.code, spec(applied)]).to.deep.equal([201, want]);
      const yaml = `apiVersion: numbers.example.com/v1\nkind: Box\nmetadata: {name: ${name}-y}\nspec: {"n": ${n}}\n`;
      expect(spec(await send('PATCH', `${PATH}/${name}-y?fieldManager=a`, yaml, APPLY)), `apply YAML ${n}`).to.equal(want);
      const created = await send('POST', PATH, yaml.replace(`${name}-y`, `${name}-z`), { 'content-type': 'application/yaml' });
      expect(spec(created), `YAML ${n}`).to.equal(want);
    }
  });

  it('stay in what a write does not touch', async () => {
    await create('{"n":9007199254740993,"free":{"list":[9007199254740995]}}');
    await send('PATCH', `${PATH}/b`, '{"metadata":{"labels":{"a":"b"}}}', MERGE);
    await send('PATCH', `${PATH}/b/status`, '{"status":{"n":9223372036854775807}}', MERGE);
    await server.registries.registry(boxes).modify({ name: 'b', namespace: 'default' }, (current) => ({
      ...current,
      spec: { ...current.spec, plain: 1 },
    }));
    const { text } = await send('GET', `${PATH}/b`);
    expect(text).to.contain('"n":9007199254740993,"free":{"list":[9007199254740995]},').and.contain('"status":{"n":9223372036854775807}');
  });

  it('are shown in lists, tables, watches, YAML and indented answers', async () => {
    await create('{"n":9007199254740993,"map":[{"id":9007199254740993,"text":"it"},{"id":9007199254740992,"text":"no"}]}');
    expect((await send('GET', PATH)).text).to.contain('"n":9007199254740993');
    expect((await send('GET', `${PATH}/b?pretty=true`)).text).to.contain('"n": 9007199254740993');
    expect((await send('GET', `${PATH}/b`, undefined, { accept: 'application/yaml' })).text).to.contain('"n": 9007199254740993\n');
    const table = await send('GET', PATH, undefined, { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' });
    expect(table.text).to.contain('"cells":["b",9007199254740993,"9007199254740993","it"]');
    const watch = await send('GET', `${PATH}?watch=true&resourceVersion=0&timeoutSeconds=1&fieldSelector=spec.n=9007199254740993`);
    expect(watch.text).to.contain('"n":9007199254740993');
  });

  it('are told apart: by field selectors, in lists, tests, conflicts and fields of managers', async () => {
    await create(
      '{"n":9007199254740993,"set":[9007199254740992,9007199254740993],"map":[{"id":9007199254740992},{"id":9007199254740993}]}',
    );
    const found = async (n: string) => (await send('GET', `${PATH}?fieldSelector=spec.n=${n}`)).json.items.length;
    expect([await found('9007199254740993'), await found('9007199254740992')]).to.deep.equal([1, 0]);
    expect((await create('{"set":[9007199254740993,9007199254740993]}', 'twice')).json.message).to.contain(
      'Duplicate value: 9007199254740993',
    );
    const test = (n: string) => send('PATCH', `${PATH}/b`, `[{"op":"test","path":"/spec/n","value":${n}}]`, JSON_PATCH);
    expect([(await test('9007199254740993')).code, (await test('9007199254740992')).code]).to.deep.equal([200, 422]);
    await send(
      'PATCH',
      `${PATH}/b?fieldManager=a&force=true`,
      box('{"set":[9007199254740995],"map":[{"id":9007199254740993,"text":"mine"}]}'),
      APPLY,
    );
    const { text } = await send('GET', `${PATH}/b`);
    expect(text).to.contain('"set":[9007199254740992,9007199254740993,9007199254740995]');
    expect(text).to.contain('"map":[{"id":9007199254740992},{"id":9007199254740993,"text":"mine"}]');
    expect(text).to.contain('"v:9007199254740995":{}').and.contain('"k:{\\"id\\":9007199254740993}":');
    const other = await send('PATCH', `${PATH}/b?fieldManager=c`, box('{"map":[{"id":9007199254740993,"text":"other"}]}'), APPLY);
    expect(other.json.message).to.contain('.spec.map[id=9007199254740993].text');
    await send('PATCH', `${PATH}/b?fieldManager=a`, box('{"set":[]}'), APPLY);
    expect((await send('GET', `${PATH}/b`)).text).to.contain('"set":[9007199254740992,9007199254740993]');
  });

  it('are held against types, formats, limits, values and rules', async () => {
    const verdict = async (text: string) => {
      const { code, json } = await create(text);
      if (code === 201) await send('DELETE', `${PATH}/b`);
      if (code === 201) return 'ok';
      const own = json.details.causes.filter(({ message }) => !message.includes('some validation rules were not checked'));
      return own.map(({ reason, field }) => `${reason} ${field}`).join(', ');
    };
    const cases: Readonly<Record<string, string>> = {
      '{"n":9223372036854775808}': 'FieldValueTypeInvalid spec.n, FieldValueInvalid <nil>',
      '{"n":1e18}': 'FieldValueTypeInvalid spec.n',
      '{"n":1.5}': 'FieldValueTypeInvalid spec.n, FieldValueInvalid <nil>',
      '{"n":1.0}': 'ok',
      '{"n":1e3}': 'ok',
      '{"small":2147483648}': 'FieldValueInvalid <nil>',
      '{"small":2147483647}': 'ok',
      '{"small":9007199254740993}': 'FieldValueInvalid <nil>',
      '{"limited":9007199254740993}': 'FieldValueInvalid spec.limited',
      '{"limited":9007199254740990}': 'ok',
      '{"limited":-9007199254740994}': 'FieldValueInvalid spec.limited',
      '{"limited":-9007199254740993}': 'ok',
      '{"one":9007199254740992}': 'FieldValueNotSupported spec.one',
      '{"one":9007199254740993}': 'ok',
      '{"ruled":9007199254740993}': 'ok',
      '{"ruled":9007199254740994}': 'FieldValueInvalid spec.ruled',
      '{"either":9007199254740993}': 'ok',
      '{"free":{"x":1e300}}': 'ok',
    };
    for (const [text, want] of Object.entries(cases)) expect(await verdict(text), text).to.equal(want);
    expect((await create('{"free":{"x":1e400}}')).code, 'no double').to.equal(400);
  });

  it('come to be when large numbers are written in another way, as in Kubernetes, which stores digits', async () => {
    await create('{"plain":1e18,"free":{"a":9007199254740993.0,"b":9223372036854775808,"c":1.0,"d":-0,"e":1e3,"f":1e21,"g":1e-7}}');
    const want =
      '{"plain":1000000000000000000,"free":{"a":9007199254740992,"b":9223372036854776000,"c":1,"d":0,"e":1000,"f":1e+21,"g":1e-7}}';
    expect(await stored()).to.equal(want);
    const { spec: seen } = await server.registries.registry(boxes).get({ name: 'b', namespace: 'default' });
    expect(seen).to.deep.include({ plain: 10n ** 18n, free: { a: 2n ** 53n, b: 2 ** 63, c: 1, d: 0, e: 1000, f: 1e21, g: 1e-7 } });
  });

  it('are bigints in process, and only they', async () => {
    const registry = server.registries.registry(boxes);
    const name = { name: 'p', namespace: 'default' };
    const made = await registry.create({ metadata: name, spec: { n: 9007199254740993n, free: { small: 7n, large: 2 ** 60 } } });
    // A number says what its JSON would.
    const want = { n: 9007199254740993n, free: { small: 7, large: 1152921504606847000n }, made: 9007199254740995n };
    expect(made.spec).to.deep.equal(want);
    expect((await registry.get(name)).spec).to.deep.equal(want);
    const patched = await registry.patch(name, { type: 'merge', patch: { spec: { n: -9007199254740993n } } });
    expect(patched.spec).to.deep.equal({ ...want, n: -9007199254740993n });
    const tested = await registry.patch(name, { type: 'json', patch: [{ op: 'test', path: '/spec/n', value: -9007199254740993n }] });
    expect(tested).to.equal(patched);
    const applied = await registry.apply({ metadata: name, spec: { set: [9007199254740993n] } }, { fieldManager: 'a' });
    expect(applied.spec?.['set']).to.deep.equal([9007199254740993n]);
    expect((await send('GET', `${PATH}/p`)).text)
      .to.contain('"n":-9007199254740993')
      .and.contain('"set":[9007199254740993]');
  });

  it('are the same through a remote registry', async () => {
    const cluster = { server: server.server.url, ca: server.authority.pem.certificate, token: ADMIN_TOKEN, namespace: 'default' };
    const remote = new RemoteRegistries({ cluster, catalog: server.registries.catalog, environment: systemEnvironment });
    await remote.start();
    try {
      const registry = remote.registry(boxes);
      const name = { name: 'r', namespace: 'default' };
      const made = await registry.create({ metadata: name, spec: { n: 9007199254740993n, free: { large: 2 ** 60 } } });
      expect(made.spec).to.deep.equal({ n: 9007199254740993n, free: { large: 1152921504606847000n }, made: 9007199254740995n });
      const event = firstValueFrom(registry.watch({ namespace: 'default', resourceVersion: '0' }));
      expect(await event).to.have.nested.property('object.spec.n', 9007199254740993n);
      await registry.apply({ metadata: name, spec: { set: [9223372036854775807n] } }, { fieldManager: 'a' });
      expect((await registry.list()).items[0]?.spec).to.deep.include({ n: 9007199254740993n, set: [9223372036854775807n] });
    } finally {
      await remote.stop();
    }
  });

  it('are read exactly from what others have stored', async () => {
    const text = box('{"n":9007199254740993,"free":{"x":[-9007199254740995]}}', 'theirs').replace(
      '"metadata":{',
      '"metadata":{"namespace":"default",',
    );
    await server.storage.commit([{ type: 'put', key: '/registry/numbers.example.com/boxes/default/theirs', value: Buffer.from(text) }]);
    expect(await stored('theirs')).to.equal('{"n":9007199254740993,"free":{"x":[-9007199254740995]}}');
    const { spec: seen } = await server.registries.registry(boxes).get({ name: 'theirs', namespace: 'default' });
    expect(seen).to.deep.equal({ n: 9007199254740993n, free: { x: [-9007199254740995n] } });
  });

  it('have 32 bits in a Scale, and no fraction', async () => {
    await create('{"n":3}');
    const scale = (replicas: string) =>
      send(
        'PUT',
        `${PATH}/b/scale`,
        `{"kind":"Scale","apiVersion":"autoscaling/v1","metadata":{"name":"b"},"spec":{"replicas":${replicas}}}`,
      );
    for (const replicas of ['2.0', '1e1', '1.5', '3000000000', '9007199254740993'])
      expect((await scale(replicas)).code, replicas).to.equal(400);
    const patch = (replicas: string) => send('PATCH', `${PATH}/b/scale`, `{"spec":{"replicas":${replicas}}}`, MERGE);
    for (const replicas of ['2.0', '1.5', '3000000000', '"1"']) expect((await patch(replicas)).code, replicas).to.equal(422);
    expect((await scale('2')).json.spec).to.deep.equal({ replicas: 2 });
    await send('PATCH', `${PATH}/b`, '{"spec":{"n":9223372036854775807}}', MERGE);
    expect((await send('GET', `${PATH}/b/scale`)).json.spec).to.deep.equal({ replicas: -1 });
  });

  it('survive in built-in kinds, and fractions are refused by every way of writing', async () => {
    const pods = '/api/v1/namespaces/default/pods';
    const pod = (seconds: string, name: string) =>
      `{"apiVersion":"v1","kind":"Pod","metadata":{"name":"${name}"},"spec":{"terminationGracePeriodSeconds":${seconds},"containers":[{"name":"a","image":"i"}],"tolerations":[{"operator":"Exists","effect":"NoExecute","tolerationSeconds":${seconds}}]}}`;
    const want = (n: string) => [`"terminationGracePeriodSeconds":${n}`, `"tolerationSeconds":${n}`];
    const { text } = await send('POST', pods, pod('9223372036854775807', 'p'));
    for (const part of want('9223372036854775807')) expect(text).to.contain(part);
    await send('PATCH', `${pods}/p`, '{"metadata":{"labels":{"a":"b"}}}', { 'content-type': 'application/strategic-merge-patch+json' });
    for (const part of want('9223372036854775807')) expect((await send('GET', `${pods}/p`)).text).to.contain(part);
    for (const n of ['9223372036854775808', '1.5', '2.0', '2e1', '1e400', '"5"'])
      expect((await send('POST', pods, pod(n, 'q'))).code, n).to.equal(400);
    const services = '/api/v1/namespaces/default/replicationcontrollers';
    const rc =
      '{"metadata":{"name":"r"},"spec":{"replicas":1,"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"a","image":"i"}]}}}}';
    expect((await send('POST', services, rc)).code).to.equal(201);
    for (const type of ['merge', 'strategic-merge'])
      for (const n of ['2.0', '1.5', '2e1'])
        expect(
          (await send('PATCH', `${services}/r`, `{"spec":{"replicas":${n}}}`, { 'content-type': `application/${type}-patch+json` })).code,
          `${type} ${n}`,
        ).to.equal(422);
    expect((await send('PATCH', `${services}/r`, '[{"op":"replace","path":"/spec/replicas","value":2.0}]', JSON_PATCH)).code).to.equal(422);
    // An apply patch is YAML, where 2.0 is 2.
    const applied = await send(
      'PATCH',
      `${services}/r?fieldManager=a&force=true`,
      '{"apiVersion":"v1","kind":"ReplicationController","metadata":{"name":"r"},"spec":{"replicas":2.0}}',
      APPLY,
    );
    expect([applied.code, applied.json.spec.replicas]).to.deep.equal([200, 2]);
    expect((await send('DELETE', `${pods}/p`)).code).to.equal(200);
    expect((await send('DELETE', `${pods}/p`, '{"gracePeriodSeconds":2.0}')).code).to.equal(400);
    expect((await send('DELETE', `${pods}/p?gracePeriodSeconds=9223372036854775808`)).code).to.equal(400);
  });

  it('stand in OpenAPI documents as in the schema', async () => {
    const { code, text } = await send('GET', '/openapi/v3/apis/numbers.example.com/v1');
    expect([code, text]).to.satisfy(([status, body]: [number, string]) => status === 200 && body.includes('"default":9007199254740995'));
    const protobuf = await send('GET', '/openapi/v3/apis/numbers.example.com/v1', undefined, {
      accept: 'application/com.github.proto-openapi.spec.v3@v1.0+protobuf',
    });
    expect(protobuf.code).to.equal(200);
    expect((await send('GET', '/openapi/v2')).text).to.contain('"default":9007199254740995');
  });
});
