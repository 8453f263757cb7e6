import type { DownwardAPIVolumeFile, KeyToPath, ProjectedVolumeSource, Volume } from 'kubernetes-types/core/v1.js';
import { Quantity } from '../../meta/quantity.js';
import type { Faults } from '../../validation/faults.js';
import { validateFieldRef, validateResourceFieldRef } from './downward.js';
import { validateDescending } from './volume-mounts.js';

/** What a volume may be made from, in the order in which the real server looks at them. */
export const SOURCES = [
  'emptyDir',
  'hostPath',
  'gitRepo',
  'gcePersistentDisk',
  'awsElasticBlockStore',
  'secret',
  'nfs',
  'iscsi',
  'glusterfs',
  'persistentVolumeClaim',
  'rbd',
  'cinder',
  'cephfs',
  'flocker',
  'downwardAPI',
  'fc',
  'flexVolume',
  'configMap',
  'azureFile',
  'vsphereVolume',
  'quobyte',
  'azureDisk',
  'storageos',
  'portworxVolume',
  'scaleIO',
  'projected',
  'csi',
  'ephemeral',
  'image',
] as const;

const HOST_PATH_TYPES = ['', 'BlockDevice', 'CharDevice', 'Directory', 'DirectoryOrCreate', 'File', 'FileOrCreate', 'Socket'];
const SHOWN_FIELDS = new Set(['metadata.annotations', 'metadata.labels', 'metadata.name', 'metadata.namespace', 'metadata.uid']);
const MAX_MODE = 0o777;

/** The chosen source of a volume. Those of storage systems are only checked in their structure. */
export function validateSource(faults: Faults, path: string, kind: (typeof SOURCES)[number], volume: Volume): void {
  switch (kind) {
    case 'emptyDir': {
      const limit = volume.emptyDir?.sizeLimit;
      if (limit !== undefined && Quantity.parse(limit).sign() < 0)
        faults.forbidden(`${path}.sizeLimit`, 'SizeLimit field must be a valid resource quantity');
      return;
    }
    case 'hostPath':
      validateHostPath(faults, path, volume.hostPath!);
      return;
    case 'secret':
      faults.required(`${path}.secretName`, volume.secret?.secretName);
      validateMode(faults, `${path}.defaultMode`, volume.secret?.defaultMode);
      validateItems(faults, `${path}.items`, volume.secret?.items);
      return;
    case 'configMap':
      faults.required(`${path}.name`, volume.configMap?.name);
      validateMode(faults, `${path}.defaultMode`, volume.configMap?.defaultMode);
      validateItems(faults, `${path}.items`, volume.configMap?.items);
      return;
    case 'downwardAPI':
      validateMode(faults, `${path}.defaultMode`, volume.downwardAPI?.defaultMode);
      validateDownwardItems(faults, `${path}.items`, volume.downwardAPI?.items);
      return;
    case 'projected':
      validateProjected(faults, path, volume.projected!);
      return;
    case 'persistentVolumeClaim':
      faults.required(`${path}.claimName`, volume.persistentVolumeClaim?.claimName);
      return;
    case 'nfs':
      faults.required(`${path}.server`, volume.nfs?.server);
      if (faults.required(`${path}.path`, volume.nfs?.path) && !volume.nfs!.path.startsWith('/'))
        faults.invalid(`${path}.path`, volume.nfs!.path, 'must be an absolute path');
      return;
    case 'csi':
      faults.required(`${path}.driver`, volume.csi?.driver);
      return;
    case 'ephemeral':
      faults.required(`${path}.volumeClaimTemplate`, volume.ephemeral?.volumeClaimTemplate);
      return;
    default:
  }
}

function validateProjected(faults: Faults, path: string, { sources = [], defaultMode }: ProjectedVolumeSource): void {
  validateMode(faults, `${path}.defaultMode`, defaultMode);
  (sources as typeof sources | null)?.forEach((source, index) => {
    const at = `${path}.sources[${index}]`;
    const [first, ...more] = Object.keys(source);
    if (first === undefined) faults.required(at, undefined, 'must specify a projection type');
    for (const kind of more) faults.forbidden(`${at}.${kind}`, 'may not specify more than 1 volume type');
    if (source.secret) {
      faults.required(`${at}.secret.name`, source.secret.name);
      validateItems(faults, `${at}.secret.items`, source.secret.items);
    }
    if (source.configMap) {
      faults.required(`${at}.configMap.name`, source.configMap.name);
      validateItems(faults, `${at}.configMap.items`, source.configMap.items);
    }
    if (source.downwardAPI) validateDownwardItems(faults, `${at}.downwardAPI.items`, source.downwardAPI.items);
    if (source.serviceAccountToken) faults.required(`${at}.serviceAccountToken.path`, source.serviceAccountToken.path);
  });
}

function validateItems(faults: Faults, path: string, items: readonly KeyToPath[] | undefined): void {
  items?.forEach((item, index) => {
    const at = `${path}[${index}]`;
    faults.required(`${at}.key`, item.key);
    validateFilePath(faults, `${at}.path`, item.path);
    validateMode(faults, `${at}.mode`, item.mode);
  });
}

function validateDownwardItems(faults: Faults, path: string, items: readonly DownwardAPIVolumeFile[] | undefined): void {
  items?.forEach((item, index) => {
    const at = `${path}[${index}]`;
    validateFilePath(faults, `${at}.path`, item.path);
    if (item.fieldRef) validateFieldRef(faults, `${at}.fieldRef`, item.fieldRef, SHOWN_FIELDS);
    else if (item.resourceFieldRef) {
      faults.required(`${at}.resourceFieldRef.containerName`, item.resourceFieldRef.containerName);
      validateResourceFieldRef(faults, `${at}.resourceFieldRef`, item.resourceFieldRef);
    } else faults.required(at, undefined, 'one of fieldRef and resourceFieldRef is required');
    validateMode(faults, `${at}.mode`, item.mode);
  });
}

function validateFilePath(faults: Faults, at: string, path: string): void {
  if (!faults.required(at, path)) return;
  validateDescending(faults, at, path);
  if (path.startsWith('..') && !path.startsWith('../')) faults.invalid(at, path, "must not start with '..'");
}

/** A path of the node. */
export function validateHostPath(faults: Faults, path: string, source: NonNullable<Volume['hostPath']>): void {
  if (faults.required(`${path}.path`, source.path)) validateNoBacksteps(faults, `${path}.path`, source.path);
  faults.oneOf(`${path}.type`, source.type, HOST_PATH_TYPES);
}

function validateNoBacksteps(faults: Faults, at: string, path: string): void {
  if (path.split('/').includes('..')) faults.invalid(at, path, "must not contain '..'");
}

function validateMode(faults: Faults, at: string, mode: number | undefined): void {
  if (mode !== undefined && (mode < 0 || mode > MAX_MODE))
    faults.invalid(at, mode, 'must be a number between 0 and 0777 (octal), both inclusive');
}
