import { expect } from 'chai';
import { horizontalPodAutoscalersV1 } from '../../lib/api/autoscaling/horizontal-pod-autoscalers-v1.js';
import { horizontalPodAutoscalers } from '../../lib/api/autoscaling/horizontal-pod-autoscalers.js';
import { memoryCluster } from '../support/memory-cluster.js';

describe('autoscalers of both versions', () => {
  let cluster: Awaited<ReturnType<typeof memoryCluster>>;
  const metadata = { name: 'h', namespace: 'default' };
  const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' };
  const cpu = { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } } };
  const others = [
    { type: 'Resource', resource: { name: 'memory', target: { type: 'AverageValue', averageValue: '1Gi' } } },
    {
      type: 'ContainerResource',
      containerResource: { name: 'cpu', container: 'c', target: { type: 'Utilization', averageUtilization: 7 } },
    },
    {
      type: 'Pods',
      pods: { metric: { name: 'rps', selector: { matchLabels: { a: 'b' } } }, target: { type: 'AverageValue', averageValue: '5' } },
    },
    {
      type: 'Object',
      object: { describedObject: { kind: 'Ingress', name: 'i' }, metric: { name: 'rps' }, target: { type: 'Value', value: '9' } },
    },
    { type: 'External', external: { metric: { name: 'queue' }, target: { type: 'AverageValue', averageValue: '3' } } },
  ];

  beforeEach(async () => (cluster = await memoryCluster()));
  afterEach(() => cluster.stop());

  const v1 = () => cluster.registries.registry(horizontalPodAutoscalersV1);
  const v2 = () => cluster.registries.registry(horizontalPodAutoscalers);

  it('say the same of processors', async () => {
    const made = await v1().create({ metadata, spec: { scaleTargetRef, maxReplicas: 3, targetCPUUtilizationPercentage: 50 } });
    expect(made.spec).to.deep.equal({ scaleTargetRef, minReplicas: 1, maxReplicas: 3, targetCPUUtilizationPercentage: 50 });
    const { spec, metadata: stored } = await v2().get(metadata);
    expect(spec).to.deep.equal({ scaleTargetRef, minReplicas: 1, maxReplicas: 3, metrics: [cpu] });
    expect(stored.annotations).to.equal(undefined);
  });

  it('keep what version 1 has no field for, in annotations that only version 1 shows', async () => {
    const spec = { scaleTargetRef, maxReplicas: 3, metrics: [cpu, ...others], behavior: { scaleDown: { selectPolicy: 'Disabled' } } };
    const before = await v2().create({ metadata, spec });
    const shown = await v1().get(metadata);
    expect(shown.spec).to.deep.include({ targetCPUUtilizationPercentage: 50 });
    const annotations = shown.metadata.annotations!;
    expect(JSON.parse(annotations['autoscaling.alpha.kubernetes.io/metrics']!)).to.deep.include({
      type: 'Resource',
      resource: { name: 'memory', targetAverageValue: '1Gi' },
    });
    await v1().modify(metadata, (current) => ({ ...current, spec: { ...current.spec!, maxReplicas: 5 } }));
    const after = await v2().get(metadata);
    expect(after.spec).to.deep.equal({ ...before.spec, maxReplicas: 5 });
    expect(after.metadata.annotations).to.equal(undefined);
  });

  it('take no harm from annotations that nobody can read', async () => {
    const annotations = { 'autoscaling.alpha.kubernetes.io/metrics': '[7, {"type":"Pods"}, {"type":"constructor"}', mine: 'x' };
    await v1().create({ metadata: { ...metadata, annotations }, spec: { scaleTargetRef, maxReplicas: 3 } });
    const { spec, metadata: stored } = await v2().get(metadata);
    expect([spec?.metrics, stored.annotations]).to.deep.equal([undefined, { mine: 'x' }]);
  });
});
