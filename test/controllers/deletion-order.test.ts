import { expect } from 'chai';
import type { PodStatus } from 'kubernetes-types/core/v1.js';
import { timestamp } from '../../lib/api/meta/time.js';
import type { Stored } from '../../lib/api/object.js';
import { deletionOrder } from '../../lib/controllers/replication/deletion-order.js';
import type { Pod } from 'kubernetes-types/core/v1.js';

const NOW = Date.UTC(2025, 0, 1);

interface Options {
  readonly node?: string;
  readonly phase?: string;
  readonly readyFor?: number;
  readonly cost?: string;
  readonly restarts?: number;
  readonly age?: number;
  readonly uid?: string;
}

/** Running and ready since long on a node of its own, unless said otherwise. */
function pod(name: string, options: Options = {}): Stored<Pod> {
  const { node = `node-of-${name}`, phase = 'Running', readyFor = 100_000, cost, restarts = 0, age = 200_000, uid = name } = options;
  const conditions = Number.isFinite(readyFor) ? [{ type: 'Ready', status: 'True', lastTransitionTime: timestamp(NOW - readyFor) }] : [];
  const status = { phase, conditions, containerStatuses: [{ restartCount: restarts }] } as unknown as PodStatus; // the rest is not looked at
  const annotations = cost === undefined ? {} : { 'controller.kubernetes.io/pod-deletion-cost': cost };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, uid, annotations, creationTimestamp: timestamp(NOW - age), resourceVersion: '1' },
    spec: { containers: [], ...(node ? { nodeName: node } : {}) },
    status,
  };
}

const notReady = { readyFor: Infinity };
const order = (...pods: Stored<Pod>[]) => deletionOrder(pods, NOW).map(({ metadata }) => metadata.name);

describe('order in which a controller gives pods up', () => {
  it('unscheduled before pending before unknown before running', () => {
    const pods = [
      pod('running', notReady),
      pod('unknown', { phase: 'Unknown', ...notReady }),
      pod('pending', { phase: 'Pending', ...notReady }),
    ];
    expect(order(...pods, pod('unscheduled', { node: '', phase: 'Running' }))).to.deep.equal([
      'unscheduled',
      'pending',
      'unknown',
      'running',
    ]);
  });

  it('not ready before ready, whatever the deletion cost', () => {
    expect(order(pod('ready', { cost: '-5' }), pod('unready', { ...notReady, cost: '5' }))).to.deep.equal(['unready', 'ready']);
  });

  it('lower deletion cost first; nonsense costs nothing', () => {
    const pods = [pod('plus', { cost: '10' }), pod('none'), pod('minus', { cost: '-10' }), pod('nonsense', { cost: '+1', uid: 'a' })];
    expect(order(...pods)).to.deep.equal(['minus', 'none', 'nonsense', 'plus']);
  });

  it('those that share a node with more of their peers first', () => {
    expect(order(pod('alone'), pod('a', { node: 'n' }), pod('b', { node: 'n' }))[2]).to.equal('alone');
  });

  it('ready for less time first, by powers of two; between close ones the uid decides', () => {
    expect(order(pod('old', { readyFor: 100_000 }), pod('new', { readyFor: 2000 }))).to.deep.equal(['new', 'old']);
    expect(order(pod('b', { readyFor: 100_000, uid: '1' }), pod('a', { readyFor: 99_000, uid: '2' }))).to.deep.equal(['b', 'a']);
  });

  it('more restarts first, among pods ready since the same time', () => {
    expect(order(pod('steady'), pod('restarts', { restarts: 3 }))).to.deep.equal(['restarts', 'steady']);
  });

  it('younger first, when all else is equal', () => {
    expect(order(pod('old', { ...notReady, age: 1_000_000 }), pod('young', { ...notReady, age: 1000 }))).to.deep.equal(['young', 'old']);
  });

  it('leaves the list it was given as it is', () => {
    const pods = [pod('old', { ...notReady, age: 1_000_000 }), pod('young', { ...notReady, age: 1000 })];
    deletionOrder(pods, NOW);
    expect(pods.map(({ metadata }) => metadata.name)).to.deep.equal(['old', 'young']);
  });
});
