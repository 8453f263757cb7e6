import { expect } from 'chai';
import type { Question } from '../../../lib/api/cel/functions/authorizer.js';
import { authorizerValue } from '../../../lib/api/cel/functions/authorizer.js';
import { kubernetesFunctions } from '../../../lib/api/cel/functions/kubernetes.js';
import { CostExceeded, Meter } from '../../../lib/api/cel/meter.js';
import { Program } from '../../../lib/api/cel/program.js';
import { OPAQUE_NAMES } from '../../../lib/api/cel/signature.js';

const type = { kind: 'opaque', name: OPAQUE_NAMES['Authorizer']!, parameters: [] } as const;
const environment = { variables: new Map([['authorizer', type]]), functions: kubernetesFunctions };

describe('authorization checks in expressions', () => {
  const asked: Question[] = [];
  const authorizer = authorizerValue((question) => {
    asked.push(question);
    return { allowed: question.verb === 'get', reason: 'because', error: '' };
  });
  const outcome = (expression: string) =>
    new Program(expression, environment).evaluate((name) => (name === 'authorizer' ? authorizer : undefined), new Meter(1_000_000));

  beforeEach(() => {
    asked.length = 0;
  });

  it('ask about resources, paths and service accounts', () => {
    expect(
      outcome("authorizer.group('apps').resource('deployments').namespace('a').name('b').subresource('scale').check('get').allowed()"),
    ).to.equal(true);
    expect(outcome("authorizer.path('/healthz').check('head').allowed()")).to.equal(false);
    expect(outcome("authorizer.serviceAccount('a', 's').group('').resource('pods').fieldSelector('x=y').check('get').reason()")).to.equal(
      'because',
    );
    expect(asked).to.deep.equal([
      { group: 'apps', resource: 'deployments', namespace: 'a', name: 'b', subresource: 'scale', verb: 'get' },
      { path: '/healthz', verb: 'head' },
      { serviceAccount: { namespace: 'a', name: 's' }, group: '', resource: 'pods', fieldSelector: 'x=y', verb: 'get' },
    ]);
  });

  it('are dear: three are too many', () => {
    const check = "authorizer.path('/a').check('get').allowed()";
    expect(outcome(`${check} && ${check}`)).to.equal(true);
    expect(() => outcome(`${check} && ${check} && ${check}`)).to.throw(CostExceeded);
  });
});
