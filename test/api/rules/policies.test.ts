import { expect } from 'chai';
import {
  mutatingAdmissionPolicies,
  mutatingAdmissionPolicyBindings,
} from '../../../lib/api/admissionregistration/mutating-admission-policies.js';
import {
  validatingAdmissionPolicies,
  validatingAdmissionPolicyBindings,
} from '../../../lib/api/admissionregistration/validating-admission-policies.js';
import { controllerRevisions } from '../../../lib/api/apps/controller-revisions.js';
import { flowSchemas } from '../../../lib/api/flowcontrol/flow-schemas.js';
import { priorityLevelConfigurations } from '../../../lib/api/flowcontrol/priority-level-configurations.js';
import { ipAddresses } from '../../../lib/api/networking/ip-addresses.js';
import { serviceCIDRs } from '../../../lib/api/networking/service-cidrs.js';
import type { KubeObject } from '../../../lib/api/object.js';
import type { ResourceDefinition } from '../../../lib/api/resource-definition.js';
import { changed, created, faults, message, updated } from './rules.js';

const RULE = { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] };
const POLICY = { spec: { matchConstraints: { resourceRules: [RULE] }, validations: [{ expression: 'true' }] } };
const MUTATING = {
  spec: {
    matchConstraints: { resourceRules: [RULE] },
    mutations: [{ patchType: 'JSONPatch', jsonPatch: { expression: '[]' } }],
    reinvocationPolicy: 'Never',
  },
};
const BINDING = { spec: { policyName: 'p', validationActions: ['Deny'] } };
const FLOW = {
  spec: {
    priorityLevelConfiguration: { name: 'p' },
    rules: [
      {
        subjects: [{ kind: 'User', user: { name: 'u' } }],
        resourceRules: [{ verbs: ['get'], apiGroups: ['*'], resources: ['pods'], namespaces: ['*'] }],
      },
    ],
  },
};
const LEVEL = { spec: { type: 'Limited', limited: { limitResponse: { type: 'Queue', queuing: {} } } } };

type Row = readonly [path: string, value: unknown, ...faults: string[]];

/** A body that is fine, and what each change of it is refused for. */
function table(definition: ResourceDefinition<KubeObject>, body: object, rows: readonly Row[]): void {
  expect(faults(definition, body)).to.deep.equal([]);
  for (const [path, value, ...expected] of rows)
    expect(faults(definition, changed(body, path, value)), `${path} ${JSON.stringify(value)}`).to.deep.equal(expected);
}

const cells = (definition: ResourceDefinition<KubeObject>, body: object) => {
  const object = created(definition, body);
  return Object.fromEntries(
    definition.columns.filter(({ name }) => name !== 'Name' && name !== 'Age').map((column) => [column.name, column.value(object, 0)]),
  );
};

describe('rules of policies, priorities and addresses', () => {
  it('a policy looks at something and says something of it', () => {
    const at = 'spec.matchConstraints.resourceRules';
    table(validatingAdmissionPolicies, POLICY, [
      ['spec.failurePolicy', 'Maybe', 'NotSupported spec.failurePolicy'],
      ['spec.matchConstraints', undefined, 'Required spec.matchConstraints'],
      [at, [], `Required ${at}`],
      [at, [{ ...RULE, operations: [] }], `Required ${at}[0].operations`],
      [at, [{ ...RULE, resourceNames: ['a', 'a', 'b/c'] }], `Duplicate ${at}[0].resourceNames[1]`, `Invalid ${at}[0].resourceNames[2]`],
      ['spec.matchConstraints.matchPolicy', 'Loose', 'NotSupported spec.matchConstraints.matchPolicy'],
      ['spec.matchConstraints.objectSelector', { matchLabels: { 'a b': '' } }, 'Invalid spec.matchConstraints.objectSelector.matchLabels'],
      ['spec.paramKind', {}, 'Required spec.paramKind.apiVersion', 'Required spec.paramKind.kind'],
      ['spec.paramKind', { apiVersion: 'a/b/c', kind: 'K' }, 'Invalid spec.paramKind.apiVersion'],
      ['spec.paramKind', { apiVersion: 'A_/v1', kind: 'k_' }, 'Invalid spec.paramKind.apiVersion', 'Invalid spec.paramKind.kind'],
      ['spec.paramKind', { apiVersion: 'rules.example.com/v1', kind: 'Limit' }],
      ['spec.matchConditions', [{ name: 'a', expression: ' ' }], 'Required spec.matchConditions[0].expression'],
      ['spec.variables', [{ name: 'in', expression: '1' }], 'Invalid spec.variables[0].name'],
      ['spec.variables', [{ name: ' ', expression: '' }], 'Required spec.variables[0].name', 'Required spec.variables[0].expression'],
      ['spec.validations', [], 'Required spec.validations', 'Required spec.auditAnnotations'],
      ['spec.validations', [{ expression: ' ' }], 'Required spec.validations[0].expression'],
      ['spec.validations', [{ expression: 'true', message: 'a\nb' }], 'Invalid spec.validations[0].message'],
      ['spec.validations', [{ expression: 'true', message: ' ' }], 'Invalid spec.validations[0].message'],
      ['spec.validations', [{ expression: 'object.a ==' }], 'Invalid spec.validations[0].expression'],
      ['spec.validations', [{ expression: '1 + 1' }], 'Invalid spec.validations[0].expression'],
      ['spec.validations', [{ expression: 'variables.nope' }], 'Invalid spec.validations[0].expression'],
      ['spec.validations', [{ expression: 'request.nope == 1' }], 'Invalid spec.validations[0].expression'],
      ['spec.validations', [{ expression: 'params.a == 1' }], 'Invalid spec.validations[0].expression'],
      ['spec.validations', [{ expression: "request.userInfo.groups.exists(g, g == 'a') && object.a.b == oldObject.c" }]],
      ['spec.validations', [{ expression: "authorizer.group('').resource('pods').check('get').allowed()" }]],
      ['spec.validations', [{ expression: "authorizer.requestResource.check('get').allowed() && namespaceObject.metadata.name != ''" }]],
      ['spec.validations', [{ expression: 'true', messageExpression: '1' }], 'Invalid spec.validations[0].messageExpression'],
      ['spec.variables', [{ name: 'a', expression: '1 +' }], 'Invalid spec.variables[0].expression'],
      ['spec.matchConditions', [{ name: 'a', expression: 'variables.a' }], 'Invalid spec.matchConditions[0].expression'],
      ['spec.validations', [{ expression: 'true', messageExpression: ' ' }], 'Invalid spec.validations[0].messageExpression'],
      ['spec.validations', [{ expression: 'true', reason: 'Odd' }], 'NotSupported spec.validations[0].reason'],
      ['spec.auditAnnotations', [{ key: 'a', valueExpression: ' ' }], 'Required spec.auditAnnotations[0].valueExpression'],
      ['spec.auditAnnotations', [{ key: 'a b', valueExpression: "'1'" }], 'Invalid spec.auditAnnotations[0].key'],
    ]);
  });

  it('a policy says nothing of the fields that have defaults', () => {
    expect(created(validatingAdmissionPolicies, POLICY)).to.deep.include({
      spec: {
        failurePolicy: 'Fail',
        matchConstraints: {
          matchPolicy: 'Equivalent',
          namespaceSelector: {},
          objectSelector: {},
          resourceRules: [{ ...RULE, scope: '*' }],
        },
        validations: [{ expression: 'true' }],
      },
    });
  });

  it('a binding names a policy, its parameters and what is done', () => {
    const both = { name: 'a', selector: {}, parameterNotFoundAction: 'Deny' };
    table(validatingAdmissionPolicyBindings, BINDING, [
      ['spec.policyName', undefined, 'Required spec.policyName'],
      ['spec.policyName', 'A', 'Invalid spec.policyName'],
      ['spec.validationActions', [], 'Required spec.validationActions'],
      ['spec.validationActions', ['Deny', 'Warn'], 'Invalid spec.validationActions'],
      [
        'spec.validationActions',
        ['Audit', 'Audit', 'Stop'],
        'Duplicate spec.validationActions[1]',
        'NotSupported spec.validationActions[2]',
      ],
      ['spec.paramRef', { parameterNotFoundAction: 'Deny' }, 'Required spec.paramRef'],
      ['spec.paramRef', { name: 'a' }, 'Required spec.paramRef.parameterNotFoundAction'],
      ['spec.paramRef', both, 'Forbidden spec.paramRef.name', 'Forbidden spec.paramRef.selector'],
      ['spec.matchResources', { matchPolicy: 'Loose' }, 'NotSupported spec.matchResouces.matchPolicy'],
    ]);
    expect(message(validatingAdmissionPolicyBindings, changed(BINDING, 'spec.validationActions', []))).to.contain(
      'spec.validationActions: Required value: at least one validation action is required',
    );
  });

  it('a policy that changes things has mutations, and leaves deletions alone', () => {
    const at = 'spec.mutations';
    table(mutatingAdmissionPolicies, MUTATING, [
      [at, [], 'Required spec.mutations'],
      [at, [{}], 'Required spec.mutations[0].patchType'],
      [at, [{ patchType: 'Merge' }], 'NotSupported spec.mutations[0].patchType'],
      [at, [{ patchType: 'ApplyConfiguration' }], 'Required spec.mutations[0].applyConfiguration'],
      [at, [{ patchType: 'ApplyConfiguration', applyConfiguration: {} }], 'Required spec.mutations[0].applyConfiguration.expression'],
      [
        at,
        [{ patchType: 'JSONPatch', jsonPatch: { expression: '[]' }, applyConfiguration: { expression: '1' } }],
        'Invalid spec.mutations[0].applyConfiguration',
      ],
      ['spec.reinvocationPolicy', undefined, 'Required spec.reinvocationPolicy'],
      [
        'spec.matchConstraints.resourceRules',
        [{ ...RULE, operations: ['DELETE'] }],
        'NotSupported spec.matchConstraints.resourceRules.operations',
      ],
    ]);
    table(mutatingAdmissionPolicyBindings, { spec: { policyName: 'p' } }, [
      [
        'spec.matchResources',
        { resourceRules: [{ ...RULE, operations: ['DELETE'] }] },
        'NotSupported spec.matchResources.resourceRules.operations',
      ],
    ]);
  });

  it('a flow schema is of a priority, for subjects and what they do', () => {
    const rule = FLOW.spec.rules[0]!;
    const [get] = rule.resourceRules;
    const subject = (value: object) => [{ ...rule, subjects: [value] }];
    const at = 'spec.rules[0]';
    table(flowSchemas, FLOW, [
      ['spec.matchingPrecedence', -1, 'Invalid spec.matchingPrecedence'],
      ['spec.matchingPrecedence', 10_001, 'Invalid spec.matchingPrecedence'],
      ['spec.matchingPrecedence', 1, 'Invalid spec.matchingPrecedence'],
      ['spec.distinguisherMethod', { type: 'ByDay' }, 'NotSupported spec.distinguisherMethod.type'],
      ['spec.priorityLevelConfiguration', { name: '' }, 'Required spec.priorityLevelConfiguration.name'],
      ['spec.rules', [{ subjects: [] }], `Required ${at}.subjects`, `Required ${at}`],
      ['spec.rules', subject({ kind: 'Robot' }), `NotSupported ${at}.subjects[0].kind`],
      ['spec.rules', subject({ kind: 'User' }), `Required ${at}.subjects[0].user`],
      ['spec.rules', subject({ kind: 'Group', group: { name: 'g' }, user: { name: 'u' } }), `Forbidden ${at}.subjects[0].user`],
      ['spec.rules', subject({ kind: 'ServiceAccount', serviceAccount: { name: '*', namespace: 'n' } })],
      ['spec.rules', [{ ...rule, resourceRules: [{ ...get, verbs: ['*', 'get'] }] }], `Invalid ${at}.resourceRules[0].verbs`],
      ['spec.rules', [{ ...rule, resourceRules: [{ ...get, verbs: ['eat'] }] }], `NotSupported ${at}.resourceRules[0].verbs`],
      ['spec.rules', [{ ...rule, resourceRules: [{ ...get, namespaces: [] }] }], `Required ${at}.resourceRules[0].namespaces`],
      ['spec.rules', [{ ...rule, resourceRules: [{ ...get, namespaces: [], clusterScope: true }] }]],
      [
        'spec.rules',
        [{ ...rule, nonResourceRules: [{ verbs: ['get'], nonResourceURLs: ['/a*', '/b/*', 'c'] }] }],
        ...[0, 2].map((index) => `Invalid ${at}.nonResourceRules[0].nonResourceURLs[${index}]`),
      ],
    ]);
    expect(cells(flowSchemas, FLOW)).to.deep.equal({
      PriorityLevel: 'p',
      MatchingPrecedence: 1000,
      DistinguisherMethod: '<none>',
      MissingPL: '?',
    });
  });

  it('a priority level is limited, and lets the rest wait or go', () => {
    const queuing = 'spec.limited.limitResponse.queuing';
    table(priorityLevelConfigurations, LEVEL, [
      ['spec.type', 'Exempt', 'Invalid spec.type', 'Forbidden spec.limited'],
      ['spec.limited', undefined, 'Required spec.limited'],
      ['spec.limited.limitResponse.type', 'Reject', `Forbidden ${queuing}`],
      [queuing, undefined, `Required ${queuing}`],
      [`${queuing}.handSize`, 65, `Invalid ${queuing}.handSize`],
      [`${queuing}.handSize`, 11, `Invalid ${queuing}.handSize`],
      [`${queuing}.queues`, -1, `Invalid ${queuing}.queues`, `Invalid ${queuing}.handSize`],
      ['spec.limited.nominalConcurrencyShares', -1, 'Invalid spec.limited.nominalConcurrencyShares'],
      ['spec.limited.lendablePercent', 101, 'Invalid spec.limited.lendablePercent'],
      ['spec.limited.borrowingLimitPercent', -1, 'Invalid spec.limited.borrowingLimitPercent'],
    ]);
    expect(faults(priorityLevelConfigurations, { metadata: { name: 'exempt' }, spec: { type: 'Exempt' } })).to.deep.equal([]);
    expect(cells(priorityLevelConfigurations, LEVEL)).to.deep.equal({
      Type: 'Limited',
      NominalConcurrencyShares: 30,
      Queues: 64,
      HandSize: 8,
      QueueLengthLimit: 50,
    });
  });

  it('blocks of service addresses are one of each family, and only grow by a family', () => {
    const body = { spec: { cidrs: ['10.0.0.0/24'] } };
    table(serviceCIDRs, body, [
      ['spec.cidrs', [], 'Required spec.cidrs'],
      ['spec.cidrs', ['10.0.0.0/24', '10.0.1.0/24'], 'Invalid spec.cidrs'],
      ['spec.cidrs', ['x'], 'Invalid spec.cidrs[0]'],
      ['spec.cidrs', ['10.0.0.0/24', 'fd00::/64', 'fd01::/64'], 'Invalid spec.cidrs'],
    ]);
    const old = created(serviceCIDRs, body);
    expect(updated(serviceCIDRs, old, { spec: { cidrs: ['10.0.0.0/24', 'fd00::/64'] } }).faults).to.deep.equal([]);
    expect(updated(serviceCIDRs, old, { spec: { cidrs: ['10.0.1.0/24'] } }).faults).to.deep.equal(['Invalid spec.cidrs[0]']);
  });

  it('an address is named as it is written, and says whose it is', () => {
    const parentRef = { resource: 'services', namespace: 'default', name: 's' };
    const named = (name: string, reference: object | undefined = parentRef) => ({ metadata: { name }, spec: { parentRef: reference } });
    expect(faults(ipAddresses, named('10.0.0.1'))).to.deep.equal([]);
    expect(faults(ipAddresses, named('fd00::1'))).to.deep.equal([]);
    expect(faults(ipAddresses, named('fd00:0::1'))).to.deep.equal(['Invalid metadata.name']);
    expect(faults(ipAddresses, named('ten'))).to.deep.equal(['Invalid metadata.name']);
    expect(faults(ipAddresses, named('10.0.0.1', {}))).to.deep.equal(['Required spec.parentRef.resource', 'Required spec.parentRef.name']);
    expect(cells(ipAddresses, named('10.0.0.1'))).to.deep.equal({ ParentRef: 'services/default/s' });
  });

  it('tables say what a policy looks at and whose a revision is', () => {
    const paramKind = { apiVersion: 'v1', kind: 'ConfigMap' };
    expect(cells(validatingAdmissionPolicies, changed(POLICY, 'spec.paramKind', paramKind))).to.deep.equal({
      Validations: 1,
      ParamKind: 'v1/ConfigMap',
    });
    expect(cells(mutatingAdmissionPolicies, MUTATING)).to.deep.equal({ Mutations: 1, ParamKind: '<unset>' });
    const bound = (paramRef: object) => cells(validatingAdmissionPolicyBindings, changed(BINDING, 'spec.paramRef', paramRef))['ParamRef'];
    expect(bound({ name: 'a' })).to.equal('*/a');
    expect(bound({ name: 'a', namespace: 'n' })).to.equal('n/a');
    expect(bound({ selector: { matchLabels: { a: 'b' } } })).to.equal(
      '&LabelSelector{MatchLabels:map[string]string{a: b,},MatchExpressions:[]LabelSelectorRequirement{},}',
    );
    const owner = { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'web', uid: 'u', controller: true };
    const revision = { data: {}, revision: 2 };
    expect(cells(controllerRevisions, revision)).to.deep.equal({ Controller: '<none>', Revision: 2 });
    expect(cells(controllerRevisions, { ...revision, metadata: { ownerReferences: [owner] } })).to.deep.equal({
      Controller: 'statefulset.apps/web',
      Revision: 2,
    });
  });
});
