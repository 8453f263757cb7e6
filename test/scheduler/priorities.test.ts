import { expect } from 'chai';
import { Cycle } from '../../lib/scheduler/cycle-state.js';
import { leastRequested } from '../../lib/scheduler/priorities/least-requested.js';
import { selectorSpread } from '../../lib/scheduler/priorities/selector-spread.js';
import { container, info, nodeInfo } from './objects.js';

describe('scheduler priorities', () => {
  describe('LeastRequested', () => {
    const half = info('half', { containers: [container({ cpu: '2', memory: '4Gi' })] });

    it('is the mean of what would stay free of CPU and memory', () => {
      expect(leastRequested(half, nodeInfo('n', { cpu: '4', memory: '8Gi' }), new Cycle())).to.equal(50);
      expect(leastRequested(half, nodeInfo('n', { cpu: '8', memory: '8Gi' }), new Cycle())).to.equal(62.5);
    });

    it('counts the pods that are there', () => {
      expect(
        leastRequested(
          half,
          nodeInfo('n', { cpu: '8', memory: '16Gi' }, [info('a', { containers: half.pod.spec!.containers })]),
          new Cycle(),
        ),
      ).to.equal(50);
    });

    it('assumes something of pods that request nothing, so that they spread as well', () => {
      const crowded = nodeInfo('n', {}, [info('a'), info('b')]);
      expect(leastRequested(info('p'), crowded, new Cycle())).to.be.lessThan(leastRequested(info('p'), nodeInfo('m'), new Cycle()));
    });

    it('is 0 for a node without capacity', () => {
      expect(leastRequested(info('p'), nodeInfo('n', { cpu: '0', memory: '0' }), new Cycle())).to.equal(0);
    });
  });

  describe('SelectorSpread', () => {
    const nodes = ['a', 'b', 'c'].map((name, slot) => nodeInfo(name, {}, [], slot));
    const scores = (counts?: readonly number[]) => {
      const cycle = new Cycle(counts);
      cycle.candidates = nodes;
      return nodes.map((node) => selectorSpread(info('p'), node, cycle));
    };

    it('goes from 100 without peers to 0 on the node with most', () => {
      expect(scores([4, 1])).to.deep.equal([0, 75, 100]);
    });

    it('makes no difference for a pod without peers', () => {
      expect(scores()).to.deep.equal([100, 100, 100]);
    });
  });
});
