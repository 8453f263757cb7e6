import { expect } from 'chai';
import type { ServiceAccountTokenRequest } from '../../lib/kubelet/service-account-tokens.js';
import { SimulatedNode } from './support/simulated-node.js';

describe('Volumes with tokens of service accounts', () => {
  let node: SimulatedNode;
  afterEach(async () => {
    await node.stop();
    expect(node.environment.pendingTimers, 'timers left').to.equal(0);
  });

  const volume = (expirationSeconds: number, audience?: string) => ({
    name: 't',
    projected: { sources: [{ serviceAccountToken: { path: 'token', expirationSeconds, ...(audience ? { audience } : {}) } }] },
  });

  it('get another one before the old one is worth nothing', async () => {
    const asked: ServiceAccountTokenRequest[] = [];
    const token = (request: ServiceAccountTokenRequest) => {
      asked.push(request);
      return Promise.resolve({ text: 'secret', seconds: request.expirationSeconds });
    };
    node = await new SimulatedNode({ kubelet: { serviceAccountTokens: { token } } }).start();
    await node.createPod('a', { serviceAccountName: 'default', volumes: [volume(1000, 'vault')] });
    expect(asked).to.have.length(1);
    expect(asked[0]).to.include({ audience: 'vault', expirationSeconds: 1000 });
    expect(asked[0]?.pod.metadata?.name).to.equal('a');
    await node.environment.advance(799_000);
    expect(asked).to.have.length(1);
    await node.environment.advance(1000);
    expect(asked).to.have.length(2);
    await node.environment.advance(800_000);
    expect(asked).to.have.length(3);
    expect((await node.pod('a')).status?.phase).to.equal('Running');
  });

  it('are renewed once a day, however long a token may last', async () => {
    let asked = 0;
    const token = () => Promise.resolve({ text: String((asked += 1)), seconds: 365 * 24 * 3600 });
    const hourly = 3600 * 1000;
    const periods = { leasePeriod: hourly, nodeStatusUpdatePeriod: hourly, relistPeriod: hourly };
    node = await new SimulatedNode({ kubelet: { serviceAccountTokens: { token }, ...periods } }).start();
    await node.createPod('a', { volumes: [volume(3600)] });
    await node.environment.advance(24 * 3600 * 1000);
    expect(asked).to.equal(2);
  });

  it('wait for a server that does not give one, and say so', async () => {
    let fails = true;
    const token = () => (fails ? Promise.reject(new Error('the server is away')) : Promise.resolve({ text: 'secret', seconds: 3600 }));
    node = await new SimulatedNode({ kubelet: { serviceAccountTokens: { token } } }).start();
    await node.createPod('a', { volumes: [volume(3600)] });
    expect(node.events.messages('a', 'FailedMount')).to.deep.equal(['MountVolume.SetUp failed for volume "t" : the server is away']);
    fails = false;
    await node.environment.advance(1000);
    expect((await node.pod('a')).status?.phase).to.equal('Running');
  });
});
