import { expect } from 'chai';
import * as kubelib from 'kubelib';
import * as etcd from 'kubelib/etcd';
import * as etcdV2 from 'kubelib/etcd-v2';
import * as testing from 'kubelib/testing';

/** What users may import. A name that goes, or comes, is a change that the CHANGELOG tells. */
describe('the public names', () => {
  it('of kubelib', () => {
    expect(Object.keys(kubelib).sort()).to.deep.equal(NAMES.trim().split(/\s+/).sort());
  });

  it('of kubelib/etcd and kubelib/etcd-v2', () => {
    expect(Object.keys(etcd)).to.deep.equal(['EtcdStorage']);
    expect(Object.keys(etcdV2)).to.deep.equal(['EtcdV2Storage']);
  });

  it('of kubelib/testing', () => {
    expect(Object.keys(testing).sort()).to.deep.equal(
      [
        'VirtualEnvironment',
        'balancerConformance',
        'containerRuntimeConformance',
        'registryConformance',
        'shellCommand',
        'storageConformance',
        'testPlane',
      ].sort(),
    );
  });
});

const NAMES = `
ApiEventRecorder ApiServer CachedStorage CertificateAuthority ControlPlane DEFAULT_LIMITS DedupeQueue DelayingQueue EmbeddedStorage Kubelet LeaderElector
Manager MemoryStorage Node PortInUseError ProcessRuntime Proxy Quantity RateLimitedQueue RegistryCache RemoteNode RemoteRegistries
RuntimeError Scheduler SharedCaches SimulatedRuntime StartError StatusError StorageError StoredRegistries TOKENS Terminal
VirtualEnvironment Workers behaviourFromEnvironment bindings builtInDefinitions changed clientCertificates conditionOf configMaps controllerFor controllerForKinds controllerOf
createCatalog customResourceDefinitions defaultAdmission defaultPredicates defaultPriorities defineResource endpointSlices endpoints events firstOf keyOf
labelSelectorOf leases loadKubeconfig nameOf namespaces nodes ownerReference parseDuration parseFieldSelector parseKey
parseLabelSelector pinoLogger pods randomBalancer replicationControllers roundRobin secrets selectorFromMap serviceAccounts rolesFor customResourceDefinitionOf reconcileKeys Superseded explanationText
daemonSets deployments replicaSets statefulSets cronJobs jobs ingresses networkPolicies podDisruptionBudgets storageClasses
persistentVolumeClaims persistentVolumes
services silentLogger staticTokens systemAuthorizer systemEnvironment watcher withCondition
`;
