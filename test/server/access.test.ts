import tls from 'node:tls';
import { once } from 'node:events';
import { expect } from 'chai';
import { systemEnvironment } from '../../lib/base/system-environment.js';
import { CertificateAuthority } from '../../lib/server/pki.js';
import { TestServer } from './support/test-server.js';

describe('Access to the API server', () => {
  let server: TestServer;
  before(async () => (server = await TestServer.start()));
  after(() => server.stop());

  it('lets nobody in without credentials, whatever the path and method', async () => {
    const paths = [
      '/',
      '/api',
      '/apis',
      '/api/v1',
      '/openapi/v2',
      '/openapi/v3',
      '/metrics',
      '/api/v1/pods',
      '/api/v1/namespaces/default/pods/p',
    ];
    const streams = [
      '/api/v1/namespaces/default/pods/p/log',
      '/api/v1/namespaces/default/pods/p/exec?command=id&stdout=true',
      '/api/v1/pods?watch=true',
    ];
    for (const path of [...paths, ...streams, '/api/v1/nowhere', '/apis/unknown.example/v1/things', '/nope']) {
      for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS']) {
        const answer = await server.request(method, path, { token: null });
        expect(answer.code, `${method} ${path}`).to.equal(403);
      }
    }
  });

  it('says who may not do what', async () => {
    const message = async (method: string, path: string) => (await server.request(method, path, { token: 'nobody-token' })).json.message;
    const base = '/api/v1/namespaces/n/pods';
    expect(await message('GET', base)).to.equal(
      'pods is forbidden: User "nobody" cannot list resource "pods" in API group "" in the namespace "n"',
    );
    expect(await message('DELETE', `${base}/p`)).to.equal(
      'pods "p" is forbidden: User "nobody" cannot delete resource "pods" in API group "" in the namespace "n"',
    );
    expect(await message('PATCH', `${base}/p/status`)).to.contain('cannot patch resource "pods/status" in API group ""');
    expect(await message('GET', '/apis/x.example/v1/things')).to.equal(
      'things.x.example is forbidden: User "nobody" cannot list resource "things" in API group "x.example" at the cluster scope',
    );
    expect(await message('GET', '/metrics')).to.equal('forbidden: User "nobody" cannot get path "/metrics"');
  });

  it('shows health and version to everybody, discovery to whom it knows', async () => {
    for (const path of ['/healthz', '/livez', '/readyz', '/version'])
      expect((await server.request('GET', path, { token: null })).code).to.equal(200);
    expect((await server.request('GET', '/api/v1', { token: 'nobody-token' })).code).to.equal(200);
    expect((await server.request('POST', '/version', { token: null })).code).to.equal(403);
  });

  it('refuses unknown tokens with 401, also where everybody may look', async () => {
    for (const path of ['/api/v1/pods', '/healthz']) {
      const answer = await server.request('GET', path, { token: 'wrong' });
      expect(answer.code).to.equal(401);
      expect(answer.json).to.deep.equal({
        kind: 'Status',
        apiVersion: 'v1',
        metadata: {},
        status: 'Failure',
        message: 'Unauthorized',
        reason: 'Unauthorized',
        code: 401,
      });
    }
    const basic = await server.request('GET', '/api/v1/pods', { token: null, headers: { authorization: 'Basic YTpi' } });
    expect(basic.code).to.equal(403);
    const scheme = await server.request('GET', '/api/v1/pods', { token: null, headers: { authorization: 'bEaReR admin-token' } });
    expect(scheme.code).to.equal(200);
  });

  it('knows clients by the certificates of its own authority alone', async () => {
    const identity = await server.authority.clientCertificate({ user: 'alice', groups: ['system:masters'] });
    expect((await server.request('GET', '/api/v1/pods', { token: null, identity })).code).to.equal(200);
    const plain = await server.authority.clientCertificate({ user: 'bob', groups: ['a', 'b'] });
    expect((await server.request('GET', '/api/v1/pods', { token: null, identity: plain })).json.message).to.contain(
      'User "bob" cannot list',
    );
    const foreign = await CertificateAuthority.create({ environment: systemEnvironment });
    const forged = await foreign.clientCertificate({ user: 'alice', groups: ['system:masters'] });
    expect((await server.request('GET', '/api/v1/pods', { token: null, identity: forged })).code).to.equal(401);
    expect((await server.request('GET', '/healthz', { token: null, identity: forged })).code).to.equal(401);
  });

  it('lets administrators act as others, and nobody else', async () => {
    const as = (token: string, headers: Record<string, string>) => server.request('GET', '/api/v1/pods', { token, headers });
    expect((await as('admin-token', { 'impersonate-user': 'carol' })).json.message).to.contain('User "carol" cannot list');
    expect((await as('admin-token', { 'impersonate-user': 'carol', 'impersonate-group': 'system:masters' })).code).to.equal(200);
    expect((await as('admin-token', { 'impersonate-group': 'system:masters' })).code).to.equal(400);
    const anonymous = { token: 'admin-token', headers: { 'impersonate-user': 'system:anonymous' } };
    expect((await server.request('GET', '/apis', anonymous)).code).to.equal(403);
    const refused = await as('nobody-token', { 'impersonate-user': 'admin', 'impersonate-group': 'system:masters' });
    expect(refused.code).to.equal(403);
    expect(refused.json.message).to.equal(
      'users "admin" is forbidden: User "nobody" cannot impersonate resource "users" in API group "" at the cluster scope',
    );
  });

  it('shows no certificate that a client of another authority would accept', async () => {
    const { port } = server.server.address;
    const foreign = await CertificateAuthority.create({ environment: systemEnvironment });
    const socket = tls.connect({ host: '127.0.0.1', port, ca: foreign.pem.certificate });
    const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException];
    expect(error.code).to.match(/UNABLE_TO_VERIFY|SELF_SIGNED|CERT_SIGNATURE_FAILURE/);
  });
});

describe('CertificateAuthority', () => {
  const environment = systemEnvironment;

  it('comes back from its PEM and signs what clients of the first one accept', async () => {
    const first = await CertificateAuthority.create({ environment });
    const again = await CertificateAuthority.load(first.pem, environment);
    const server = tls
      .createServer({ ...pemOptions(await again.serverCertificate({ hosts: ['api.example', '10.1.2.3'] })) })
      .listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    for (const servername of ['localhost', 'api.example']) {
      const socket = tls.connect({ host: '127.0.0.1', port, ca: first.pem.certificate, servername });
      await once(socket, 'secureConnect');
      expect(socket.authorized).to.equal(true);
      expect(socket.getPeerCertificate().subjectaltname).to.contain('IP Address:10.1.2.3').and.to.contain('IP Address:127.0.0.1');
      socket.destroy();
    }
    server.close();
  });

  it('refuses a key that is not its own', async () => {
    const [one, other] = await Promise.all([CertificateAuthority.create({ environment }), CertificateAuthority.create({ environment })]);
    const mixed = { certificate: one.pem.certificate, key: other.pem.key };
    const failure = await CertificateAuthority.load(mixed, environment).then(
      () => undefined,
      (error: Error) => error,
    );
    expect(failure?.message).to.contain('does not belong');
  });
});

const pemOptions = ({ certificate, key }: { certificate: string; key: string }) => ({ cert: certificate, key });
