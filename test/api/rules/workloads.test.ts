import { expect } from 'chai';
import { controllerRevisions, daemonSets, deployments, replicaSets, statefulSets } from '../../../lib/api/apps/kinds.js';
import type { ResourceDefinition } from '../../../lib/api/resource-definition.js';
import { changed, created, faults, message, updated } from './rules.js';

const template = (labels: object = { app: 'x' }, spec: object = {}) => ({
  metadata: { labels },
  spec: { containers: [{ name: 'main', image: 'img' }], ...spec },
});
const BODY = { spec: { selector: { matchLabels: { app: 'x' } }, template: template() } };
const kinds: readonly (readonly [string, ResourceDefinition])[] = [
  ['deployments', deployments],
  ['replicasets', replicaSets],
  ['daemonsets', daemonSets],
  ['statefulsets', statefulSets],
];

describe('rules of workloads', () => {
  for (const [name, definition] of kinds) {
    describe(name, () => {
      const cases: readonly (readonly [string, unknown, string[]])[] = [
        ['spec.selector', { matchLabels: { app: 'y' } }, ['Invalid spec.template.metadata.labels']],
        ['spec.selector', {}, ['Invalid spec.selector']],
        ['spec.selector', { matchLabels: { 'a b': 'x' } }, ['Invalid spec.selector.matchLabels']],
        ['spec.selector', { matchExpressions: [{ key: 'app', operator: 'In' }] }, ['Required spec.selector.matchExpressions[0].values']],
        ['spec.template.spec.restartPolicy', 'Never', ['NotSupported spec.template.spec.restartPolicy']],
        ['spec.template.spec.activeDeadlineSeconds', 1, ['Forbidden spec.template.spec.activeDeadlineSeconds']],
        ['spec.template.spec.containers', [], ['Required spec.template.spec.containers']],
        ['spec.template.metadata.labels', { app: 'x', 'a b': 'y' }, ['Invalid spec.template.labels']],
        ['spec.minReadySeconds', -1, ['Invalid spec.minReadySeconds']],
      ];
      it('accept the least of them', () => expect(faults(definition, BODY)).to.deep.equal([]));
      for (const [path, value, wanted] of cases)
        it(`${path} ${JSON.stringify(value)}: ${wanted.join()}`, () =>
          expect(faults(definition, changed(BODY, path, value))).to.deep.equal(wanted));
    });
  }

  it('a missing selector is told of, but for daemon sets only by the labels that it does not match', () => {
    const without = changed(BODY, 'spec.selector', undefined);
    for (const definition of [deployments, replicaSets, statefulSets] as readonly ResourceDefinition[])
      expect(faults(definition, without)).to.deep.equal(['Required spec.selector', 'Invalid spec.template.metadata.labels']);
    expect(faults(daemonSets, without)).to.deep.equal(['Invalid spec.template.metadata.labels']);
  });

  it('the selector stays as it is', () => {
    for (const definition of [deployments, replicaSets, daemonSets] as readonly ResourceDefinition[]) {
      const other = { spec: { selector: { matchLabels: { app: 'y' } }, template: template({ app: 'y' }) } };
      expect(updated(definition, created(definition, BODY), other).faults).to.deep.equal(['Invalid spec.selector']);
    }
  });

  describe('deployments', () => {
    const strategies: readonly (readonly [object, string[]])[] = [
      [{ type: 'Recreate', rollingUpdate: {} }, ['Forbidden spec.strategy.rollingUpdate']],
      [{ type: 'Other' }, ['NotSupported spec.strategy']],
      [{ rollingUpdate: { maxSurge: 0, maxUnavailable: '0%' } }, ['Invalid spec.strategy.rollingUpdate.maxUnavailable']],
      [{ rollingUpdate: { maxSurge: -1 } }, ['Invalid spec.strategy.rollingUpdate.maxSurge']],
      [{ rollingUpdate: { maxSurge: 'some' } }, ['Invalid spec.strategy.rollingUpdate.maxSurge']],
      [{ rollingUpdate: { maxSurge: '200%' } }, []],
      [{ rollingUpdate: { maxUnavailable: '101%' } }, ['Invalid spec.strategy.rollingUpdate.maxUnavailable']],
    ];
    for (const [strategy, wanted] of strategies)
      it(`strategy ${JSON.stringify(strategy)}: ${wanted.join() || 'fine'}`, () =>
        expect(faults(deployments, changed(BODY, 'spec.strategy', strategy))).to.deep.equal(wanted));

    it('give themselves longer than a pod needs to count as ready', () => {
      const body = changed(changed(BODY, 'spec.minReadySeconds', 10), 'spec.progressDeadlineSeconds', 10);
      expect(message(deployments, body)).to.equal(
        'Deployment.apps "x" is invalid: spec.progressDeadlineSeconds: Invalid value: 10: must be greater than minReadySeconds',
      );
    });

    it('count a change of their annotations as a generation', () => {
      const old = created(deployments, { ...BODY, metadata: { generation: 3 } });
      const annotated = { ...BODY, metadata: { generation: 3, annotations: { a: 'b' } } };
      expect(updated(deployments, old, annotated).object.metadata?.generation).to.equal(4);
      expect(updated(deployments, old, { ...BODY, metadata: { generation: 3, labels: { a: 'b' } } }).object.metadata?.generation).to.equal(
        3,
      );
    });

    it('have a status that adds up, and takes no labels with it', () => {
      const old = created(deployments, BODY);
      const reported = (status: object) => updated(deployments, old, { ...BODY, status }, 'status').faults;
      expect(reported({ replicas: 2, readyReplicas: 2, availableReplicas: 1 })).to.deep.equal([]);
      expect(reported({ replicas: 1, updatedReplicas: 2 })).to.deep.equal(['Invalid status.updatedReplicas']);
      expect(reported({ replicas: 2, readyReplicas: 1, availableReplicas: 2 })).to.deep.equal(['Invalid status.availableReplicas']);
      expect(reported({ unavailableReplicas: -1 })).to.deep.equal(['Invalid status.unavailableReplicas']);
      const labelled = { ...BODY, metadata: { labels: { a: 'b' }, annotations: { a: 'b' } } };
      const { metadata } = updated(deployments, old, labelled, 'status').object;
      expect(metadata).to.include.keys('annotations').and.not.include.keys('labels');
    });
  });

  describe('daemon sets', () => {
    const strategies: readonly (readonly [object, string[]])[] = [
      [{ rollingUpdate: { maxUnavailable: 1, maxSurge: 1 } }, ['Invalid spec.updateStrategy.rollingUpdate.maxSurge']],
      [{ rollingUpdate: { maxUnavailable: 0, maxSurge: 0 } }, ['Required spec.updateStrategy.rollingUpdate.maxUnavailable']],
      [{ rollingUpdate: { maxUnavailable: 0, maxSurge: '120%' } }, ['Invalid spec.updateStrategy.rollingUpdate.maxSurge']],
      [{ type: 'Other' }, ['NotSupported spec.updateStrategy']],
    ];
    for (const [strategy, wanted] of strategies)
      it(`strategy ${JSON.stringify(strategy)}: ${wanted.join()}`, () =>
        expect(faults(daemonSets, changed(BODY, 'spec.updateStrategy', strategy))).to.deep.equal(wanted));

    it('count their templates in an annotation, whatever a client says of it', () => {
      const count = (object: { metadata?: { annotations?: Record<string, string> } }) =>
        object.metadata?.annotations?.['deprecated.daemonset.template.generation'];
      const first = created(daemonSets, BODY);
      expect(count(first)).to.equal('1');
      expect(count(updated(daemonSets, first, BODY).object)).to.equal('1');
      const other = changed(BODY, 'spec.template.spec.nodeSelector', { a: 'b' });
      expect(count(updated(daemonSets, first, changed(other, 'metadata.annotations', { a: 'b' })).object)).to.equal('2');
    });
  });

  describe('stateful sets', () => {
    const claim = { metadata: { name: 'data' }, spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } };
    const mounted = changed(BODY, 'spec.template.spec.containers', [
      { name: 'main', image: 'img', volumeMounts: [{ name: 'data', mountPath: '/d' }] },
    ]);

    it('mount their claims like volumes', () => {
      expect(faults(statefulSets, mounted)).to.deep.equal(['NotFound spec.template.spec.containers[0].volumeMounts[0].name']);
      expect(faults(statefulSets, changed(mounted, 'spec.volumeClaimTemplates', [claim]))).to.deep.equal([]);
    });

    const cases: readonly (readonly [string, unknown, string[]])[] = [
      ['spec.podManagementPolicy', 'Odd', ['Invalid spec.podManagementPolicy']],
      ['spec.updateStrategy', { type: 'OnDelete', rollingUpdate: { partition: 1 } }, ['Invalid spec.updateStrategy.rollingUpdate']],
      ['spec.updateStrategy', { type: 'Odd' }, ['Invalid spec.updateStrategy']],
      ['spec.updateStrategy', { rollingUpdate: { partition: -1 } }, ['Invalid spec.updateStrategy.rollingUpdate.partition']],
      ['spec.ordinals', { start: -1 }, ['Invalid spec.ordinals.start']],
      [
        'spec.persistentVolumeClaimRetentionPolicy',
        { whenScaled: 'Burn' },
        ['NotSupported spec.persistentVolumeClaimRetentionPolicy.whenScaled'],
      ],
    ];
    for (const [path, value, wanted] of cases)
      it(`${path} ${JSON.stringify(value)}: ${wanted.join()}`, () =>
        expect(faults(statefulSets, changed(BODY, path, value))).to.deep.equal(wanted));

    it('have names that are host names', () => {
      expect(faults(statefulSets, { ...BODY, metadata: { name: 'a.b' } })).to.deep.equal(['Invalid metadata.name']);
    });

    it('change but in a few fields', () => {
      const old = created(statefulSets, { spec: { ...BODY.spec, serviceName: 's' } });
      const after = (path: string, value: unknown) =>
        updated(statefulSets, old, changed({ spec: { ...BODY.spec, serviceName: 's' } }, path, value)).faults;
      for (const [path, value] of [
        ['spec.serviceName', 't'],
        ['spec.podManagementPolicy', 'Parallel'],
        ['spec.volumeClaimTemplates', [claim]],
      ] as const)
        expect(after(path, value), path).to.deep.equal(['Forbidden spec']);
      for (const [path, value] of [
        ['spec.replicas', 4],
        ['spec.ordinals', { start: 1 }],
        ['spec.revisionHistoryLimit', 2],
        ['spec.minReadySeconds', 2],
        ['spec.updateStrategy', { type: 'OnDelete' }],
        ['spec.persistentVolumeClaimRetentionPolicy', { whenDeleted: 'Delete' }],
      ] as const)
        expect(after(path, value), path).to.deep.equal([]);
    });
  });

  it('a revision has data, which stays', () => {
    expect(faults(controllerRevisions, { revision: -1 })).to.deep.equal(['Required data', 'Invalid revision']);
    const old = created(controllerRevisions, { revision: 1, data: { a: 1 } });
    expect(updated(controllerRevisions, old, { revision: 2, data: { a: 1 } }).faults).to.deep.equal([]);
    expect(updated(controllerRevisions, old, { revision: 1, data: { a: 2 } }).faults).to.deep.equal(['Invalid data']);
  });
});
