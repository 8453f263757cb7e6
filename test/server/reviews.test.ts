import { expect } from 'chai';
import { subjectAccessReviews } from '../../lib/api/reviews/reviews.js';
import { rejection } from '../support/rejection.js';
import type { RequestInput } from './support/test-server.js';
import { ADMIN_TOKEN, TestServer } from './support/test-server.js';

describe('reviews', () => {
  let server: TestServer;
  before(async () => (server = await TestServer.start()));
  after(() => server.stop());

  const ask = async (path: string, spec?: object, input: RequestInput = {}) => {
    const answer = await server.request('POST', `/apis/${path}`, { ...input, body: { ...(spec ? { spec } : {}) } });
    return { ...answer, status: answer.json.status as unknown };
  };
  const access = (spec: object, input?: RequestInput) => ask('authorization.k8s.io/v1/subjectaccessreviews', spec, input);
  const pods = { verb: 'get', resource: 'pods', namespace: 'default' };

  it('tell whether somebody may do something, and keep nothing', async () => {
    const allowed = await access({ user: 'ann', groups: ['system:masters'], resourceAttributes: pods });
    expect([allowed.code, allowed.status]).to.deep.equal([201, { allowed: true }]);
    expect((await access({ user: 'ann', resourceAttributes: pods })).status).to.deep.equal({ allowed: false });
    const path = { path: '/healthz', verb: 'get' };
    expect((await access({ user: 'ann', nonResourceAttributes: path })).status).to.deep.equal({ allowed: true });
    expect((await server.request('GET', '/apis/authorization.k8s.io/v1/subjectaccessreviews')).code).to.equal(405);
  });

  it('tell callers what they themselves may do, and who they are', async () => {
    const own = 'authorization.k8s.io/v1/selfsubjectaccessreviews';
    expect((await ask(own, { resourceAttributes: pods })).status).to.deep.equal({ allowed: true });
    const impersonated = { headers: { 'impersonate-user': 'ann', 'impersonate-group': 'system:masters' } };
    expect((await ask('authentication.k8s.io/v1/selfsubjectreviews', undefined, impersonated)).status).to.deep.equal({
      userInfo: { username: 'ann', groups: ['system:masters', 'system:authenticated'] },
    });
  });

  it('are refused when they do not say what they ask', async () => {
    const causes = (answer: Awaited<ReturnType<typeof ask>>) => [answer.code, answer.json.details.causes.map(({ field }) => field)];
    expect(causes(await access({ user: 'ann' }))).to.deep.equal([422, ['spec.resourceAttributes']]);
    expect(causes(await access({ resourceAttributes: pods }))).to.deep.equal([422, ['spec.user']]);
    const both = await access({ user: 'ann', resourceAttributes: pods, nonResourceAttributes: { path: '/', verb: 'get' } });
    expect(causes(both)).to.deep.equal([422, ['spec.nonResourceAttributes']]);
    expect(both.json.details).not.to.have.property('kind');
    const local = 'authorization.k8s.io/v1/namespaces/kube-system/localsubjectaccessreviews';
    expect(causes(await ask(local, { user: 'ann', resourceAttributes: pods }))).to.deep.equal([422, ['spec.resourceAttributes.namespace']]);
  });

  it('of tokens tell whose they are; one that nobody knows is no failure', async () => {
    const review = (spec: object) => ask('authentication.k8s.io/v1/tokenreviews', spec);
    expect((await review({ token: ADMIN_TOKEN })).status).to.deep.equal({
      authenticated: true,
      user: { username: 'admin', groups: ['system:masters', 'system:authenticated'] },
      audiences: ['https://kubernetes.default.svc.cluster.local'],
    });
    const unknown = await review({ token: 'rubbish' });
    expect([unknown.code, unknown.status]).to.deep.equal([201, { user: {} }]);
    expect((await review({ token: ADMIN_TOKEN, audiences: ['bank'] })).status).to.deep.equal({ user: {} });
    expect((await review({ token: '' })).code).to.equal(400);
  });

  it('of rules say that they cannot be told', async () => {
    const { status } = await ask('authorization.k8s.io/v1/selfsubjectrulesreviews', { namespace: 'default' });
    expect(status).to.deep.include({ incomplete: true, resourceRules: [], nonResourceRules: [] });
  });

  it('are for servers to answer, not for registries', async () => {
    const spec = { user: 'ann', resourceAttributes: pods };
    expect(await rejection(server.registries.registry(subjectAccessReviews).create({ spec }))).to.include({ code: 405 });
  });
});
