import type {
  CSIPersistentVolumeSource,
  FCVolumeSource,
  ISCSIPersistentVolumeSource,
  PersistentVolumeSpec,
  SecretReference,
} from 'kubernetes-types/core/v1.js';
import type { Faults } from '../validation/faults.js';
import { dnsSubdomain } from '../validation/names.js';
import { validateHostPath } from './pod-spec/volume-sources.js';

type SourceName = Exclude<
  keyof PersistentVolumeSpec,
  | 'accessModes'
  | 'capacity'
  | 'claimRef'
  | 'mountOptions'
  | 'nodeAffinity'
  | 'persistentVolumeReclaimPolicy'
  | 'storageClassName'
  | 'volumeMode'
>;

/** What a persistent volume may be made from, in the order in which the real server looks at them. */
export const VOLUME_SOURCES = [
  'hostPath',
  'gcePersistentDisk',
  'awsElasticBlockStore',
  'glusterfs',
  'flocker',
  'nfs',
  'rbd',
  'quobyte',
  'cephfs',
  'iscsi',
  'cinder',
  'fc',
  'flexVolume',
  'azureFile',
  'vsphereVolume',
  'photonPersistentDisk',
  'portworxVolume',
  'azureDisk',
  'scaleIO',
  'local',
  'storageos',
  'csi',
] as const satisfies readonly SourceName[];

/** Fields that a source cannot do without. */
const REQUIRED: { readonly [K in SourceName]?: readonly (keyof NonNullable<PersistentVolumeSpec[K]> & string)[] } = {
  gcePersistentDisk: ['pdName'],
  awsElasticBlockStore: ['volumeID'],
  glusterfs: ['endpoints', 'path'],
  nfs: ['server', 'path'],
  rbd: ['monitors', 'image'],
  quobyte: ['registry', 'volume'],
  cephfs: ['monitors'],
  iscsi: ['targetPortal', 'iqn'],
  cinder: ['volumeID'],
  flexVolume: ['driver'],
  azureFile: ['secretName', 'shareName'],
  vsphereVolume: ['volumePath'],
  photonPersistentDisk: ['pdID'],
  portworxVolume: ['volumeID'],
  azureDisk: ['diskName', 'diskURI'],
  scaleIO: ['gateway', 'system', 'volumeName'],
  local: ['path'],
  csi: ['driver', 'volumeHandle'],
};

/** Where faults of a source stand, when not at its name. */
const PATHS: { readonly [K in SourceName]?: string } = { gcePersistentDisk: 'persistentDisk' };

const IQN = /^(?:iqn\.\d{4}-\d{2}\.([a-z0-9\-.]+)(:[^,;*&$|\s]+)|eui\.[A-Za-z0-9]{16}|naa\.[A-Za-z0-9]{32})$/;
const SECRETS_OF_CSI = ['controllerPublishSecretRef', 'controllerExpandSecretRef', 'nodePublishSecretRef', 'nodeExpandSecretRef'] as const;
const MAX_LUN = 255;

/** The parts of a spec that say what a volume is made from. */
export function volumeSourceOf(spec: PersistentVolumeSpec): Pick<PersistentVolumeSpec, SourceName> {
  return Object.fromEntries(VOLUME_SOURCES.filter((name) => spec[name] !== undefined).map((name) => [name, spec[name]]));
}

/** Checks the source of a volume; `path` is where its spec stands. */
export function validateVolumeSource(faults: Faults, path: string, name: SourceName, spec: PersistentVolumeSpec): void {
  const at = `${path}.${PATHS[name] ?? name}`;
  const source = spec[name] as Readonly<Record<string, unknown>>;
  for (const field of (REQUIRED[name] ?? []) as readonly string[]) {
    const value = source[field];
    faults.required(`${at}.${field}`, Array.isArray(value) && value.length === 0 ? undefined : value);
  }
  switch (name) {
    case 'hostPath':
      validateHostPath(faults, at, spec.hostPath!);
      return;
    case 'nfs':
      if (spec.nfs!.path && !spec.nfs!.path.startsWith('/')) faults.invalid(`${at}.path`, spec.nfs!.path, 'must be an absolute path');
      return;
    case 'gcePersistentDisk':
    case 'awsElasticBlockStore':
      if (((source['partition'] as number | undefined) ?? 0) < 0 || ((source['partition'] as number | undefined) ?? 0) > MAX_LUN)
        faults.invalid(`${at}.partition`, source['partition'], `must be between 0 and ${MAX_LUN}, inclusive`);
      return;
    case 'iscsi':
      validateIscsi(faults, at, spec.iscsi!);
      return;
    case 'fc':
      validateFibre(faults, at, spec.fc!);
      return;
    case 'csi':
      validateCsi(faults, at, spec.csi!);
      return;
    default:
  }
}

function validateIscsi(
  faults: Faults,
  path: string,
  { iqn, lun, secretRef, chapAuthDiscovery, chapAuthSession }: ISCSIPersistentVolumeSource,
): void {
  if (iqn && !IQN.test(iqn)) faults.invalid(`${path}.iqn`, iqn, 'must be valid format');
  faults.inRange(`${path}.lun`, lun, 0, MAX_LUN);
  if ((chapAuthDiscovery || chapAuthSession) && !secretRef) faults.required(`${path}.secretRef`, undefined);
  if (secretRef) faults.required(`${path}.secretRef.name`, secretRef.name);
}

function validateFibre(faults: Faults, path: string, { targetWWNs = [], wwids = [], lun }: FCVolumeSource): void {
  if (targetWWNs.length < 1 && wwids.length < 1)
    faults.required(`${path}.targetWWNs`, undefined, 'must specify either targetWWNs or wwids, but not both');
  if (targetWWNs.length > 0 && wwids.length > 0)
    faults.invalid(`${path}.targetWWNs`, targetWWNs, 'targetWWNs and wwids can not be specified simultaneously');
  if (targetWWNs.length === 0) return;
  if (lun === undefined) faults.required(`${path}.lun`, undefined, 'lun is required if targetWWNs is specified');
  else faults.inRange(`${path}.lun`, lun, 0, MAX_LUN);
}

function validateCsi(faults: Faults, path: string, csi: CSIPersistentVolumeSource): void {
  if (csi.driver) validateDriverName(faults, `${path}.driver`, csi.driver);
  for (const field of SECRETS_OF_CSI) {
    const reference: SecretReference | undefined = (csi as Partial<Record<typeof field, SecretReference>>)[field];
    if (!reference) continue;
    faults.required(`${path}.${field}.name`, reference.name);
    faults.required(`${path}.${field}.namespace`, reference.namespace);
  }
}

const MAX_DRIVER_NAME = 63;

/** The name of a storage driver: a DNS name in any case. */
export function validateDriverName(faults: Faults, path: string, name: string | undefined): void {
  if (!faults.required(path, name)) return;
  if (name!.length > MAX_DRIVER_NAME) faults.tooLong(path, MAX_DRIVER_NAME);
  for (const detail of dnsSubdomain(name!.toLowerCase())) faults.invalid(path, name, detail);
}
