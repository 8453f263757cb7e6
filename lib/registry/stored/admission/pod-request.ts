import type { Pod, PodSpec } from 'kubernetes-types/core/v1.js';
import type { AdmissionRequest } from './admission-plugin.js';

/** The pod that a request makes or changes; undefined for any other request. */
export function podOf({ definition, subresource, draft }: AdmissionRequest): Pod | undefined {
  return definition.group === '' && definition.plural === 'pods' && subresource === undefined ? (draft as Pod | undefined) : undefined;
}

/** The spec of a pod that a request makes or changes. */
export function podSpec(request: AdmissionRequest): PodSpec | undefined {
  return podOf(request)?.spec;
}

/** The spec of a pod that a request makes. */
export function newPodSpec(request: AdmissionRequest): PodSpec | undefined {
  return request.operation === 'CREATE' ? podOf(request)?.spec : undefined;
}
