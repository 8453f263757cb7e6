import { expect } from 'chai';
import {
  limitRanges,
  persistentVolumeClaims,
  persistentVolumes,
  podTemplates,
  resourceQuotas,
} from '../../../lib/api/core/storage-kinds.js';
import {
  csiDrivers,
  csiNodes,
  csiStorageCapacities,
  storageClasses,
  volumeAttachments,
  volumeAttributesClasses,
} from '../../../lib/api/storage/kinds.js';
import { changed, created, faults, message, updated } from './rules.js';

const VOLUME = { spec: { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], hostPath: { path: '/x' } } };
const CLAIM = { spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } };
const from = (source: object) => changed({ spec: { ...VOLUME.spec, hostPath: undefined, ...source } }, 'spec.volumeMode', 'Filesystem');

describe('rules of volumes', () => {
  const sources: readonly (readonly [object, string[]])[] = [
    [{ nfs: { server: 's', path: 'x' } }, ['Invalid spec.nfs.path']],
    [{ nfs: {} }, ['Required spec.nfs.server', 'Required spec.nfs.path']],
    [{ csi: { driver: 'A_', volumeHandle: 'h' } }, ['Invalid spec.csi.driver']],
    [
      { csi: { driver: 'd.example', volumeHandle: 'h', nodePublishSecretRef: { name: 'n' } } },
      ['Required spec.csi.nodePublishSecretRef.namespace'],
    ],
    [{ local: { path: '/x' } }, ['Required spec.nodeAffinity']],
    [{ iscsi: { targetPortal: 'p', iqn: 'x', lun: 256 } }, ['Invalid spec.iscsi.iqn', 'Invalid spec.iscsi.lun']],
    [{ fc: { targetWWNs: ['a'] } }, ['Required spec.fc.lun']],
    [{ hostPath: { path: '/a/../b', type: 'Odd' } }, ['Invalid spec.hostPath.path', 'NotSupported spec.hostPath.type']],
    [{ hostPath: { path: '/x' }, nfs: { server: 's', path: '/x' } }, ['Forbidden spec.nfs']],
    [
      { hostPath: { path: '/x/..' }, persistentVolumeReclaimPolicy: 'Recycle' },
      ['Forbidden spec.persistentVolumeReclaimPolicy', 'Invalid spec.hostPath.path'],
    ],
    [{ hostPath: { path: '/x' }, volumeAttributesClassName: 'gold' }, ['Required spec.csi']],
    [
      { hostPath: { path: '/x' }, nodeAffinity: { required: { nodeSelectorTerms: [] } } },
      ['Required spec.nodeAffinity.required.nodeSelectorTerms'],
    ],
  ];
  for (const [source, wanted] of sources)
    it(`${JSON.stringify(source)}: ${wanted.join()}`, () =>
      expect(faults(persistentVolumes, from(source)).sort()).to.deep.equal([...wanted].sort()));

  it('keep their source, but for a secret that lets them grow, and their place', () => {
    const csi = { driver: 'd.example', volumeHandle: 'h' };
    const old = created(persistentVolumes, from({ csi }));
    expect(
      updated(persistentVolumes, old, from({ csi: { ...csi, controllerExpandSecretRef: { name: 'n', namespace: 'ns' } } })).faults,
    ).to.deep.equal([]);
    expect(updated(persistentVolumes, old, from({ csi: { ...csi, readOnly: true } })).faults).to.deep.equal([
      'Forbidden spec.persistentvolumesource',
    ]);
    const nodeAffinity = { required: { nodeSelectorTerms: [{ matchExpressions: [{ key: 'a', operator: 'Exists' }] }] } };
    const placed = updated(persistentVolumes, old, from({ csi, nodeAffinity }));
    expect(placed.faults).to.deep.equal([]);
    expect(updated(persistentVolumes, created(persistentVolumes, from({ csi, nodeAffinity })), from({ csi })).faults).to.deep.equal([
      'Invalid nodeAffinity',
    ]);
  });

  it('say when their phase came about', () => {
    const old = created(persistentVolumes, VOLUME);
    expect(old.status).to.deep.equal({ phase: 'Pending', lastPhaseTransitionTime: '2024-01-01T00:00:00Z' });
  });
});

describe('rules of claims', () => {
  const bound = (body: object) => ({ ...created(persistentVolumeClaims, body), status: { phase: 'Bound', capacity: { storage: '1Gi' } } });
  const after = (old: ReturnType<typeof bound>, path: string, value: unknown) =>
    updated(persistentVolumeClaims, old, changed(old, path, value)).faults;

  const cases: readonly (readonly [string, unknown, string[]])[] = [
    [
      'spec.dataSourceRef',
      { kind: 'Other', name: '' },
      ['Required spec.dataSource.name', 'Invalid spec.dataSource', 'Required spec.dataSourceRef.name', 'Invalid spec.dataSourceRef'],
    ],
    [
      'spec.dataSourceRef',
      { apiGroup: 'A_', kind: 'K', name: 'n' },
      ['Invalid spec.dataSource.apiGroup', 'Invalid spec.dataSourceRef.apiGroup'],
    ],
    ['spec.volumeAttributesClassName', 'A', ['Invalid spec.volumeAttributesClassName']],
  ];
  for (const [path, value, wanted] of cases)
    it(`${path} ${JSON.stringify(value)}: ${wanted.join()}`, () =>
      expect(faults(persistentVolumeClaims, changed(CLAIM, path, value))).to.deep.equal(wanted));

  it('a source of another kind is dropped where only two kinds may stand', () => {
    expect(created(persistentVolumeClaims, changed(CLAIM, 'spec.dataSource', { kind: 'Other', name: 'o' })).spec).not.to.have.any.keys(
      'dataSource',
      'dataSourceRef',
    );
  });

  it('are bound once, and change nothing else before', () => {
    const old = created(persistentVolumeClaims, CLAIM);
    const with_ = (path: string, value: unknown) => updated(persistentVolumeClaims, old, changed(CLAIM, path, value)).faults;
    expect(with_('spec.volumeName', 'v')).to.deep.equal([]);
    expect(with_('spec.resources.requests.storage', '2Gi')).to.deep.equal(['Forbidden spec']);
    expect(with_('spec.storageClassName', 'other')).to.deep.equal(['Forbidden spec']);
    expect(with_('spec.volumeMode', 'Block')).to.deep.equal(['Forbidden spec', 'Invalid volumeMode']);
  });

  it('grow when bound, and shrink only as far as they have grown', () => {
    const old = bound(changed(CLAIM, 'spec.volumeName', 'v'));
    expect(after(old, 'spec.resources.requests.storage', '2Gi')).to.deep.equal([]);
    expect(after(old, 'spec.resources.requests.storage', '1024Mi')).to.deep.equal([]);
    expect(after(old, 'spec.resources.requests.storage', '512Mi')).to.deep.equal(['Forbidden spec.resources.requests.storage']);
    expect(after(old, 'spec.volumeAttributesClassName', 'gold')).to.deep.equal([]);
    expect(after(old, 'spec.volumeName', 'w')).to.deep.equal(['Forbidden spec']);
    const grown = bound(changed(changed(CLAIM, 'spec.volumeName', 'v'), 'spec.resources.requests.storage', '4Gi'));
    expect(after(grown, 'spec.resources.requests.storage', '2Gi')).to.deep.equal([]);
  });

  it('may move their class from the annotation to the field', () => {
    const annotation = 'volume.beta.kubernetes.io/storage-class';
    const old = bound(changed(CLAIM, 'metadata.annotations', { [annotation]: 'slow' }));
    expect(after(old, 'spec.storageClassName', 'slow')).to.deep.equal([]);
    expect(after(old, 'spec.storageClassName', 'fast')).to.deep.equal(['Forbidden spec']);
    expect(after(old, 'metadata.annotations', {})).to.deep.equal([`Invalid metadata.annotations[${annotation}]`]);
  });
});

describe('rules of limits and quotas', () => {
  const limits: readonly (readonly [object, string[]])[] = [
    [
      { type: 'Container', max: { storage: '1' } },
      ['Invalid spec.limits[0].max[storage]', 'Invalid spec.limits[0].default[storage]', 'Invalid spec.limits[0].defaultRequest[storage]'],
    ],
    [{ type: 'PersistentVolumeClaim', max: { storage: '1' } }, []],
    [
      { type: 'Pod', max: { cpu: '2' }, min: { cpu: '1' }, maxLimitRequestRatio: { cpu: '3' } },
      ['Invalid spec.limits[0].maxLimitRequestRatio[cpu]'],
    ],
    [{ type: 'Other' }, ['Invalid spec.limits[0].type']],
    [{ type: 'a.example/other' }, []],
    [
      { type: 'Container', default: { 'hugepages-2Mi': '2Mi' }, defaultRequest: { 'hugepages-2Mi': '4Mi' } },
      ['Invalid spec.limits[0].defaultRequest[hugepages-2Mi]', 'Invalid spec.limits[0].defaultRequest[hugepages-2Mi]'],
    ],
  ];
  for (const [limit, wanted] of limits)
    it(`limit ${JSON.stringify(limit)}: ${wanted.join() || 'fine'}`, () =>
      expect(faults(limitRanges, { spec: { limits: [limit] } })).to.deep.equal(wanted));

  it('limits tell which amount is greater than which', () => {
    expect(message(limitRanges, { spec: { limits: [{ type: 'Pod', min: { cpu: '2' }, max: { cpu: '1' } }] } })).to.equal(
      'LimitRange "x" is invalid: spec.limits[0].min[cpu]: Invalid value: "2": min value 2 is greater than max value 1',
    );
  });

  const quotas: readonly (readonly [object, string[]])[] = [
    [{ hard: { pods: '1.5' } }, ['Invalid spec.hard[pods]']],
    [{ hard: { 'requests.cpu': '-1' } }, ['Invalid spec.hard[requests.cpu]']],
    [{ hard: { storage: '1' } }, ['Invalid spec.hard[storage]']],
    [{ hard: { 'count/deployments.apps': '1', 'requests.a.example/gpu': '1' } }, []],
    [{ hard: { 'requests.cpu': '1' }, scopes: ['NotBestEffort', 'PriorityClass'] }, []],
    [{ hard: { persistentvolumeclaims: '1' }, scopes: ['VolumeAttributesClass'] }, []],
    [
      { scopeSelector: { matchExpressions: [{ scopeName: 'BestEffort', operator: 'In', values: ['a'] }] } },
      ['Invalid spec.scopeSelector.matchExpressions.operator'],
    ],
    [
      { scopeSelector: { matchExpressions: [{ scopeName: 'PriorityClass', operator: 'Exists', values: ['a'] }] } },
      ['Invalid spec.scopeSelector.matchExpressions.values'],
    ],
  ];
  for (const [spec, wanted] of quotas)
    it(`quota ${JSON.stringify(spec)}: ${wanted.join() || 'fine'}`, () => expect(faults(resourceQuotas, { spec })).to.deep.equal(wanted));

  it('the scopes of a quota stay, in any order', () => {
    const old = created(resourceQuotas, { spec: { scopes: ['NotBestEffort', 'Terminating'] } });
    expect(updated(resourceQuotas, old, { spec: { scopes: ['Terminating', 'NotBestEffort'] } }).faults).to.deep.equal([]);
    expect(updated(resourceQuotas, old, { spec: { scopes: ['Terminating'] } }).faults).to.deep.equal(['Invalid spec.scopes']);
  });
});

describe('rules of storage classes and drivers', () => {
  it('classes keep what they provision', () => {
    const body = { provisioner: 'A.example/p', parameters: { a: 'b' } };
    expect(faults(storageClasses, body)).to.deep.equal([]);
    expect(faults(storageClasses, { reclaimPolicy: 'Recycle', parameters: { '': 'x' } })).to.deep.equal([
      'Required provisioner',
      'Invalid parameters',
      'NotSupported reclaimPolicy',
    ]);
    expect(
      faults(storageClasses, {
        ...body,
        allowedTopologies: [
          {
            matchLabelExpressions: [
              { key: 'a', values: ['x', 'x'] },
              { key: 'a', values: [] },
            ],
          },
        ],
      }),
    ).to.deep.equal([
      'Duplicate allowedTopologies[0].matchLabelExpressions[0].values[1]',
      'Required allowedTopologies[0].matchLabelExpressions[1].values',
      'Duplicate allowedTopologies[0].matchLabelExpressions[1].key',
    ]);
    expect(
      updated(storageClasses, created(storageClasses, body), { provisioner: 'b.example/p', reclaimPolicy: 'Retain' }).faults,
    ).to.deep.equal(['Invalid parameters', 'Invalid provisioner', 'Invalid reclaimPolicy']);
  });

  it('attribute classes have parameters, which stay', () => {
    expect(faults(volumeAttributesClasses, { driverName: 'd.example' })).to.deep.equal(['Required parameters']);
    const old = created(volumeAttributesClasses, { driverName: 'd.example', parameters: { a: 'b' } });
    expect(updated(volumeAttributesClasses, old, { driverName: 'e.example', parameters: { a: 'c' } }).faults).to.deep.equal([
      'Forbidden driverName',
      'Forbidden parameters',
    ]);
  });

  it('attachments have one source and change no more', () => {
    const body = { spec: { attacher: 'd.example', nodeName: 'n', source: { persistentVolumeName: 'v' } } };
    expect(faults(volumeAttachments, body)).to.deep.equal([]);
    expect(faults(volumeAttachments, changed(body, 'spec.source', {}))).to.deep.equal(['Required spec.source']);
    const old = created(volumeAttachments, body);
    expect(updated(volumeAttachments, old, changed(body, 'spec.nodeName', 'm')).faults).to.deep.equal(['Invalid spec']);
    const status = { attached: true, attachmentMetadata: { a: 'x'.repeat(262_144) } };
    expect(updated(volumeAttachments, old, { ...body, status }, 'status').faults).to.deep.equal(['TooLong status.attachmentMetadata']);
  });

  it('drivers, nodes and capacities are held to their form', () => {
    expect(
      faults(csiDrivers, {
        spec: { volumeLifecycleModes: ['Odd'], tokenRequests: [{ audience: 'a', expirationSeconds: 1 }, { audience: 'a' }] },
      }),
    ).to.deep.equal([
      'Invalid spec.tokenRequests[0].expirationSeconds',
      'Duplicate spec.tokenRequests[1].audience',
      'NotSupported spec.volumeLifecycleModes',
    ]);
    expect(updated(csiDrivers, created(csiDrivers, {}), { spec: { attachRequired: false } }).faults).to.deep.equal([
      'Invalid spec.attachedRequired',
    ]);
    const driver = { name: 'd.example', nodeID: 'n', topologyKeys: ['a'] };
    expect(faults(csiNodes, { spec: { drivers: [driver, { ...driver, nodeID: '', allocatable: { count: -1 } }] } })).to.deep.equal([
      'Required spec.drivers[1].nodeID',
      'Invalid spec.drivers[1].allocatable.count',
      'Duplicate spec.drivers[1].name',
    ]);
    const node = created(csiNodes, { spec: { drivers: [driver] } });
    expect(updated(csiNodes, node, { spec: { drivers: [{ ...driver, allocatable: { count: 3 } }] } }).faults).to.deep.equal([]);
    expect(updated(csiNodes, node, { spec: { drivers: [{ ...driver, nodeID: 'm' }] } }).faults).to.deep.equal(['Invalid spec.drivers']);
    const capacity = created(csiStorageCapacities, { storageClassName: 'a', capacity: '1' });
    expect(updated(csiStorageCapacities, capacity, { storageClassName: 'b', capacity: '-1' }).faults).to.deep.equal([
      'Invalid capacity',
      'Invalid storageClassName',
    ]);
  });

  it('templates of pods are checked as those of workloads', () => {
    expect(faults(podTemplates, {})).to.deep.equal(['Required template.spec.containers']);
  });
});
