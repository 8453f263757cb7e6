import { expect } from 'chai';
import type { NodeSelectorTerm } from 'kubernetes-types/core/v1.js';
import { Cycle } from '../../lib/scheduler/cycle-state.js';
import { defaultPredicates } from '../../lib/scheduler/predicates/index.js';
import { matchesAffinity } from '../../lib/scheduler/predicates/node-affinity.js';
import { matchesName } from '../../lib/scheduler/predicates/node-name.js';
import { fitsPorts } from '../../lib/scheduler/predicates/node-ports.js';
import { isReady } from '../../lib/scheduler/predicates/node-ready.js';
import { fitsResources } from '../../lib/scheduler/predicates/node-resources.js';
import { toleratesTaints } from '../../lib/scheduler/predicates/node-taints.js';
import { isSchedulable } from '../../lib/scheduler/predicates/node-unschedulable.js';
import { container, info, nodeInfo } from './objects.js';

const cycle = new Cycle();
const requiring = (...nodeSelectorTerms: NodeSelectorTerm[]) => ({
  affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } } },
});
const expression = (operator: string, ...values: string[]): NodeSelectorTerm => ({
  matchExpressions: [{ key: 'size', operator, ...(values.length > 0 ? { values } : {}) }],
});

describe('scheduler predicates', () => {
  describe('NodeResourcesFit', () => {
    const wants = (requests: Record<string, string>) => info('p', { containers: [container(requests)] });

    it('lets a pod take exactly what is left', () => {
      const node = nodeInfo('n', { cpu: '1' }, [info('a', { containers: [container({ cpu: '750m' })] })]);
      expect(fitsResources(wants({ cpu: '250m' }), node, cycle)).to.equal(true);
      expect(fitsResources(wants({ cpu: '251m' }), node, cycle)).to.deep.equal(['Insufficient cpu']);
    });

    it('names every resource that is short', () => {
      const node = nodeInfo('n', { cpu: '1', memory: '1Gi', pods: '0', extra: { 'ephemeral-storage': '1Gi' } });
      const pod = wants({ cpu: '2', memory: '2Gi', 'ephemeral-storage': '2Gi', 'acme.io/gpu': '1' });
      expect(fitsResources(pod, node, cycle)).to.deep.equal([
        'Too many pods',
        'Insufficient cpu',
        'Insufficient memory',
        'Insufficient ephemeral-storage',
        'Insufficient acme.io/gpu',
      ]);
    });

    it('lets pods that ask for nothing onto a node that is full of requests', () => {
      const node = nodeInfo('n', { cpu: '1' }, [info('a', { containers: [container({ cpu: '1' })] })]);
      expect(fitsResources(wants({}), node, cycle)).to.equal(true);
    });

    it('counts extended resources', () => {
      const gpu = { 'acme.io/gpu': '1' };
      const node = nodeInfo('n', { extra: { 'acme.io/gpu': '2' } }, [info('a', { containers: [container(gpu)] })]);
      expect(fitsResources(wants(gpu), node, cycle)).to.equal(true);
      node.add(info('b', { containers: [container(gpu)] }));
      expect(fitsResources(wants(gpu), node, cycle)).to.deep.equal(['Insufficient acme.io/gpu']);
    });
  });

  describe('NodePorts', () => {
    const on = (name: string, hostPort: number, hostIP?: string, protocol?: string) =>
      info(name, {
        containers: [
          container({}, { ports: [{ containerPort: 1, hostPort, ...(hostIP ? { hostIP } : {}), ...(protocol ? { protocol } : {}) }] }),
        ],
      });
    const refused = "node(s) didn't have free ports for the requested pod ports";

    it('refuses a port that is taken, on any address', () => {
      const node = nodeInfo('n', {}, [on('a', 80), on('b', 81, '10.0.0.1')]);
      expect(fitsPorts(on('p', 80), node, cycle)).to.equal(refused);
      expect(fitsPorts(on('p', 80, '10.0.0.9'), node, cycle)).to.equal(refused);
      expect(fitsPorts(on('p', 81), node, cycle)).to.equal(refused);
      expect(fitsPorts(on('p', 81, '10.0.0.1'), node, cycle)).to.equal(refused);
    });

    it('tells ports, protocols and addresses apart', () => {
      const node = nodeInfo('n', {}, [on('a', 80), on('b', 81, '10.0.0.1')]);
      expect(fitsPorts(on('p', 82), node, cycle)).to.equal(true);
      expect(fitsPorts(on('p', 80, undefined, 'UDP'), node, cycle)).to.equal(true);
      expect(fitsPorts(on('p', 81, '10.0.0.2'), node, cycle)).to.equal(true);
    });

    it('has a port back when the last pod that took it has left', () => {
      const node = nodeInfo('n', {}, [on('a', 81, '10.0.0.1')]);
      node.remove(on('a', 81, '10.0.0.1'));
      expect(fitsPorts(on('p', 81), node, cycle)).to.equal(true);
    });
  });

  describe('NodeAffinity', () => {
    const refused = "node(s) didn't match Pod's node affinity/selector";
    const large = nodeInfo('large', { labels: { size: '9', zone: 'a' } });

    it('wants all labels of the selector', () => {
      expect(matchesAffinity(info('p', { nodeSelector: { size: '9', zone: 'a' } }), large, cycle)).to.equal(true);
      expect(matchesAffinity(info('p', { nodeSelector: { size: '9', zone: 'b' } }), large, cycle)).to.equal(refused);
    });

    for (const [operator, values, fits] of [
      ['In', ['8', '9'], true],
      ['In', ['8'], false],
      ['NotIn', ['8'], true],
      ['NotIn', ['9'], false],
      ['Exists', [], true],
      ['DoesNotExist', [], false],
      ['Gt', ['8'], true],
      ['Gt', ['10'], false],
      ['Lt', ['10'], true],
      ['Lt', ['9'], false],
      ['Gt', ['x'], false],
    ] as const) {
      it(`${fits ? 'accepts' : 'refuses'} size 9 for ${operator} ${values.join()}`, () => {
        expect(matchesAffinity(info('p', requiring(expression(operator, ...values))), large, cycle)).to.equal(fits || refused);
      });
    }

    it('treats a missing label as different, and as no number', () => {
      const bare = nodeInfo('bare');
      expect(matchesAffinity(info('p', requiring(expression('NotIn', '9'))), bare, cycle)).to.equal(true);
      expect(matchesAffinity(info('p', requiring(expression('Lt', '9'))), bare, cycle)).to.equal(refused);
    });

    it('needs one of the terms, all of a term, and nothing matches an empty term', () => {
      const both: NodeSelectorTerm = {
        matchExpressions: [...expression('In', '9').matchExpressions!, { key: 'zone', operator: 'In', values: ['b'] }],
      };
      expect(matchesAffinity(info('p', requiring(both)), large, cycle)).to.equal(refused);
      expect(matchesAffinity(info('p', requiring(both, expression('Exists'))), large, cycle)).to.equal(true);
      expect(matchesAffinity(info('p', requiring({})), large, cycle)).to.equal(refused);
    });

    it('finds a node by its name field', () => {
      const named = requiring({ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['large'] }] });
      expect(matchesAffinity(info('p', named), large, cycle)).to.equal(true);
      expect(matchesAffinity(info('p', named), nodeInfo('small'), cycle)).to.equal(refused);
    });
  });

  it('NodeName: keeps to the node that a pod names', () => {
    expect(matchesName(info('p', { nodeName: 'a' }), nodeInfo('a'), cycle)).to.equal(true);
    expect(matchesName(info('p'), nodeInfo('b'), cycle)).to.equal(true);
    expect(matchesName(info('p', { nodeName: 'a' }), nodeInfo('b'), cycle)).to.equal("node(s) didn't match the requested node name");
  });

  describe('TaintToleration', () => {
    const tainted = nodeInfo('n', {
      taints: [
        { key: 'gpu', value: 'yes', effect: 'NoSchedule' },
        { key: 'old', effect: 'NoExecute' },
      ],
    });
    const old = { key: 'old', operator: 'Exists' };

    it('names the first taint that is not tolerated', () => {
      expect(toleratesTaints(info('p'), tainted, cycle)).to.equal('node(s) had untolerated taint {gpu: yes}');
      const gpu = { key: 'gpu', operator: 'Equal', value: 'yes' };
      expect(toleratesTaints(info('p', { tolerations: [gpu] }), tainted, cycle)).to.equal('node(s) had untolerated taint {old: }');
      expect(toleratesTaints(info('p', { tolerations: [gpu, old] }), tainted, cycle)).to.equal(true);
    });

    it('takes value and effect of a toleration seriously', () => {
      const with_ = (toleration: object) => toleratesTaints(info('p', { tolerations: [toleration, old] }), tainted, cycle);
      expect(with_({ key: 'gpu', value: 'no' })).to.be.a('string');
      expect(with_({ key: 'gpu', operator: 'Exists', effect: 'NoExecute' })).to.be.a('string');
      expect(with_({ key: 'gpu', operator: 'Exists', effect: 'NoSchedule' })).to.equal(true);
      expect(with_({ operator: 'Exists' })).to.equal(true);
    });

    it('ignores taints that only prefer', () => {
      expect(toleratesTaints(info('p'), nodeInfo('n', { taints: [{ key: 'x', effect: 'PreferNoSchedule' }] }), cycle)).to.equal(true);
    });
  });

  it('NodeUnschedulable: keeps off cordoned nodes, unless that is tolerated', () => {
    const cordoned = nodeInfo('n', { unschedulable: true });
    expect(isSchedulable(info('p'), nodeInfo('n'), cycle)).to.equal(true);
    expect(isSchedulable(info('p'), cordoned, cycle)).to.equal('node(s) were unschedulable');
    const tolerations = [{ key: 'node.kubernetes.io/unschedulable', operator: 'Exists' }];
    expect(isSchedulable(info('p', { tolerations }), cordoned, cycle)).to.equal(true);
  });

  it('NodeReady: keeps off nodes that are not ready, unless that is tolerated', () => {
    const down = nodeInfo('n', { ready: false });
    expect(isReady(info('p'), nodeInfo('n'), cycle)).to.equal(true);
    expect(isReady(info('p'), down, cycle)).to.equal('node(s) were not ready');
    const forAWhile = [{ key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 }];
    expect(isReady(info('p', { tolerations: forAWhile }), down, cycle)).to.equal('node(s) were not ready');
    expect(isReady(info('p', { tolerations: [{ operator: 'Exists' }] }), down, cycle)).to.equal(true);
  });

  it('have names of their own', () => {
    const names = defaultPredicates.map(({ name }) => name);
    expect(new Set(names).size).to.equal(names.length);
  });
});
