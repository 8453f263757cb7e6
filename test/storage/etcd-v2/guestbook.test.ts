import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { parseAllDocuments } from 'yaml';
import { configMaps } from '../../../lib/api/core/config-maps.js';
import { endpoints } from '../../../lib/api/core/endpoints.js';
import { pods } from '../../../lib/api/core/pods.js';
import { replicationControllers } from '../../../lib/api/core/replication-controllers.js';
import { services } from '../../../lib/api/core/services.js';
import type { KubeObject } from '../../../lib/api/object.js';
import type { ResourceDefinition } from '../../../lib/api/resource-definition.js';
import { ControlPlane } from '../../../lib/control-plane/control-plane.js';
import { EtcdV2Storage } from '../../../lib/storage/etcd-v2/index.js';
import { etcdNeed, useEtcd } from '../../support/etcd.js';
import { eventually } from '../../support/eventually.js';
import { needs } from '../../support/needs.js';

const KINDS: Readonly<Record<string, ResourceDefinition>> = {
  ConfigMap: configMaps,
  ReplicationController: replicationControllers,
  Service: services,
};

needs(etcdNeed, () => {
  describe('a control plane over etcd v2', function () {
    this.timeout(60_000);
    const etcd = useEtcd();
    const storage = () => new EtcdV2Storage({ endpoints: [`http://${etcd.endpoints[0]}`] });
    const start = () => ControlPlane.start({ storage: storage(), shared: false, runtime: 'simulated', nodes: 2 });

    it('runs the guestbook, scales it, and finds it again in the classic layout after a restart', async () => {
      let plane = await start();
      try {
        for (const { kind, ...object } of guestbook()) await plane.registry<KubeObject>(KINDS[kind]!).create(object);
        await eventually(() => runs(plane, 3), { timeout: 20_000 });
        await scale(plane, 1);
        await eventually(() => runs(plane, 1), { timeout: 20_000 });
        expect(await names(etcd.endpoints[0]!, '/registry/services/specs/default')).to.include.members(['backend', 'frontend']);
        expect(await names(etcd.endpoints[0]!, '/registry/minions')).to.have.members(['node-1', 'node-2']);
        expect(await names(etcd.endpoints[0]!, '/registry/controllers/default')).to.have.members(['backend', 'frontend']);
      } finally {
        await plane.stop();
      }
      plane = await start();
      try {
        await eventually(() => runs(plane, 1), { timeout: 20_000 });
        await scale(plane, 2);
        await eventually(() => runs(plane, 2), { timeout: 20_000 });
      } finally {
        await plane.stop();
      }
    });
  });
});

async function scale(plane: ControlPlane, replicas: number): Promise<void> {
  const frontend = { namespace: 'default', name: 'frontend' };
  await plane.registry(replicationControllers).modify(frontend, (current) => ({ ...current, spec: { ...current.spec, replicas } }));
}

async function runs(plane: ControlPlane, replicas: number): Promise<void> {
  const frontends = (await plane.registry(pods).list({ labelSelector: 'tier=frontend' })).items;
  expect(frontends.map((pod) => pod.status?.phase)).to.deep.equal(Array.from({ length: replicas }, () => 'Running'));
  const { subsets = [] } = await plane.registry(endpoints).get({ namespace: 'default', name: 'frontend' });
  expect(subsets.flatMap(({ addresses = [] }) => addresses)).to.have.lengthOf(replicas);
}

function guestbook(): (KubeObject & { readonly kind: string })[] {
  return ['10-services', '20-backend', '30-frontend']
    .flatMap((name) => parseAllDocuments(readFileSync(`examples/guestbook/${name}.yaml`, 'utf8')))
    .map((document) => {
      const object = JSON.parse(JSON.stringify(document, unlessProbe)) as KubeObject & { kind: string };
      return { ...object, metadata: { ...object.metadata, namespace: 'default' } };
    });
}

/** Simulated containers answer no probes. */
function unlessProbe(key: string, value: unknown): unknown {
  return key === 'readinessProbe' ? undefined : value;
}

/** The names in a directory, as anybody sees them. */
async function names(endpoint: string, directory: string): Promise<string[]> {
  const answer = await fetch(`http://${endpoint}/v2/keys${directory}`);
  const { node } = (await answer.json()) as { node: { nodes: { key: string }[] } };
  return node.nodes.map(({ key }) => key.slice(directory.length + 1));
}
