import { expect } from 'chai';
import { Cycle } from '../../lib/scheduler/cycle-state.js';
import { FitError } from '../../lib/scheduler/fit-error.js';
import { NodeCache } from '../../lib/scheduler/node-cache.js';
import { feasibleWanted, NodeSelection } from '../../lib/scheduler/node-selection.js';
import { defaultPredicates } from '../../lib/scheduler/predicates/index.js';
import { nodeResources } from '../../lib/scheduler/predicates/node-resources.js';
import type { Predicate } from '../../lib/scheduler/predicates/predicate.js';
import { defaultPriorities } from '../../lib/scheduler/priorities/index.js';
import type { WeightedPriority } from '../../lib/scheduler/priorities/priority.js';
import { container, info, storedNode } from './objects.js';

const small = info('small', { containers: [container({ cpu: '1' })] });

function selection(
  cache: NodeCache,
  options: { predicates?: readonly Predicate[]; priorities?: readonly WeightedPriority[]; random?: () => number; percentage?: number } = {},
) {
  const { predicates = defaultPredicates, priorities = defaultPriorities, random = () => 0.999, percentage = 0 } = options;
  return new NodeSelection({ cache, predicates, priorities, random, percentage });
}

function cacheOf(count: number, cpu = '4'): NodeCache {
  const cache = new NodeCache();
  for (let i = 0; i < count; i++) cache.setNode(storedNode(`n${i}`, { cpu }));
  return cache;
}

/** Counts how often a predicate is asked. */
function counting(scope: 'shape' | 'pod') {
  const predicate = { name: 'counting', scope, asked: 0, fits: () => (predicate.asked++, true as const) };
  return predicate;
}

describe('NodeSelection', () => {
  it('says in Kubernetes words why no node fits, the reasons in order', () => {
    const cache = cacheOf(2, '500m');
    cache.setNode(storedNode('cordoned', { unschedulable: true }));
    cache.setNode(storedNode('tainted', { taints: [{ key: 'k', value: 'v', effect: 'NoSchedule' }] }));
    const error = selection(cache).select(small, new Cycle()) as FitError;
    expect(error.message).to.equal(
      '0/4 nodes are available: 1 node(s) had untolerated taint {k: v}, 1 node(s) were unschedulable, 2 Insufficient cpu.',
    );
    expect([...error.predicates].sort()).to.deep.equal(['NodeResourcesFit', 'NodeUnschedulable', 'TaintToleration']);
  });

  it('says that there are no nodes', () => {
    expect((selection(cacheOf(0)).select(small, new Cycle()) as FitError).message).to.equal('no nodes available to schedule pods');
  });

  it('counts each of several reasons of one node', () => {
    const cache = new NodeCache();
    cache.setNode(storedNode('n', { cpu: '0', memory: '0' }));
    const pod = info('p', { containers: [container({ cpu: '1', memory: '1' })] });
    expect((selection(cache).select(pod, new Cycle()) as FitError).message).to.equal(
      '0/1 nodes are available: 1 Insufficient cpu, 1 Insufficient memory.',
    );
  });

  it('takes the node with the highest weighted sum', () => {
    const by = (name: string, weight: number, best: string): WeightedPriority => ({
      name,
      weight,
      score: (_pod, node) => (node.name === best ? 100 : 0),
    });
    const chosen = selection(cacheOf(3), { priorities: [by('a', 1, 'n0'), by('b', 3, 'n1'), by('c', 1, 'n0')] }).select(small, new Cycle());
    expect(chosen).to.include({ name: 'n1' });
  });

  it('breaks ties by chance, each of the best with the same probability', () => {
    const counts = new Map<string, number>();
    let seed = 0;
    const random = () => (seed = (seed * 16807 + 11) % 2147483647) / 2147483647;
    const select = selection(cacheOf(4), { priorities: [], random });
    for (let i = 0; i < 4000; i++) {
      const { name } = select.select(small, new Cycle()) as { name: string };
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    expect(
      [...counts.values()].every((count) => count > 850 && count < 1150),
      JSON.stringify([...counts]),
    ).to.equal(true);
  });

  it('asks again of a node only what has changed there, for pods of one shape', () => {
    const cache = cacheOf(5);
    const predicate = counting('shape');
    const select = selection(cache, { predicates: [predicate] });
    select.select(small, new Cycle());
    expect(predicate.asked).to.equal(5);
    cache.assume(small, 'n1');
    select.select(info('other', { containers: [container({ cpu: '1' })] }), new Cycle());
    expect(predicate.asked).to.equal(6);
    select.select(info('larger', { containers: [container({ cpu: '2' })] }), new Cycle());
    expect(predicate.asked).to.equal(11);
  });

  it('asks a predicate that looks at more than the shape each time', () => {
    const predicate = counting('pod');
    const select = selection(cacheOf(5), { predicates: [predicate] });
    select.select(small, new Cycle());
    select.select(small, new Cycle());
    expect(predicate.asked).to.equal(10);
  });

  it('remembers that a shape fits nowhere until a node changes', () => {
    const cache = cacheOf(2, '1');
    const select = selection(cache, { predicates: [nodeResources] });
    const large = info('large', { containers: [container({ cpu: '2' })] });
    const error = select.select(large, new Cycle());
    expect(select.select(large, new Cycle())).to.equal(error);
    cache.setNode(storedNode('n1', { cpu: '2' }));
    expect(select.select(large, new Cycle())).to.include({ name: 'n1' });
  });

  it('never takes the results of one node for those of its successor', () => {
    const cache = cacheOf(1, '1');
    const select = selection(cache);
    expect(select.select(small, new Cycle())).to.include({ name: 'n0' });
    cache.removeNode('n0');
    cache.setNode(storedNode('m', { cpu: '500m' }));
    expect(select.select(small, new Cycle())).to.be.instanceOf(FitError);
  });

  it('stops looking once enough nodes fit, and goes on there the next time', () => {
    const seen: string[][] = [];
    const priority: WeightedPriority = {
      name: 'watcher',
      score: (_pod, _node, cycle) => (seen.push(cycle.candidates.map(({ name }) => name)), 0),
    };
    const select = selection(cacheOf(250), { priorities: [priority], percentage: 1 });
    for (let i = 0; i < 3; i++) select.select(small, new Cycle());
    const rounds = [seen[0]!, seen[100]!, seen[200]!];
    expect(rounds.map((names) => names.length)).to.deep.equal([100, 100, 100]);
    expect(new Set(rounds.flat()).size).to.equal(250);
  });

  it('looks at fewer nodes, in parts, the larger the cluster', () => {
    expect([50, 100, 200, 1000, 5000, 6000, 50_000].map((nodes) => feasibleWanted(nodes, 0))).to.deep.equal([
      50, 100, 100, 420, 500, 300, 2500,
    ]);
    expect([feasibleWanted(1000, 20), feasibleWanted(1000, 5), feasibleWanted(1000, 100)]).to.deep.equal([200, 100, 1000]);
  });
});
