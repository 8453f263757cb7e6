import { expect } from 'chai';
import { horizontalPodAutoscalers } from '../../../lib/api/autoscaling/kinds.js';
import { podDisruptionBudgets } from '../../../lib/api/policy/kinds.js';
import { changed, created, faults, updated } from './rules.js';

const BODY = { spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'd' }, maxReplicas: 3 } };
const metric = (type: string, more: object) => [{ type, ...more }];
const utilization = { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } };

describe('rules of autoscalers', () => {
  const cases: readonly (readonly [string, unknown, string[]])[] = [
    ['spec.scaleTargetRef', { apiVersion: 'v1', kind: 'ReplicationController', name: 'r' }, []],
    ['spec.scaleTargetRef.apiVersion', 'v1', ['Invalid spec.scaleTargetRef.apiVersion']],
    ['spec.scaleTargetRef.apiVersion', 'a/b/c', ['Invalid spec.scaleTargetRef.apiVersion']],
    ['spec.metrics', [{}], ['Required spec.metrics[0].type', 'NotSupported spec.metrics[0].type']],
    ['spec.metrics', metric('Odd', { resource: utilization }), ['NotSupported spec.metrics[0].type']],
    [
      'spec.metrics',
      metric('ContainerResource', { containerResource: { ...utilization, container: 'A' } }),
      ['Invalid spec.metrics[0].containerResource.container'],
    ],
    [
      'spec.metrics',
      metric('External', { external: { metric: { name: 'a/b' }, target: { type: 'Value' } } }),
      ['Invalid spec.metrics[0].external.metric.name', 'Required spec.metrics[0].external.target.averageValue'],
    ],
    [
      'spec.metrics',
      metric('External', { external: { metric: { name: 'a' }, target: { type: 'Value', value: '1', averageValue: '1' } } }),
      ['Forbidden spec.metrics[0].external.target.value'],
    ],
    ['spec.behavior', { scaleUp: { stabilizationWindowSeconds: -1 } }, ['Invalid spec.behavior.scaleUp.stabilizationWindowSeconds']],
    ['spec.behavior', { scaleUp: { policies: [] } }, ['Required spec.behavior.scaleUp.policies']],
    ['spec.behavior', { scaleUp: { tolerance: '-1' } }, ['Invalid spec.behavior.scaleUp.tolerance']],
  ];
  for (const [path, value, wanted] of cases)
    it(`${path} ${JSON.stringify(value)}: ${wanted.join() || 'fine'}`, () =>
      expect([...new Set(faults(horizontalPodAutoscalers, changed(BODY, path, value)))]).to.deep.equal(wanted));

  it('report no negative numbers', () => {
    const old = created(horizontalPodAutoscalers, BODY);
    const status = { desiredReplicas: -1, currentReplicas: -1, currentMetrics: null };
    expect(updated(horizontalPodAutoscalers, old, { ...BODY, status }, 'status').faults).to.deep.equal([
      'Invalid status.currentReplicas',
      'Invalid status.desiredReplicas',
    ]);
  });
});

describe('rules of disruption budgets', () => {
  const cases: readonly (readonly [object, string[]])[] = [
    [{}, []],
    [{ minAvailable: '100%' }, []],
    [{ maxUnavailable: '0x1%' }, ['Invalid spec.maxUnavailable']],
    [{ maxUnavailable: -1, minAvailable: '101%' }, ['Invalid spec', 'Invalid spec.minAvailable', 'Invalid spec.maxUnavailable']],
  ];
  for (const [spec, wanted] of cases)
    it(`${JSON.stringify(spec)}: ${wanted.join() || 'fine'}`, () => expect(faults(podDisruptionBudgets, { spec })).to.deep.equal(wanted));

  it('report conditions of the common form', () => {
    const old = created(podDisruptionBudgets, { spec: {} });
    const status = {
      disruptionsAllowed: -1,
      currentHealthy: 0,
      desiredHealthy: 0,
      expectedPods: 0,
      conditions: [{ type: 'A', status: 'Yes', reason: 'a b' }],
    };
    expect(updated(podDisruptionBudgets, old, { spec: {}, status }, 'status').faults).to.deep.equal([
      'NotSupported status.conditions[0].status',
      'Required status.conditions[0].lastTransitionTime',
      'Invalid status.conditions[0].reason',
      'Invalid status.disruptionsAllowed',
    ]);
  });
});
