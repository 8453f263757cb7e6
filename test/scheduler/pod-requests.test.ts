import { expect } from 'chai';
import { assumedRequests, podRequests } from '../../lib/scheduler/pod-requests.js';
import { container } from './objects.js';

const always = { restartPolicy: 'Always' as const };

describe('requests of a pod', () => {
  it('are the sum of its containers, and its overhead', () => {
    const containers = [container({ cpu: '100m', memory: '1Gi' }), container({ cpu: '1', 'acme.io/gpu': '2' })];
    const { cpu, memory, others } = podRequests({ containers, overhead: { cpu: '10m', memory: '1Mi' } });
    expect({ cpu, memory }).to.deep.equal({ cpu: 1110, memory: 1025 * 1024 * 1024 });
    expect([...others!]).to.deep.equal([['acme.io/gpu', 2]]);
  });

  it('are those of the greediest init container when that is more', () => {
    const spec = {
      containers: [container({ cpu: '1', memory: '2Gi' })],
      initContainers: [container({ cpu: '3' }), container({ cpu: '2', memory: '1Gi' })],
    };
    expect(podRequests(spec)).to.include({ cpu: 3000, memory: 2 * 1024 ** 3 });
  });

  it('count sidecars beside the containers, and beside init containers that come after them', () => {
    const initContainers = [container({ cpu: '2' }), container({ cpu: '1' }, always), container({ cpu: '4' })];
    expect(podRequests({ containers: [container({ cpu: '1' })], initContainers }).cpu).to.equal(5000);
    expect(podRequests({ containers: [container({ cpu: '5' })], initContainers }).cpu).to.equal(6000);
  });

  it('are assumed for each container that names none, when nodes are compared', () => {
    expect(assumedRequests({ containers: [container(), container({ cpu: '1' })] })).to.include({ cpu: 1100, memory: 400 * 1024 ** 2 });
  });
});
