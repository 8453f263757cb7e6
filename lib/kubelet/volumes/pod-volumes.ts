import { join } from 'node:path';
import type { Container, Volume } from 'kubernetes-types/core/v1.js';
import type { Environment } from '../../base/environment.js';
import type { Mount } from '../../runtime/container-runtime.js';
import { ConfigError } from '../env/config-error.js';
import { expand } from '../env/expand.js';
import type { Payload, PayloadFacts } from './payload.js';
import { configMapPayload, downwardPayload, projectedPayload, secretPayload } from './payload.js';
import type { PodDisk } from './pod-disk.js';
import { VolumeError } from './volume-error.js';

/** Where each volume of a pod stands on the host. */
export type VolumePaths = ReadonlyMap<string, string>;

/** Sets up the volumes of pods: makes their directories, writes their files, and says where containers find them. */
export class PodVolumes {
  readonly #disk: PodDisk;
  readonly #environment: Environment;

  constructor(disk: PodDisk, environment: Environment) {
    this.#disk = disk;
    this.#environment = environment;
  }

  /**
   * Makes all volumes of a pod as they should be now. Safe to repeat: files change only where what they are made from has
   * changed. Throws {@link VolumeError}, naming the volume, at the first that fails.
   */
  async setUp(facts: PayloadFacts): Promise<VolumePaths> {
    const { pod } = facts;
    await this.#disk.makeDirectory(this.#disk.directoryOf(pod.metadata!.uid!), 0o755);
    const paths = new Map<string, string>();
    for (const volume of pod.spec?.volumes ?? []) {
      try {
        paths.set(volume.name, await this.#setUpOne(volume, facts));
      } catch (error) {
        throw new VolumeError(error instanceof Error ? error.message : String(error), volume.name);
      }
    }
    return paths;
  }

  /** Where a container sees what. Throws {@link ConfigError}. */
  async mounts(container: Container, volumes: readonly Volume[], paths: VolumePaths, env: ReadonlyMap<string, string>): Promise<Mount[]> {
    const mounts: Mount[] = [];
    for (const { name, mountPath, readOnly, subPath, subPathExpr } of container.volumeMounts ?? []) {
      const path = paths.get(name);
      if (path === undefined) throw new ConfigError(`cannot find volume "${name}" to mount into container "${container.name}"`);
      const inside = subPathExpr ? expand(subPathExpr, (variable) => env.get(variable)) : subPath;
      const hostPath = inside ? await this.#below(container, name, path, inside) : path;
      mounts.push({ hostPath, containerPath: mountPath, readOnly: readOnly === true || isMade(volumes.find((one) => one.name === name)) });
    }
    return mounts;
  }

  async #below(container: Container, volume: string, path: string, inside: string): Promise<string> {
    try {
      return await this.#disk.below(path, inside);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new ConfigError(`failed to prepare subPath for volumeMount "${volume}" of container "${container.name}": ${why}`);
    }
  }

  async #setUpOne(volume: Volume, facts: PayloadFacts): Promise<string> {
    if (volume.hostPath) return this.#disk.hostPath(volume.hostPath);
    const directory = this.#directory(facts.pod.metadata!.uid!, volume);
    const payload = await payloadOf(volume, facts);
    if (payload) await this.#disk.writeFiles(directory, payload, `${this.#environment.now()}.${this.#environment.uuid().slice(0, 8)}`);
    else await this.#disk.makeDirectory(directory, 0o777);
    return directory;
  }

  #directory(uid: string, volume: Volume): string {
    return join(this.#disk.directoryOf(uid), 'volumes', `kubernetes.io~${pluginOf(volume)}`, volume.name);
  }
}

/** The files of a volume that is made of files; undefined for an empty directory. */
async function payloadOf(volume: Volume, facts: PayloadFacts): Promise<Payload | undefined> {
  const { configMap, secret, downwardAPI, projected } = volume;
  if (configMap) return configMapPayload(configMap, facts);
  if (secret) return secretPayload(secret, facts);
  if (downwardAPI) return downwardPayload(downwardAPI.items, facts, downwardAPI.defaultMode);
  if (projected) return projectedPayload(projected.sources, facts, projected.defaultMode);
  // Medium `Memory` is kept on disk as well: a tmpfs needs a privilege that the kubelet may not have.
  if (volume.emptyDir || pluginOf(volume) === 'empty-dir') return undefined;
  throw new VolumeError(`volumes of this kind are not supported: ${pluginOf(volume)}`);
}

function pluginOf(volume: Volume): string {
  const source = Object.keys(volume).find((key) => key !== 'name' && volume[key as keyof Volume] !== undefined) ?? 'emptyDir';
  return source.replace(/API/, 'Api').replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function isMade(volume: Volume | undefined): boolean {
  return volume !== undefined && Boolean(volume.configMap ?? volume.secret ?? volume.downwardAPI ?? volume.projected);
}
