import type {
  ConfigMapProjection,
  ConfigMapVolumeSource,
  DownwardAPIVolumeFile,
  KeyToPath,
  Pod,
  SecretProjection,
  SecretVolumeSource,
  VolumeProjection,
} from 'kubernetes-types/core/v1.js';
import type { EnvFacts } from '../env/container-env.js';
import { fieldValue } from '../env/field-ref.js';
import { resourceValue } from '../env/resource-field-ref.js';
import { VolumeError } from './volume-error.js';

/** One file of a volume. */
export interface PayloadFile {
  readonly content: Uint8Array;
  /** Permission bits. */
  readonly mode: number;
}

/** Files of a volume by their path in it. */
export type Payload = ReadonlyMap<string, PayloadFile>;

/** What payloads are made from. */
export type PayloadFacts = Pick<EnvFacts, 'pod' | 'podIPs' | 'hostIPs' | 'objects' | 'allocatable'> & {
  /** A token for the pod's service account. */
  token(projection: NonNullable<VolumeProjection['serviceAccountToken']>): Promise<string>;
};

const DEFAULT_MODE = 0o644;

/** The files of a configMap. */
export function configMapPayload(source: ConfigMapVolumeSource | ConfigMapProjection, facts: PayloadFacts, mode = modeOf(source)): Payload {
  const { name = '', items, optional } = source;
  const object = facts.objects.configMap(namespaceOf(facts.pod), name);
  if (!object && !optional) throw new VolumeError(`configmap "${name}" not found`);
  const files = new Map<string, Uint8Array>();
  for (const [key, text] of Object.entries(object?.data ?? {})) files.set(key, Buffer.from(text));
  for (const [key, base64] of Object.entries(object?.binaryData ?? {})) files.set(key, Buffer.from(base64, 'base64'));
  return chosen(files, { items, optional, mode, what: 'config' });
}

/** The files of a secret. */
export function secretPayload(source: SecretVolumeSource | SecretProjection, facts: PayloadFacts, mode = modeOf(source)): Payload {
  const name = ('secretName' in source ? source.secretName : 'name' in source ? source.name : undefined) ?? '';
  const object = facts.objects.secret(namespaceOf(facts.pod), name);
  if (!object && !source.optional) throw new VolumeError(`secret "${name}" not found`);
  const files = new Map(Object.entries(object?.data ?? {}).map(([key, base64]) => [key, Buffer.from(base64, 'base64')]));
  return chosen(files, { items: source.items, optional: source.optional, mode, what: 'secret' });
}

/** The files that tell of the pod itself. */
export function downwardPayload(items: readonly DownwardAPIVolumeFile[] = [], facts: PayloadFacts, mode = DEFAULT_MODE): Payload {
  const first = facts.pod.spec?.containers[0];
  return new Map(
    items.map((item) => {
      const value = item.fieldRef
        ? fieldValue(item.fieldRef.fieldPath, facts)
        : item.resourceFieldRef && first
          ? resourceValue(item.resourceFieldRef, first, facts.pod, facts.allocatable)
          : '';
      return [item.path, { content: Buffer.from(value), mode: item.mode ?? mode }];
    }),
  );
}

/** The files of several sources in one directory. */
export async function projectedPayload(
  sources: readonly VolumeProjection[] = [],
  facts: PayloadFacts,
  mode = DEFAULT_MODE,
): Promise<Payload> {
  const files = new Map<string, PayloadFile>();
  for (const source of sources) {
    const { configMap, secret, downwardAPI, serviceAccountToken } = source;
    const part: Payload = configMap
      ? configMapPayload(configMap, facts, mode)
      : secret
        ? secretPayload(secret, facts, mode)
        : downwardAPI
          ? downwardPayload(downwardAPI.items, facts, mode)
          : serviceAccountToken
            ? new Map([[serviceAccountToken.path, { content: Buffer.from(await facts.token(serviceAccountToken)), mode }]])
            : unknownSource(source);
    for (const [path, file] of part) files.set(path, file);
  }
  return files;
}

interface Choice {
  readonly items: readonly KeyToPath[] | undefined;
  readonly optional: boolean | undefined;
  readonly mode: number;
  readonly what: string;
}

function chosen(files: ReadonlyMap<string, Uint8Array>, { items, optional, mode, what }: Choice): Payload {
  if (!items?.length) return new Map([...files].map(([key, content]) => [key, { content, mode }]));
  return new Map(
    items.flatMap((item): [string, PayloadFile][] => {
      const content = files.get(item.key);
      if (content) return [[item.path, { content, mode: item.mode ?? mode }]];
      if (optional) return [];
      throw new VolumeError(`references non-existent ${what} key: ${item.key}`);
    }),
  );
}

function unknownSource(source: VolumeProjection): never {
  throw new VolumeError(`projected volumes of this kind are not supported: ${Object.keys(source).join()}`);
}

function modeOf(source: { defaultMode?: number } | object): number {
  return 'defaultMode' in source && typeof source.defaultMode === 'number' ? source.defaultMode : DEFAULT_MODE;
}

const namespaceOf = (pod: Pod) => pod.metadata?.namespace ?? '';
