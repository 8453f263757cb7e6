import type { Volume } from 'kubernetes-types/core/v1.js';
import type { Faults } from '../../validation/faults.js';
import { dnsLabel } from '../../validation/names.js';
import type { VolumeNames } from './volume-mounts.js';
import { SOURCES, validateSource } from './volume-sources.js';

/** The volumes of a pod; gives their names. */
export function validateVolumes(faults: Faults, path: string, volumes: readonly Volume[]): VolumeNames {
  const names = new Set<string>();
  volumes.forEach((volume, index) => {
    const at = `${path}[${index}]`;
    if (faults.requiredSyntax(`${at}.name`, volume.name, dnsLabel) && names.has(volume.name)) faults.duplicate(`${at}.name`, volume.name);
    names.add(volume.name);
    const [first, ...more] = SOURCES.filter((kind) => volume[kind as keyof Volume] !== undefined);
    if (first === undefined) faults.required(at, undefined, 'must specify a volume type');
    else validateSource(faults, `${at}.${first}`, first, volume);
    for (const kind of more) faults.forbidden(`${at}.${kind}`, 'may not specify more than 1 volume type');
  });
  return names;
}
