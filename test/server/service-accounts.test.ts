import { createPublicKey, verify } from 'node:crypto';
import type { JsonWebKey } from 'node:crypto';
import { expect } from 'chai';
import { systemEnvironment } from '../../lib/base/system-environment.js';
import { serviceAccounts } from '../../lib/api/core/service-accounts.js';
import { TestServer } from './support/test-server.js';

interface Review {
  readonly status: {
    readonly authenticated?: boolean;
    readonly audiences?: readonly string[];
    readonly user: { readonly username?: string; readonly groups?: readonly string[] };
    readonly userInfo: {
      readonly username: string;
      readonly uid: string;
      readonly groups: readonly string[];
      readonly extra: Readonly<Record<string, string[]>>;
    };
  };
}

const BASE = '/api/v1/namespaces/default';
const API = 'https://kubernetes.default.svc.cluster.local';

describe('Service accounts at the API server', () => {
  let server: TestServer;
  let ahead = 0;
  /** The server's clock, which tests may put forward. */
  const environment = { ...systemEnvironment, now: () => systemEnvironment.now() + ahead };
  beforeEach(async () => {
    ahead = 0;
    server = await TestServer.start({ environment });
    await post(`${BASE}/serviceaccounts`, { metadata: { name: 'robot' } });
  });
  afterEach(() => server.stop());

  const post = (path: string, body: object, token?: string) =>
    server.request('POST', path, { body, ...(token === undefined ? {} : { token }) });
  const request = (spec: object = {}) =>
    post(`${BASE}/serviceaccounts/robot/token`, { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec });
  const tokenOf = async (spec: object = {}) => ((await request(spec)).json as unknown as { status: { token: string } }).status.token;
  const whoIs = async (token: string) => {
    const answer = await post('/apis/authentication.k8s.io/v1/selfsubjectreviews', {}, token);
    return answer.code === 201 ? (answer.json as unknown as Review).status.userInfo : answer.code;
  };
  const review = async (token: string, audiences?: readonly string[]) =>
    ((await post('/apis/authentication.k8s.io/v1/tokenreviews', { spec: { token, audiences } })).json as unknown as Review).status;

  it('are asked for tokens, and those who bring one are the account with its groups', async () => {
    const answer = await request();
    expect([answer.code, answer.json.kind]).to.deep.equal([201, 'TokenRequest']);
    const { uid } = (await server.request('GET', `${BASE}/serviceaccounts/robot`)).json.metadata;
    const user = await whoIs(await tokenOf());
    expect(user).to.deep.include({
      username: 'system:serviceaccount:default:robot',
      uid,
      groups: ['system:serviceaccounts', 'system:serviceaccounts:default', 'system:authenticated'],
    });
    expect((user as Review['status']['userInfo']).extra['authentication.kubernetes.io/credential-id']?.[0]).to.match(/^JTI=[0-9a-f-]{36}$/);
  });

  it('are not known to others: a changed token, one for others, one whose time is over', async () => {
    const token = await tokenOf({ expirationSeconds: 600 });
    expect(await whoIs(`${token.slice(0, -4)}AAAA`)).to.equal(401);
    expect(await whoIs(await tokenOf({ audiences: ['vault'] }))).to.equal(401);
    expect(await whoIs(token)).to.be.an('object');
    ahead = 601_000;
    expect(await whoIs(token)).to.equal(401);
  });

  it('take their tokens with them, also when one of the same name comes', async () => {
    const token = await tokenOf();
    await server.request('DELETE', `${BASE}/serviceaccounts/robot`);
    expect(await whoIs(token)).to.equal(401);
    await post(`${BASE}/serviceaccounts`, { metadata: { name: 'robot' } });
    expect(await whoIs(token)).to.equal(401);
    expect(await whoIs(await tokenOf())).to.be.an('object');
  });

  it('have tokens that die with what they are bound to', async () => {
    const pod = await post(`${BASE}/pods`, {
      metadata: { name: 'p' },
      spec: { serviceAccountName: 'robot', containers: [{ name: 'c', image: 'i' }] },
    });
    await post(`${BASE}/secrets`, { metadata: { name: 's' } });
    const ofPod = await tokenOf({ boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name: 'p' } });
    const ofSecret = await tokenOf({ boundObjectRef: { apiVersion: 'v1', kind: 'Secret', name: 's' } });
    expect(((await whoIs(ofPod)) as Review['status']['userInfo']).extra).to.deep.include({
      'authentication.kubernetes.io/pod-name': ['p'],
      'authentication.kubernetes.io/pod-uid': [pod.json.metadata.uid],
    });
    expect(await whoIs(ofSecret)).to.be.an('object');
    await server.request('DELETE', `${BASE}/pods/p`);
    expect([await whoIs(ofPod), typeof (await whoIs(ofSecret))]).to.deep.equal([401, 'object']);
    await server.request('DELETE', `${BASE}/secrets/s`);
    expect(await whoIs(ofSecret)).to.equal(401);
  });

  it('have a minute to clean up after themselves while they are being deleted', async () => {
    const metadata = { name: 'slow', namespace: 'default', finalizers: ['example.com/slow'] };
    await server.registries.registry(serviceAccounts).create({ metadata });
    const answer = await post(`${BASE}/serviceaccounts/slow/token`, { spec: {} });
    const { token } = (answer.json as unknown as { status: { token: string } }).status;
    await server.request('DELETE', `${BASE}/serviceaccounts/slow`);
    ahead = 50_000;
    expect(await whoIs(token)).to.be.an('object');
    ahead = 62_000;
    expect(await whoIs(token)).to.equal(401);
  });

  it('are reviewed for whoever asks, and for nobody else', async () => {
    const token = await tokenOf({ audiences: ['vault', 'shop'] });
    expect(await review(token, ['vault', 'bank'])).to.deep.include({ authenticated: true, audiences: ['vault'] });
    expect((await review(token, ['vault'])).user.username).to.equal('system:serviceaccount:default:robot');
    for (const audiences of [['bank'], [], undefined]) expect(await review(token, audiences)).to.deep.equal({ user: {} });
    const own = await tokenOf();
    for (const audiences of [[API], undefined]) expect((await review(own, audiences)).audiences).to.deep.equal([API]);
  });

  it('publish what it takes to check their tokens', async () => {
    const configuration = (await server.request('GET', '/.well-known/openid-configuration')).json as unknown as {
      issuer: string;
      jwks_uri: string;
    };
    expect(configuration).to.include({ issuer: API, jwks_uri: `${server.server.url}/openid/v1/jwks` });
    const answer = await server.request('GET', new URL(configuration.jwks_uri).pathname);
    expect(answer.headers['content-type']).to.equal('application/jwk-set+json');
    const [key] = (answer.json as unknown as { keys: JsonWebKey[] }).keys;
    const [head, body, signature = ''] = (await tokenOf()).split('.');
    const by = { key: createPublicKey({ key: key!, format: 'jwk' }), dsaEncoding: 'ieee-p1363' } as const;
    expect(verify('sha256', Buffer.from(`${head}.${body}`), by, Buffer.from(signature, 'base64url'))).to.equal(true);
    expect((await server.request('GET', '/openid/v1/jwks', { token: null })).code).to.equal(403);
    expect((await server.request('GET', '/openid/v1/jwks', { token: await tokenOf() })).code).to.equal(200);
  });
});
