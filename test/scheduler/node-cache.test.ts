import { expect } from 'chai';
import { NodeCache } from '../../lib/scheduler/node-cache.js';
import { container, info, storedNode } from './objects.js';

const one = (name: string) => info(name, { containers: [container({ cpu: '1', memory: '1Gi' })] });

describe('NodeCache', () => {
  let cache: NodeCache;

  beforeEach(() => {
    cache = new NodeCache();
    cache.setNode(storedNode('n'));
  });

  const requested = (name = 'n') => cache.node(name)?.requested.cpu;

  it('sums what pods ask for as they come and go', () => {
    cache.addPod(one('a'), 'n');
    cache.addPod(one('b'), 'n');
    expect(requested()).to.equal(2000);
    cache.removePod('uid-a');
    expect(requested()).to.equal(1000);
    expect(cache.removePod('uid-a')).to.equal(false);
  });

  it('counts an assumed pod once, before and after the watch shows it', () => {
    cache.assume(one('a'), 'n');
    const { generation } = cache.node('n')!;
    cache.addPod(one('a'), 'n');
    expect(requested()).to.equal(1000);
    expect(cache.isAssumed('uid-a')).to.equal(false);
    expect(cache.node('n')!.generation, 'results for the node stay good').to.equal(generation);
  });

  it('forgets an assumed pod, but none that the watch has shown', () => {
    cache.assume(one('a'), 'n');
    expect(cache.forget('uid-a')).to.equal(true);
    expect(requested()).to.equal(0);
    cache.addPod(one('a'), 'n');
    expect(cache.forget('uid-a')).to.equal(false);
    expect(requested()).to.equal(1000);
  });

  it('believes the watch where it shows a pod on another node than assumed', () => {
    cache.setNode(storedNode('m'));
    cache.assume(one('a'), 'n');
    cache.addPod(one('a'), 'm');
    expect([requested('n'), requested('m')]).to.deep.equal([0, 1000]);
  });

  it('takes over new requests of a pod', () => {
    cache.addPod(one('a'), 'n');
    cache.addPod(info('a', { containers: [container({ cpu: '3' })] }), 'n');
    expect(requested()).to.equal(3000);
  });

  it('keeps the pods of a node that is not known yet, or not any more', () => {
    cache.addPod(one('a'), 'later');
    expect(cache.node('later')).to.equal(undefined);
    cache.setNode(storedNode('later'));
    expect(requested('later')).to.equal(1000);
    cache.removeNode('later');
    expect(cache.nodes.map(({ name }) => name)).to.deep.equal(['n']);
    cache.setNode(storedNode('later'));
    expect(requested('later')).to.equal(1000);
  });

  it('gives the slot of a node that is gone, pods and all, to the next one', () => {
    const slots = new Set<number>();
    for (let i = 0; i < 10; i++) {
      cache.setNode(storedNode(`n${i}`));
      slots.add(cache.node(`n${i}`)!.slot);
      cache.removeNode(`n${i}`);
    }
    expect(slots.size).to.equal(1);
  });

  it('keeps its list of nodes right when one in the middle goes', () => {
    for (const name of ['a', 'b', 'c']) cache.setNode(storedNode(name));
    cache.removeNode('n');
    cache.removeNode('b');
    cache.removeNode('c');
    expect(cache.nodes.map(({ name }) => name)).to.deep.equal(['a']);
  });

  it('says what a change of a node may make possible, and nothing of a heartbeat', () => {
    expect(cache.setNode(storedNode('m'))).to.deep.equal(['node-added']);
    const { generation } = cache.node('n')!;
    expect(cache.setNode(storedNode('n', {}, 2))).to.deep.equal([]);
    expect(cache.node('n')!.generation).to.equal(generation);
    expect(cache.setNode(storedNode('n', { cpu: '5' }, 3))).to.deep.equal(['node-allocatable']);
    expect(cache.setNode(storedNode('n', { cpu: '5', labels: { a: 'b' } }, 4))).to.deep.equal(['node-labels']);
    expect(cache.setNode(storedNode('n', { cpu: '5', labels: { a: 'b' }, unschedulable: true }, 5))).to.deep.equal(['node-taints']);
    expect(cache.setNode(storedNode('n', { cpu: '5', labels: { a: 'b' }, ready: false }, 6))).to.deep.equal([
      'node-taints',
      'node-condition',
    ]);
    expect(cache.node('n')!.generation).to.be.greaterThan(generation);
  });
});
