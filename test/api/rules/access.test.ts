import { expect } from 'chai';
import {
  mutatingWebhookConfigurations,
  validatingWebhookConfigurations,
} from '../../../lib/api/admissionregistration/webhook-configurations.js';
import { certificateSigningRequests } from '../../../lib/api/certificates/certificate-signing-requests.js';
import { runtimeClasses } from '../../../lib/api/node/kinds.js';
import { clusterRoleBindings, clusterRoles, roleBindings, roles } from '../../../lib/api/rbac/kinds.js';
import { priorityClasses } from '../../../lib/api/scheduling/kinds.js';
import { changed, created, faults, message, updated } from './rules.js';

/** A request that OpenSSL would take. */
const REQUEST =
  'LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KTUlITk1IWUNBUUF3RkRFU01CQUdBMVVFQXd3SlkyRnpaUzExYzJWeU1Ga3dFd1lIS29aSXpqMENBUVlJS29aSQp6ajBEQVFjRFFnQUVjTDBWUS82am9tSnF3K2x6T2lSSXVydjJwaVFYVUd4UUVaRHhzekhkalNDdUxZeW9BM2wvClZhMFBoVklSVFdqZWpRK0FkV013K045WVdzdTh5Zk9iSzZBQU1Bb0dDQ3FHU000OUJBTUNBMGNBTUVRQ0lFOGYKRjZ3ZFQ4MDQwQS9TcmNURzN3MlhpSEpabFRWdWsySW1JMmZPek0vTUFpQUxrcWNDcVpJc2Y1NFRLKzYrM1Y2YwpnMG5ualp4SGF5KzYrWHB4dDQ3c1JnPT0KLS0tLS1FTkQgQ0VSVElGSUNBVEUgUkVRVUVTVC0tLS0tCg==';
const CSR = { spec: { request: REQUEST, signerName: 'a.example/s', usages: ['client auth'] } };

describe('rules of access', () => {
  it('roles have rules for resources, cluster roles for paths too', () => {
    expect(faults(roles, { rules: [{}] })).to.deep.equal([
      'Required rules[0].verbs',
      'Required rules[0].apiGroups',
      'Required rules[0].resources',
    ]);
    expect(faults(clusterRoles, { rules: [{ verbs: ['get'], nonResourceURLs: ['/x'], resourceNames: ['n'] }] })).to.deep.equal([
      'Invalid rules[0].nonResourceURLs',
    ]);
    expect(faults(clusterRoles, { aggregationRule: {} })).to.deep.equal(['Required aggregationRule.clusterRoleSelectors']);
    expect(faults(clusterRoles, { aggregationRule: { clusterRoleSelectors: [{ matchLabels: { 'a b': 'c' } }] } })).to.deep.equal([
      'Invalid aggregationRule.clusterRoleSelectors[0].matchLabels',
    ]);
  });

  it('bindings name a role and subjects', () => {
    const subjects = [
      { kind: 'ServiceAccount', name: 'a', apiGroup: 'b' },
      { kind: 'Group', name: 'g' },
    ];
    expect(faults(roleBindings, { roleRef: { kind: 'Role', name: 'r' }, subjects })).to.deep.equal(['NotSupported subjects[0].apiGroup']);
    expect(faults(clusterRoleBindings, { roleRef: { kind: 'ClusterRole', name: 'r' }, subjects: [subjects[1]] })).to.deep.equal([]);
    expect(message(roleBindings, { roleRef: { kind: 'Thing', name: 'r' } })).to.equal(
      'RoleBinding.rbac.authorization.k8s.io "x" is invalid: roleRef.kind: Unsupported value: "Thing": supported values: "Role", "ClusterRole"',
    );
  });

  it('priorities of the system have known values', () => {
    expect(faults(priorityClasses, { metadata: { name: 'system-node-critical' }, value: 2_000_001_000 })).to.deep.equal([]);
    for (const more of [{ value: 1 }, { value: 2_000_001_000, globalDefault: true }])
      expect(faults(priorityClasses, { metadata: { name: 'system-node-critical' }, ...more })).to.deep.equal(['Forbidden metadata.name']);
  });

  it('runtime classes have a handler that stays, and place pods', () => {
    expect(faults(runtimeClasses, { handler: 'A' })).to.deep.equal(['Invalid handler']);
    const tolerations = [{ operator: 'Exists' }, { operator: 'Exists' }];
    expect(faults(runtimeClasses, { handler: 'h', scheduling: { nodeSelector: { 'a b': 'c' }, tolerations } })).to.deep.equal([
      'Invalid scheduling.nodeSelector',
      'Duplicate scheduling.tolerations[1]',
    ]);
    expect(updated(runtimeClasses, created(runtimeClasses, { handler: 'h' }), { handler: 'i' }).faults).to.deep.equal(['Invalid handler']);
  });

  describe('certificate requests', () => {
    const cases: readonly (readonly [string, unknown, string[]])[] = [
      ['spec.request', Buffer.from('text').toString('base64'), ['Invalid spec.request']],
      ['spec.usages', [], ['Required spec.usages']],
      ['spec.usages', ['client auth', 'client auth', 'odd'], ['NotSupported spec.usages[2]', 'Duplicate spec.usages[1]']],
      ['spec.signerName', 'kubernetes.io/legacy-unknown', ['Invalid spec.signerName']],
      ['spec.signerName', 'short/s', ['Invalid spec.signerName']],
      ['spec.signerName', 'a.example', ['Invalid spec.signerName']],
      ['spec.expirationSeconds', 599, ['Invalid spec.expirationSeconds']],
      ['metadata.name', 'Any:Name', []],
    ];
    for (const [path, value, wanted] of cases)
      it(`${path} ${JSON.stringify(value).slice(0, 60)}: ${wanted.join() || 'fine'}`, () =>
        expect(faults(certificateSigningRequests, changed(CSR, path, value))).to.deep.equal(wanted));

    const old = created(certificateSigningRequests, CSR);
    const approved = { ...CSR, status: { conditions: [{ type: 'Approved', status: 'True' }] } };

    it('are approved by a path of their own', () => {
      const { object, faults: none } = updated(certificateSigningRequests, old, approved, 'approval');
      expect(none).to.deep.equal([]);
      const time = '2024-01-01T00:00:00Z';
      expect(object.status?.conditions).to.deep.equal([
        { type: 'Approved', status: 'True', lastUpdateTime: time, lastTransitionTime: time },
      ]);
      expect(updated(certificateSigningRequests, old, approved, 'status').faults).to.deep.equal(['Forbidden status.conditions']);
    });

    it('are decided for good', () => {
      const before = { ...old, status: { conditions: [{ type: 'Approved', status: 'True' }] } };
      expect(updated(certificateSigningRequests, before, CSR, 'approval').faults).to.deep.equal(['Forbidden status.conditions']);
      const both = [...before.status.conditions, { type: 'Denied', status: 'True' }];
      expect(updated(certificateSigningRequests, before, { ...CSR, status: { conditions: both } }, 'approval').faults).to.deep.equal([
        'Invalid status.conditions[1].type',
      ]);
      expect(
        updated(certificateSigningRequests, old, { ...CSR, status: { conditions: [{ type: 'Denied', status: 'False' }] } }, 'approval')
          .faults,
      ).to.deep.equal(['NotSupported status.conditions[0].status']);
    });

    it('get a certificate once, in PEM, by their status', () => {
      const certificate = (text: string) => ({ ...CSR, status: { certificate: Buffer.from(text).toString('base64') } });
      expect(updated(certificateSigningRequests, old, certificate('text'), 'status').faults).to.deep.equal(['Invalid status.certificate']);
      expect(updated(certificateSigningRequests, old, certificate('x'), 'approval').object.status).to.deep.equal({});
    });
  });

  describe('webhooks', () => {
    const hook = (more: object) => ({
      webhooks: [
        { name: 'a.b.example', clientConfig: { url: 'https://h' }, sideEffects: 'None', admissionReviewVersions: ['v1'], ...more },
      ],
    });
    const rule = (more: object) =>
      hook({ rules: [{ operations: ['*'], apiGroups: [''], apiVersions: ['v1'], resources: ['pods'], ...more }] });
    const cases: readonly (readonly [object, string[]])[] = [
      [hook({}), []],
      [hook({ sideEffects: undefined }), ['Required webhooks[0].sideEffects']],
      [hook({ sideEffects: 'Some' }), ['NotSupported webhooks[0].sideEffects']],
      [hook({ admissionReviewVersions: ['v2'] }), ['Invalid webhooks[0].admissionReviewVersions']],
      [hook({ admissionReviewVersions: ['v1', 'v1'] }), ['Invalid webhooks[0].admissionReviewVersions[1]']],
      [hook({ admissionReviewVersions: [] }), ['Required webhooks[0].admissionReviewVersions']],
      [hook({ clientConfig: { url: 'x' } }), ['Required webhooks[0].clientConfig.url']],
      [
        hook({ clientConfig: { service: { name: 's', namespace: 'n', path: '/a//b' } } }),
        ['Invalid webhooks[0].clientConfig.service.path'],
      ],
      [
        hook({
          matchConditions: [
            { name: 'a', expression: ' ' },
            { name: 'a', expression: 'true' },
          ],
        }),
        ['Required webhooks[0].matchConditions[0].expression', 'Duplicate webhooks[0].matchConditions[1].name'],
      ],
      [rule({ resources: ['pods', 'pods/*', '*/scale'] }), []],
      [rule({ resources: ['*/scale', 'deployments/scale'] }), ['Invalid webhooks[0].rules[0].resources[1]']],
      [rule({ resources: ['*', 'pods/log'] }), []],
      [rule({ resources: [''] }), ['Required webhooks[0].rules[0].resources[0]']],
    ];
    for (const [body, wanted] of cases)
      it(`${JSON.stringify(body)}: ${wanted.join() || 'fine'}`, () => {
        expect(faults(validatingWebhookConfigurations, body)).to.deep.equal(wanted);
        expect(faults(mutatingWebhookConfigurations, body)).to.deep.equal(wanted);
      });
  });
});
