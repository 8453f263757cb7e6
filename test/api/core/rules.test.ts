import { expect } from 'chai';
import type { Pod, ReplicationController } from 'kubernetes-types/core/v1.js';
import { endpoints } from '../../../lib/api/core/endpoints.js';
import { namespaces } from '../../../lib/api/core/namespaces.js';
import { nodes } from '../../../lib/api/core/nodes.js';
import { pods } from '../../../lib/api/core/pods.js';
import { bindings } from '../../../lib/api/core/bindings.js';
import { replicationControllers } from '../../../lib/api/core/replication-controllers.js';
import { services } from '../../../lib/api/core/services.js';
import { deepFreeze } from '../../../lib/api/encode.js';
import { invalidObject } from '../../../lib/api/field-error.js';
import type { KubeObject, Stored } from '../../../lib/api/object.js';
import type { ResourceDefinition } from '../../../lib/api/resource-definition.js';
import { decode } from '../../../lib/api/schema/decode.js';
import { applyDefaults } from '../../../lib/api/schema/defaulting.js';

const CONTEXT = { now: 0, random: () => 0 };

function drafted<T extends KubeObject>(definition: ResourceDefinition<T>, value: object): T {
  const metadata = { name: 'x', ...(definition.namespaced ? { namespace: 'default' } : {}) };
  const { object } = decode(definition, { metadata, ...value });
  applyDefaults(definition, object);
  definition.rules.default?.(object);
  return object;
}
function faults<T extends KubeObject>(definition: ResourceDefinition<T>, value: object): string[] {
  return (definition.rules.validate?.(drafted(definition, value)) ?? []).map(({ type, field }) => `${type} ${field}`);
}
function message<T extends KubeObject>(definition: ResourceDefinition<T>, value: object): string {
  return invalidObject(definition, 'x', definition.rules.validate?.(drafted(definition, value)) ?? []).message;
}
const stored = <T extends KubeObject>(definition: ResourceDefinition<T>, value: object) =>
  deepFreeze(drafted(definition, value)) as Stored<T>;
const pod = (container: object, spec: object = {}) => ({ spec: { containers: [{ name: 'c', image: 'i', ...container }], ...spec } });
const template = (labels: Record<string, string>, spec: object = {}) => ({
  metadata: { labels },
  spec: { containers: [{ name: 'c', image: 'i' }], ...spec },
});

describe('rules of kinds', () => {
  it('name the field that is wrong, in the words of Kubernetes', () => {
    expect(message(pods, pod({ ports: [{ containerPort: 80 }, { containerPort: 70_000 }] }))).to.equal(
      'Pod "x" is invalid: spec.containers[0].ports[1].containerPort: Invalid value: 70000: must be between 1 and 65535, inclusive',
    );
    expect(message(replicationControllers, { spec: { replicas: -1, selector: { a: 'b' }, template: template({ a: 'b' }) } })).to.equal(
      'ReplicationController "x" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0',
    );
    expect(message(replicationControllers, { spec: { selector: { a: 'b' }, template: template({ a: 'c' }) } })).to.equal(
      'ReplicationController "x" is invalid: spec.template.metadata.labels: Invalid value: {"a":"c"}: `selector` does not match template `labels`',
    );
  });

  it('hold names to their form and length', () => {
    const named = (name: string) => faults(pods, { metadata: { name, namespace: 'default' }, ...pod({}) });
    expect(named('a.b-1')).to.deep.equal([]);
    expect(named('a'.repeat(253))).to.deep.equal([]);
    for (const name of ['a'.repeat(254), 'A', 'a_b', '-a', 'a/b', 'ü']) expect(named(name), name).to.deep.equal(['Invalid metadata.name']);
    expect(named('')).to.deep.equal(['Required metadata.name']);
    expect(faults(services, { metadata: { name: '1a', namespace: 'default' }, spec: { ports: [{ port: 1 }] } })).to.deep.equal([
      'Invalid metadata.name',
    ]);
  });

  it('hold metadata to its rules', () => {
    const metadata = (more: object) => faults(nodes, { metadata: { name: 'n', ...more } });
    expect(metadata({ labels: { 'a b': 'x' } })).to.deep.equal(['Invalid metadata.labels']);
    expect(metadata({ labels: { a: 'x y' } })).to.deep.equal(['Invalid metadata.labels']);
    expect(metadata({ annotations: { 'Up.Case/n': 'any thing' } })).to.deep.equal([]);
    expect(metadata({ annotations: { a: 'x'.repeat(262_144) } })).to.deep.equal(['TooLong metadata.annotations']);
    expect(metadata({ namespace: 'n' })).to.deep.equal(['Forbidden metadata.namespace']);
    expect(metadata({ finalizers: ['orphan', 'foregroundDeletion'] })).to.deep.equal(['Invalid metadata.finalizers']);
  });

  describe('of pods', () => {
    it('make a new one wait, with its quality of service', () => {
      const draft = drafted(pods, {
        ...pod({ resources: { limits: { cpu: '1', memory: '1Gi' } } }),
        status: { phase: 'Running', podIP: '10.0.0.1' },
      });
      pods.rules.prepareCreate?.(draft, CONTEXT);
      expect(draft.status).to.deep.equal({ phase: 'Pending', qosClass: 'Guaranteed' });
    });

    it('check volumes and where they are mounted', () => {
      const mounted = (mounts: object[], volumes: object[]) => faults(pods, pod({ volumeMounts: mounts }, { volumes }));
      expect(mounted([{ name: 'v', mountPath: '/a' }], [{ name: 'v', emptyDir: {} }])).to.deep.equal([]);
      expect(
        mounted(
          [
            { name: 'v', mountPath: '/a' },
            { name: 'v', mountPath: '/a' },
          ],
          [{ name: 'v' }],
        ),
      ).to.deep.equal(['Invalid spec.containers[0].volumeMounts[1].mountPath']);
      expect(mounted([], [{ name: 'v', hostPath: { path: '/a/../b' } }])).to.deep.equal(['Invalid spec.volumes[0].hostPath.path']);
      expect(mounted([], [{ name: 'v', configMap: {} }])).to.deep.equal(['Required spec.volumes[0].configMap.name']);
      expect(
        mounted([], [{ name: 'v', secret: { secretName: 's', items: [{ key: 'k', path: '../x' }], defaultMode: 512 } }]),
      ).to.have.members(['Invalid spec.volumes[0].secret.items[0].path', 'Invalid spec.volumes[0].secret.defaultMode']);
    });

    it('keep requests below limits', () => {
      const resources = { requests: { cpu: '2' }, limits: { cpu: '1500m' } };
      expect(message(pods, pod({ resources }))).to.equal(
        'Pod "x" is invalid: spec.containers[0].resources.requests: Invalid value: "2": must be less than or equal to cpu limit of 1500m',
      );
      expect(faults(pods, pod({ resources: { limits: { odd: '1' } } }))).to.include('Invalid spec.containers[0].resources.limits[odd]');
    });

    it('let a pod change only what a running one can', () => {
      const old = stored(pods, pod({}, { tolerations: [{ key: 'a', operator: 'Exists' }] }));
      const update = (change: (spec: NonNullable<Pod['spec']>) => void, subresource?: string) => {
        const draft = structuredClone(old) as unknown as Pod;
        change(draft.spec!);
        return (pods.rules.validateUpdate?.(draft, old, { ...CONTEXT, subresource }) ?? []).map(({ type, field }) => `${type} ${field}`);
      };
      expect(update((spec) => (spec.containers[0]!.image = 'other'))).to.deep.equal([]);
      expect(update((spec) => spec.tolerations!.push({ key: 'b', operator: 'Exists' }))).to.deep.equal([]);
      expect(update((spec) => (spec.tolerations = []))).to.deep.equal(['Forbidden spec.tolerations']);
      expect(update((spec) => (spec.activeDeadlineSeconds = 5))).to.deep.equal([]);
      expect(update((spec) => (spec.containers[0]!.command = ['x']))).to.deep.equal(['Forbidden spec']);
      expect(update((spec) => (spec.nodeName = 'n'))).to.deep.equal(['Forbidden spec']);
      expect(update((spec) => (spec.nodeName = 'n'), 'binding')).to.deep.equal([]);
      expect(update((spec) => spec.containers.push({ name: 'd', image: 'i' }))).to.deep.equal(['Forbidden spec.containers']);
    });

    it('change just the ephemeral containers through their path', () => {
      const old = stored(pods, pod({}));
      const draft = structuredClone(old) as unknown as Pod;
      draft.spec!.hostname = 'h';
      draft.spec!.ephemeralContainers = [{ name: 'debug', image: 'i' }];
      pods.rules.prepareUpdate?.(draft, old, { ...CONTEXT, subresource: 'ephemeralcontainers' });
      expect(draft.spec).not.to.have.property('hostname');
      expect(draft.spec?.ephemeralContainers).to.have.length(1);
    });

    it('complete one address field from the other', () => {
      expect(drafted(pods, { ...pod({}), status: { podIP: '10.0.0.1' } }).status?.podIPs).to.deep.equal([{ ip: '10.0.0.1' }]);
      expect(drafted(pods, { ...pod({}), status: { podIPs: [{ ip: '10.0.0.2' }] } }).status?.podIP).to.equal('10.0.0.2');
    });
  });

  it('of replication controllers want a template whose pods live on', () => {
    expect(faults(replicationControllers, { spec: { template: template({ a: 'b' }, { restartPolicy: 'Never' }) } })).to.deep.equal([
      'NotSupported spec.template.spec.restartPolicy',
    ]);
    expect(faults(replicationControllers, { spec: {} })).to.have.members(['Required spec.selector', 'Required spec.template']);
    expect(faults(replicationControllers, { spec: { template: template({ a: 'b' }, { containers: [] }) } })).to.deep.equal([
      'Required spec.template.spec.containers',
    ]);
    const counted: Partial<ReplicationController> = { spec: { template: template({ a: 'b' }) }, status: { replicas: 1, readyReplicas: 2 } };
    expect(faults(replicationControllers, counted)).to.deep.equal(['Invalid status.readyReplicas']);
  });

  it('of services refuse a port of the node twice', () => {
    const ports = [
      { name: 'a', port: 1, nodePort: 30_001 },
      { name: 'b', port: 2, nodePort: 30_001 },
    ];
    expect(faults(services, { spec: { type: 'NodePort', ports } })).to.deep.equal(['Duplicate spec.ports[1].nodePort']);
    expect(
      faults(services, {
        spec: {
          ports: [
            { name: 'a', port: 1 },
            { name: 'b', port: 1 },
          ],
        },
      }),
    ).to.deep.equal(['Duplicate spec.ports[1]']);
  });

  it('of services keep the address they once had', () => {
    const service = (clusterIP: string) => stored(services, { spec: { clusterIP, clusterIPs: [clusterIP], ports: [{ port: 1 }] } });
    const update = (from: string, to: string) =>
      (services.rules.validateUpdate?.(service(to), service(from), CONTEXT) ?? []).map(({ field }) => field);
    expect(update('10.0.0.1', '10.0.0.1')).to.deep.equal([]);
    expect(update('10.0.0.1', '10.0.0.2')).to.deep.equal(['spec.clusterIPs[0]']);
    expect(update('10.0.0.1', 'None')).to.deep.equal(['spec.clusterIPs[0]']);
  });

  it('of endpoints take the addresses that nodes without a network give to pods', () => {
    const at = (ip: string) => faults(endpoints, { subsets: [{ addresses: [{ ip }], ports: [{ port: 80 }] }] });
    expect(at('127.64.3.7')).to.deep.equal([]);
    expect(at('127.0.0.1')).to.deep.equal(['Invalid subsets[0].addresses[0].ip']);
    expect(at('10.0.0.300')).to.deep.equal(['Invalid subsets[0].addresses[0].ip']);
  });

  it('of namespaces add label, finalizer and phase', () => {
    const draft = drafted(namespaces, { metadata: { name: 'n' } });
    namespaces.rules.prepareCreate?.(draft, CONTEXT);
    expect(draft).to.deep.include({ spec: { finalizers: ['kubernetes'] }, status: { phase: 'Active' } });
    expect(draft.metadata?.labels).to.deep.equal({ 'kubernetes.io/metadata.name': 'n' });
  });

  it('of namespaces let only the finalize path change the finalizers', () => {
    const old = stored(namespaces, { metadata: { name: 'n' }, spec: { finalizers: ['kubernetes'] } });
    const emptied = (subresource?: string) => {
      const draft = drafted(namespaces, { metadata: { name: 'n' }, spec: {} });
      namespaces.rules.prepareUpdate?.(draft, old, { ...CONTEXT, subresource });
      return draft.spec;
    };
    expect(emptied()).to.deep.equal({ finalizers: ['kubernetes'] });
    expect(emptied('finalize')).to.deep.equal({});
  });

  it('of nodes keep the status they register with', () => {
    const draft = drafted(nodes, { metadata: { name: 'n' }, status: { capacity: { cpu: '2' } } });
    nodes.rules.prepareCreate?.(draft, CONTEXT);
    expect(draft.status).to.deep.include({ capacity: { cpu: '2' }, allocatable: { cpu: '2' } });
  });

  it('of bindings want a node', () => {
    expect(faults(bindings, { target: { kind: 'Node', name: 'n' } })).to.deep.equal([]);
    expect(faults(bindings, { target: {} })).to.deep.equal(['Required target.name']);
    expect(faults(bindings, { target: { kind: 'Pod', name: 'n' } })).to.deep.equal(['NotSupported target.kind']);
  });

  it('forbid new finalizers on what is being deleted', () => {
    const old = stored(services, {
      metadata: { name: 'x', namespace: 'default', deletionTimestamp: '2024-01-01T00:00:00Z' },
      spec: { ports: [{ port: 1 }] },
    });
    const draft = { ...old, metadata: { ...old.metadata, finalizers: ['a.example/f'] } };
    expect((services.rules.validateUpdate?.(draft, old, CONTEXT) ?? []).map(({ type, field }) => `${type} ${field}`)).to.deep.equal([
      'Forbidden metadata.finalizers',
    ]);
  });
});
