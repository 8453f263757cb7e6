import type { VolumeMount } from 'kubernetes-types/core/v1.js';
import { notFoundField } from '../../field-error.js';
import type { Faults } from '../../validation/faults.js';

/** The volumes of a pod, by name. */
export type VolumeNames = ReadonlySet<string>;

/** Where volumes appear in a container. */
export function validateVolumeMounts(faults: Faults, path: string, mounts: readonly VolumeMount[], volumes: VolumeNames): void {
  const taken = new Set<string>();
  mounts.forEach((mount, index) => {
    const at = `${path}[${index}]`;
    faults.required(`${at}.name`, mount.name);
    if (!volumes.has(mount.name)) faults.add(notFoundField(`${at}.name`, mount.name));
    if (faults.required(`${at}.mountPath`, mount.mountPath) && taken.has(mount.mountPath))
      faults.invalid(`${at}.mountPath`, mount.mountPath, 'must be unique');
    taken.add(mount.mountPath);
    // Without an index, as in the real server.
    if (mount.subPath) validateDescending(faults, `${path}.subPath`, mount.subPath);
    if (mount.subPathExpr) {
      if (mount.subPath) faults.invalid(`${at}.subPathExpr`, mount.subPathExpr, 'subPathExpr and subPath are mutually exclusive');
      validateDescending(faults, `${path}.subPathExpr`, mount.subPathExpr);
    }
    faults.oneOf(`${at}.mountPropagation`, mount.mountPropagation, ['Bidirectional', 'HostToContainer', 'None']);
  });
}

/** A path that stays where it begins. */
export function validateDescending(faults: Faults, at: string, path: string): void {
  if (path.startsWith('/')) faults.invalid(at, path, 'must be a relative path');
  if (path.split('/').includes('..')) faults.invalid(at, path, "must not contain '..'");
}
