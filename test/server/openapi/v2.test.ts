import { gunzipSync } from 'node:zlib';
import { expect } from 'chai';
import { defineResource } from '../../../lib/index.js';
import { TestServer } from '../support/test-server.js';
import type { SchemaNode } from './support.js';
import { get, Message, V2_PROTOBUF, v2Of } from './support.js';

const ANSWERED = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf';

describe('OpenAPI v2', function () {
  this.timeout(20_000);
  let server: TestServer;
  before(async () => (server = await TestServer.start()));
  after(() => server.stop());

  it('knows every schema and parameter that it refers to', async () => {
    const document = await v2Of(server);
    expect(document.swagger).to.equal('2.0');
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/(definitions|parameters)\/([^"]+)"/g)];
    expect(references.length).to.be.greaterThan(1000);
    const lost = references.filter(
      ([, where, name = '']) => !Object.hasOwn(where === 'definitions' ? document.definitions : document.parameters, name),
    );
    expect(lost.map(([text]) => text)).to.deep.equal([]);
  });

  it('names each operation once, and has those of every resource that discovery shows', async () => {
    const { paths } = await v2Of(server);
    const ids = Object.values(paths).flatMap(({ parameters: _, ...methods }) =>
      Object.values(methods).map(({ operationId }) => operationId),
    );
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).to.deep.equal([]);
    expect(ids).to.include.members([
      'listCoreV1NamespacedPod',
      'listCoreV1PodForAllNamespaces',
      'watchCoreV1NamespacedPodList',
      'connectCoreV1PostNamespacedPodExec',
      'connectCoreV1GetNamespacedPodProxyWithPath',
      'createCoreV1NamespacedPodEviction',
      'replaceAppsV1NamespacedDeploymentScale',
      'deleteRbacAuthorizationV1CollectionClusterRole',
      'getAppsV1APIResources',
      'getCodeVersion',
    ]);
    for (const { name, verbs } of (await get(server, '/apis/apps/v1')).json.resources) {
      const path = `/apis/apps/v1/namespaces/{namespace}/${name.replace('/', '/{name}/')}`;
      expect(paths, path).to.have.property(path);
      if (verbs.includes('patch') && !name.includes('/')) expect(paths[`${path}/{name}`], name).to.have.property('patch');
    }
  });

  it('says of a patch which kind it is for, and that it can be tried without effect', async () => {
    const { paths, parameters } = await v2Of(server);
    const patch = paths['/apis/apps/v1/namespaces/{namespace}/deployments/{name}']?.['patch'];
    expect(patch?.['x-kubernetes-group-version-kind']).to.deep.equal({ group: 'apps', kind: 'Deployment', version: 'v1' });
    const names = patch?.parameters?.map(({ name, $ref }) => name ?? parameters[$ref?.slice('#/parameters/'.length) ?? '']?.name);
    expect(names).to.have.members(['body', 'dryRun', 'fieldManager', 'fieldValidation', 'force']);
  });

  it('tells no defaults and no alternatives, and what a field is beside the reference to its type', async () => {
    const { definitions } = await v2Of(server);
    expect(definitions['io.k8s.apimachinery.pkg.util.intstr.IntOrString']).to.include({ type: 'string', format: 'int-or-string' });
    const pod = definitions['io.k8s.api.core.v1.Pod'];
    expect(pod?.['x-kubernetes-group-version-kind']).to.deep.equal([{ group: '', kind: 'Pod', version: 'v1' }]);
    expect(pod?.properties?.['spec']).to.include({ $ref: '#/definitions/io.k8s.api.core.v1.PodSpec' });
    expect(pod?.properties?.['spec']?.description).to.match(/^Specification of the desired behavior of the pod/);
    const words = new Set(Object.values(definitions).flatMap(wordsOf));
    expect([words.has('enum'), words.has('default'), words.has('oneOf'), words.has('allOf')]).to.deep.equal([true, false, false, false]);
    const deleteOptions = definitions['io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions']?.['x-kubernetes-group-version-kind'];
    expect(deleteOptions).to.deep.include.members([
      { group: '', kind: 'DeleteOptions', version: 'v1' },
      { group: 'apps', kind: 'DeleteOptions', version: 'v1' },
    ]);
  });

  it('is JSON, or protobuf for whoever asks for it in either spelling', async () => {
    expect((await get(server, '/openapi/v2')).headers['content-type']).to.equal('application/json');
    expect((await get(server, '/openapi/v2', { accept: 'application/json, */*' })).headers['content-type']).to.equal('application/json');
    for (const accept of [V2_PROTOBUF, ANSWERED, `text/html, ${V2_PROTOBUF};q=0.9, application/json;q=0.5`])
      expect((await get(server, '/openapi/v2', { accept })).headers['content-type'], accept).to.equal(ANSWERED);
    expect((await get(server, '/openapi/v2', { accept: 'text/html' })).code).to.equal(406);
  });

  it('says in protobuf what it says in JSON', async () => {
    const document = await v2Of(server);
    const message = new Message((await get(server, '/openapi/v2', { accept: V2_PROTOBUF })).bytes);
    expect(message.text(1)).to.equal('2.0');
    const paths = message.message(8).named(2);
    expect([...paths.keys()]).to.deep.equal(Object.keys(document.paths));
    const patch = paths.get('/api/v1/namespaces/{namespace}/pods/{name}')?.message(8);
    expect(patch?.text(5)).to.equal('patchCoreV1NamespacedPod');
    expect(patch?.json(13)).to.deep.equal({
      'x-kubernetes-action': 'patch',
      'x-kubernetes-group-version-kind': { group: '', kind: 'Pod', version: 'v1' },
    });
    const [body, dryRun] = patch?.messages(8) ?? [];
    expect(body?.message(1, 1).text(2)).to.equal('body');
    expect(body?.message(1, 1, 5).text(1)).to.equal('#/definitions/io.k8s.apimachinery.pkg.apis.meta.v1.Patch');
    expect(dryRun?.message(2).text(1)).to.equal('#/parameters/dryRun-query');
    const shared = message.message(10).named(1);
    expect(shared.get('dryRun-query')?.message(2, 3).text(4)).to.equal('dryRun');
    expect(shared.get('namespace-path')?.message(2, 4).text(4)).to.equal('namespace');

    const definitions = message.message(9).named(1);
    expect([...definitions.keys()]).to.deep.equal(Object.keys(document.definitions));
    const spec = definitions.get('io.k8s.api.core.v1.PodSpec');
    expect(spec?.texts(19)).to.deep.equal(['containers']);
    expect(spec?.message(22).text(1)).to.equal('object');
    const fields = spec?.message(25).named(1);
    expect([...(fields?.keys() ?? [])]).to.deep.equal(Object.keys(document.definitions['io.k8s.api.core.v1.PodSpec']?.properties ?? {}));
    const containers = fields?.get('containers');
    expect(containers?.message(23, 1).text(1)).to.equal('#/definitions/io.k8s.api.core.v1.Container');
    expect(containers?.json(31)).to.include({ 'x-kubernetes-patch-merge-key': 'name', 'x-kubernetes-list-type': 'map' });
    expect(
      fields
        ?.get('restartPolicy')
        ?.messages(20)
        .map((one) => one.text(2)),
    ).to.deep.equal(['"Always"', '"Never"', '"OnFailure"']);
    expect(fields?.get('nodeSelector')?.message(21, 1, 22).text(1)).to.equal('string');
  });

  it('is sent once: not again to whoever has it, and compressed', async () => {
    const first = await get(server, '/openapi/v2', { 'accept-encoding': 'gzip' });
    expect(first.headers).to.include({ 'content-encoding': 'gzip', vary: 'Accept, Accept-Encoding' });
    expect(gunzipSync(first.bytes).equals((await get(server, '/openapi/v2')).bytes)).to.equal(true);
    const again = await get(server, '/openapi/v2', { 'if-none-match': String(first.headers.etag) });
    expect([again.code, again.text]).to.deep.equal([304, '']);
  });

  it('follows the kinds that come and go', async () => {
    const name = 'com.example.v1.Gadget';
    const gadgets = defineResource({
      group: 'example.com',
      version: 'v1',
      kind: 'Gadget',
      schema: { type: 'object', description: 'A gadget.' },
    });
    const { etag } = (await get(server, '/openapi/v2')).headers;
    server.registries.catalog.add(gadgets);
    const document = await v2Of(server);
    expect(document.definitions[name]?.description).to.equal('A gadget.');
    expect(document.definitions[`${name}List`]?.['x-kubernetes-group-version-kind']).to.deep.equal([
      { group: 'example.com', kind: 'GadgetList', version: 'v1' },
    ]);
    expect(Object.keys(document.paths).filter((path) => path.includes('gadgets'))).to.deep.equal([
      '/apis/example.com/v1/gadgets',
      '/apis/example.com/v1/namespaces/{namespace}/gadgets',
      '/apis/example.com/v1/namespaces/{namespace}/gadgets/{name}',
    ]);
    expect((await get(server, '/openapi/v2', { 'if-none-match': String(etag) })).code).to.equal(200);
    server.registries.catalog.remove(gadgets);
    expect((await v2Of(server)).definitions).not.to.have.property(name);
    expect((await get(server, '/openapi/v2', { 'if-none-match': String(etag) })).code, 'the same content again').to.equal(304);
  });
});

/** The words that a schema uses, at any depth; names of fields are none. */
function wordsOf({ properties = {}, ...schema }: SchemaNode): readonly string[] {
  const below = Object.entries(schema).flatMap(([word, value]) =>
    word === 'items' || word === 'additionalProperties' ? wordsOf(value as SchemaNode) : [],
  );
  return [...Object.keys(schema), ...below, ...Object.values(properties).flatMap(wordsOf)];
}
