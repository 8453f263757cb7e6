import { gunzipSync } from 'node:zlib';
import { expect } from 'chai';
import { parse } from 'yaml';
import { defineResource } from '../../lib/index.js';
import { TestServer } from './support/test-server.js';

const BASE = '/api/v1/namespaces/default/configmaps';
const JSON_TYPE = 'application/json';
const YAML = 'application/yaml';
const PROTOBUF = 'application/vnd.kubernetes.protobuf';
const view = (as: string) => `${JSON_TYPE};as=${as};v=v1;g=meta.k8s.io`;
const TABLE = view('Table');

describe('Content negotiation', () => {
  let server: TestServer;
  before(async () => {
    server = await TestServer.start({ resources: [defineResource({ group: 'example.com', version: 'v1', kind: 'Gadget' })] });
    await server.request('POST', BASE, { body: { metadata: { name: 'a' }, data: { k: 'v' } } });
  });
  after(() => server.stop());
  const get = (path: string, accept?: string, headers: Record<string, string> = {}) =>
    server.request('GET', path, { headers: { ...headers, ...(accept === undefined ? {} : { accept }) } });
  const send = (method: string, path: string, type: string, body: string | Buffer) =>
    server.request(method, path, { body, headers: { 'content-type': type } });

  const accepted: readonly (readonly [accept: string, type: string, kind: string])[] = [
    ['*/*', JSON_TYPE, 'ConfigMap'],
    ['', JSON_TYPE, 'ConfigMap'],
    [`${JSON_TYPE};charset=utf-8`, JSON_TYPE, 'ConfigMap'],
    [JSON_TYPE.toUpperCase(), JSON_TYPE, 'ConfigMap'],
    ['text/html, application/xml;q=0.9, */*;q=0.8', JSON_TYPE, 'ConfigMap'],
    [YAML, YAML, 'ConfigMap'],
    [`${JSON_TYPE};q=0.5, ${YAML}`, YAML, 'ConfigMap'],
    [`${YAML};q=0.5, ${JSON_TYPE}`, JSON_TYPE, 'ConfigMap'],
    [`${YAML};q=0, ${JSON_TYPE};q=0.1`, JSON_TYPE, 'ConfigMap'],
    [`text/html, ${YAML}`, YAML, 'ConfigMap'],
    [`${PROTOBUF}, ${JSON_TYPE}`, JSON_TYPE, 'ConfigMap'],
    [`${TABLE}, ${JSON_TYPE}`, JSON_TYPE, 'Table'],
    [`${TABLE};q=0.4, ${JSON_TYPE};q=0.5`, JSON_TYPE, 'ConfigMap'],
    [`${view('Gallery')}, ${YAML}`, YAML, 'ConfigMap'],
    [`${YAML};as=Table;v=v1;g=meta.k8s.io`, YAML, 'Table'],
    [`${PROTOBUF};as=Table;v=v1;g=meta.k8s.io, ${view('PartialObjectMetadata')}`, JSON_TYPE, 'PartialObjectMetadata'],
  ];
  for (const [accept, type, kind] of accepted) {
    it(`answers ${JSON.stringify(accept)} with ${kind} in ${type}`, async () => {
      const answer = await get(`${BASE}/a`, accept);
      expect([answer.code, answer.headers['content-type']]).to.deep.equal([200, type]);
      expect((parse(answer.text) as { kind: string }).kind).to.equal(kind);
    });
  }

  const refused: readonly (readonly [what: string, path: string, accept: string])[] = [
    ['types that nobody serves', `${BASE}/a`, 'text/html, application/cbor'],
    ['part of a type', `${BASE}/a`, 'application/*'],
    ['types that the client does not want', `${BASE}/a`, `${JSON_TYPE};q=0`],
    ['unknown views', `${BASE}/a`, view('Gallery')],
    ['views of another group', `${BASE}/a`, `${JSON_TYPE};as=Table;v=v1;g=example.com`],
    ['the view of a list for an object', `${BASE}/a`, view('PartialObjectMetadataList')],
    ['the view of an object for a list', BASE, view('PartialObjectMetadata')],
    ['tables in protobuf', BASE, `${PROTOBUF};as=Table;v=v1;g=meta.k8s.io`],
    ['watches in YAML', `${BASE}?watch=true`, YAML],
    ['custom kinds in protobuf', '/apis/example.com/v1/namespaces/default/gadgets', PROTOBUF],
  ];
  for (const [what, path, accept] of refused) {
    it(`refuses ${what}, and says what there is`, async () => {
      const answer = await get(path, accept);
      expect([answer.code, answer.headers['content-type'], answer.json.reason]).to.deep.equal([406, JSON_TYPE, 'NotAcceptable']);
      expect(answer.json.message).to.match(/^only the following media types are accepted: application\/json/);
      expect(answer.text, 'indented').to.match(/^\{\n {2}"/);
    });
  }

  it('answers with errors in the form that was asked for', async () => {
    const answer = await get(`${BASE}/nope`, YAML);
    expect([answer.code, answer.headers['content-type']]).to.deep.equal([404, YAML]);
    expect(parse(answer.text)).to.deep.include({ kind: 'Status', reason: 'NotFound' });
  });

  const indented: readonly (readonly [query: string, accept: string, agent: string, indented: boolean])[] = [
    ['', '', 'kubectl/v1.36', false],
    ['', '', 'curl/8.0', true],
    ['', '', 'Wget/1.21', true],
    ['', '', 'Mozilla/5.0 (X11)', true],
    ['', '', 'not-curl/8.0', false],
    ['?pretty=true', '', '', true],
    ['?pretty=1', '', '', true],
    ['?pretty=false', '', 'curl/8.0', false],
    ['?pretty=yes', '', 'curl/8.0', false],
    ['?pretty=', '', 'curl/8.0', true],
    ['', `${JSON_TYPE};pretty=1`, '', true],
    ['', `${JSON_TYPE};pretty=0`, 'curl/8.0', false],
    ['?pretty=0', `${JSON_TYPE};pretty=1`, '', false],
  ];
  for (const [query, accept, agent, expected] of indented) {
    it(`${expected ? 'indents' : 'does not indent'} for ${JSON.stringify({ query, accept, agent })}`, async () => {
      const { text } = await get(`${BASE}/a${query}`, accept, { 'user-agent': agent });
      expect(text).to.match(expected ? /^\{\n {2}"kind": "ConfigMap",\n.*\}$/s : /^\{"kind":"ConfigMap",.*\}\n$/);
    });
  }

  it('does not indent watches', async () => {
    const watch = await server.watch(`${BASE}?watch=true&pretty=true`, { 'user-agent': 'curl/8.0' });
    expect(await watch.names(1)).to.deep.equal(['ADDED a']);
    watch.close();
  });

  it('compresses answers of more than 128 KiB, and no smaller ones', async () => {
    const limit = 131_072;
    const path = `${BASE}/sized`;
    await server.request('POST', BASE, { body: { metadata: { name: 'sized' }, data: { k: '' } } });
    const resize = (k: string) =>
      server.request('PATCH', path, { body: { data: { k } }, headers: { 'content-type': 'application/merge-patch+json' } });
    const room = limit - (await get(path)).bytes.length;
    // The version grows with the first change; from then on it has as many digits.
    const sized = async (length: number) => {
      await resize('x'.repeat(room));
      const off = (await get(path)).bytes.length - limit;
      await resize('x'.repeat(room - off + (length - limit)));
      const plain = await get(path);
      expect(plain.bytes.length).to.equal(length);
      const zipped = await get(path, undefined, { 'accept-encoding': 'gzip' });
      return { encoding: zipped.headers['content-encoding'], same: encoded(zipped).equals(plain.bytes) };
    };
    expect(await sized(limit)).to.deep.equal({ encoding: undefined, same: true });
    expect(await sized(limit + 1)).to.deep.equal({ encoding: 'gzip', same: true });
    for (const encoding of ['deflate', 'gzip;q=1', '*', 'br'])
      expect((await get(path, undefined, { 'accept-encoding': encoding })).headers).not.to.have.property('content-encoding');
    expect((await get(path, undefined, { 'accept-encoding': 'br, gzip' })).headers['content-encoding']).to.equal('gzip');
    const list = await get(BASE, undefined, { 'accept-encoding': 'gzip' });
    expect([list.headers['content-encoding'], list.headers.vary]).to.deep.equal(['gzip', 'Accept-Encoding']);
    expect(encoded(list).equals((await get(BASE)).bytes)).to.equal(true);
  });

  it('reads YAML wherever it reads JSON', async () => {
    const yaml = (data: string) => `# written by hand\nmetadata:\n  name: yam\ndata:\n  k: ${data}\n`;
    expect((await send('POST', BASE, YAML, yaml('one'))).json.data).to.deep.equal({ k: 'one' });
    expect((await send('PUT', `${BASE}/yam`, `${YAML}; charset=utf-8`, yaml('"2"'))).json.data).to.deep.equal({ k: '2' });
    const applied = `apiVersion: v1\nkind: ConfigMap\n${yaml('three').replace('k:', 'l:')}`;
    expect((await send('PATCH', `${BASE}/yam?fieldManager=me`, 'application/apply-patch+yaml', applied)).json.data).to.deep.equal({
      k: '2',
      l: 'three',
    });
    expect((await send('POST', BASE, YAML, yaml('2'))).code, 'a number is no text').to.equal(400);
    const conflict = await send('DELETE', `${BASE}/yam`, YAML, 'preconditions:\n  uid: another\n');
    expect([conflict.code, conflict.json.reason]).to.deep.equal([409, 'Conflict']);
    expect((await send('DELETE', `${BASE}/yam`, YAML, 'kind: DeleteOptions\napiVersion: v1\n')).code).to.equal(200);
  });

  it('reads protobuf in bodies of creates, updates and deletes', async () => {
    const meta = field(1, 'p');
    const object = (value: string) =>
      unknown('v1', 'ConfigMap', Buffer.concat([field(1, meta), field(2, Buffer.concat([field(1, 'k'), field(2, value)]))]));
    expect((await send('POST', BASE, PROTOBUF, object('one'))).json.data).to.deep.equal({ k: 'one' });
    expect((await send('PUT', `${BASE}/p`, PROTOBUF, object('two'))).json.data).to.deep.equal({ k: 'two' });
    const options = (uid: string) => unknown('v1', 'DeleteOptions', field(2, field(1, uid)));
    expect((await send('DELETE', `${BASE}/p`, PROTOBUF, options('another'))).code).to.equal(409);
    const { uid } = (await get(`${BASE}/p`)).json.metadata;
    expect((await send('DELETE', `${BASE}/p`, PROTOBUF, options(uid))).code).to.equal(200);
    expect((await send('POST', BASE, PROTOBUF, unknown('v1', 'Secret', field(1, meta)))).code, 'of another kind').to.equal(400);
  });

  it('refuses bodies of other types, and names those that it reads', async () => {
    for (const type of ['application/cbor', 'application/x-www-form-urlencoded', 'text/plain']) {
      const answer = await send('POST', BASE, type, '{}');
      expect([answer.code, answer.json.reason], type).to.deep.equal([415, 'UnsupportedMediaType']);
      expect(answer.json.message).to.contain(`${JSON_TYPE}, ${YAML}, ${PROTOBUF}`);
    }
    const custom = await send(
      'POST',
      '/apis/example.com/v1/namespaces/default/gadgets',
      PROTOBUF,
      unknown('example.com/v1', 'Gadget', Buffer.alloc(0)),
    );
    expect([custom.code, custom.json.message.includes(PROTOBUF)]).to.deep.equal([415, false]);
    expect((await send('PATCH', `${BASE}/a`, JSON_TYPE, '{}')).code).to.equal(415);
  });
});

const encoded = ({ bytes, headers }: { readonly bytes: Buffer; readonly headers: { 'content-encoding'?: string | undefined } }) =>
  headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes;

/** A length-delimited protobuf field of fewer than 128 bytes. */
function field(number: number, content: Buffer | string): Buffer {
  const bytes = Buffer.from(content);
  return Buffer.concat([Buffer.from([(number << 3) | 2, bytes.length]), bytes]);
}

/** The envelope of a protobuf body. */
function unknown(apiVersion: string, kind: string, object: Buffer): Buffer {
  return Buffer.concat([Buffer.from('k8s\0'), field(1, Buffer.concat([field(1, apiVersion), field(2, kind)])), field(2, object)]);
}
