import type { KubeObject, Stored } from '../../api/object.js';

/** The metadata of an object alone. */
export function partialMetadata({ metadata }: Stored<KubeObject>): object {
  return { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata };
}
