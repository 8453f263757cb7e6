import { expect } from 'chai';
import type { PodSpec } from 'kubernetes-types/core/v1.js';
import { certificateSigningRequests } from '../../lib/api/certificates/certificate-signing-requests.js';
import { nodes } from '../../lib/api/core/nodes.js';
import { persistentVolumeClaims } from '../../lib/api/core/persistent-volume-claims.js';
import { persistentVolumes } from '../../lib/api/core/persistent-volumes.js';
import { pods } from '../../lib/api/core/pods.js';
import { runtimeClasses } from '../../lib/api/node/runtime-classes.js';
import { memoryCluster } from '../support/memory-cluster.js';
import { rejection } from '../support/rejection.js';

const NOT_READY = { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' };

describe('the default admission', () => {
  let cluster: Awaited<ReturnType<typeof memoryCluster>>;

  beforeEach(async () => (cluster = await memoryCluster()));
  afterEach(() => cluster.stop());

  describe('of pods with a runtime class', () => {
    const create = async (name: string, spec: Partial<PodSpec>) => {
      const pod = { metadata: { name, namespace: 'default' }, spec: { containers: [{ name: 'main', image: 'busybox' }], ...spec } };
      return (await cluster.registries.registry(pods).create(pod)).spec!;
    };

    beforeEach(async () => {
      const registry = cluster.registries.registry(runtimeClasses);
      const scheduling = { nodeSelector: { vm: 'yes' }, tolerations: [{ key: 'vm', operator: 'Exists' as const }] };
      await registry.create({ metadata: { name: 'vm' }, handler: 'vm', overhead: { podFixed: { cpu: '250m' } }, scheduling });
      await registry.create({ metadata: { name: 'plain' }, handler: 'plain' });
    });

    it('gives them its overhead and its place', async () => {
      const spec = await create('a', { runtimeClassName: 'vm', nodeSelector: { own: 'x' } });
      expect(spec.overhead).to.deep.equal({ cpu: '250m' });
      expect(spec.nodeSelector).to.deep.equal({ own: 'x', vm: 'yes' });
      expect(spec.tolerations?.map(({ key }) => key)).to.deep.equal([
        'node.kubernetes.io/not-ready',
        'node.kubernetes.io/unreachable',
        'vm',
      ]);
    });

    it('refuses a class that is not there, another overhead and another place', async () => {
      const refused = async (spec: Partial<PodSpec>) => ((await rejection(create('p', spec))) as Error).message;
      expect(await refused({ runtimeClassName: 'none' })).to.equal('pods "p" is forbidden: pod rejected: RuntimeClass "none" not found');
      expect(await refused({ runtimeClassName: 'vm', overhead: { cpu: '1' } })).to.include("doesn't match RuntimeClass's defined Overhead");
      expect(await refused({ runtimeClassName: 'plain', overhead: { cpu: '1' } })).to.include('without corresponding RuntimeClass');
      expect(await refused({ overhead: { cpu: '1' } })).to.include('without corresponding RuntimeClass');
      expect(await refused({ runtimeClassName: 'vm', nodeSelector: { vm: 'no' } })).to.include('conflict: runtimeClass.scheduling');
    });
  });

  it('keeps pods from a new node until it is ready, unless it comes with that news', async () => {
    const registry = cluster.registries.registry(nodes);
    expect((await registry.create({ metadata: { name: 'a' } })).spec?.taints).to.deep.equal([NOT_READY]);
    const tainted = await registry.create({
      metadata: { name: 'b' },
      spec: {
        taints: [
          { key: 'k', effect: 'NoExecute' },
          { ...NOT_READY, effect: 'NoSchedule' },
        ],
      },
    });
    expect(tainted.spec?.taints?.map(({ key }) => key)).to.deep.equal(['k', NOT_READY.key]);
    const ready = await registry.create({ metadata: { name: 'c' }, status: { conditions: [{ type: 'Ready', status: 'True' }] } });
    expect(ready.spec?.taints).to.equal(undefined);
  });

  it('protects claims and volumes, once each', async () => {
    const spec = { accessModes: ['ReadWriteOnce' as const], resources: { requests: { storage: '1Gi' } } };
    const claim = await cluster.registries.registry(persistentVolumeClaims).create({ metadata: { name: 'c', namespace: 'default' }, spec });
    expect(claim.metadata.finalizers).to.deep.equal(['kubernetes.io/pvc-protection']);
    const volume = { accessModes: ['ReadWriteOnce' as const], capacity: { storage: '1Gi' }, hostPath: { path: '/x' } };
    const finalizers = ['a.example/b', 'kubernetes.io/pv-protection'];
    const made = await cluster.registries.registry(persistentVolumes).create({ metadata: { name: 'v', finalizers }, spec: volume });
    expect(made.metadata.finalizers).to.deep.equal(finalizers);
  });

  it('says who asks for a certificate, whatever the request says', async () => {
    const request = Buffer.from('-----BEGIN CERTIFICATE REQUEST-----\nMAcwADAAAwEA\n-----END CERTIFICATE REQUEST-----').toString('base64');
    const spec = { request, signerName: 'a.example/s', usages: ['client auth'], username: 'someone', groups: ['else'] };
    const registry = cluster.registries.registry(certificateSigningRequests);
    const user = { name: 'ann', uid: 'u1', groups: ['dev'], extra: { scopes: ['all'] } };
    const { username, uid, groups, extra } = (await registry.create({ metadata: { name: 'a' }, spec }, { user })).spec;
    expect({ username, uid, groups, extra }).to.deep.equal({ username: 'ann', uid: 'u1', groups: ['dev'], extra: { scopes: ['all'] } });
    expect((await registry.create({ metadata: { name: 'b' }, spec })).spec)
      .to.include({ username: 'system:apiserver' })
      .and.not.to.have.property('groups');
  });
});
