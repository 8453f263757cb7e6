import type { AdmissionPlugin } from './admission/admission-plugin.js';
import { defaultTolerations } from './admission/default-tolerations.js';
import { namespaceLifecycle } from './admission/namespace-lifecycle.js';
import { podPriority } from './admission/pod-priority.js';
import { podServiceAccount } from './admission/pod-service-account.js';

export type { AdmissionContext, AdmissionPlugin, AdmissionRequest } from './admission/admission-plugin.js';

/** The plugins that every control plane runs unless told otherwise, in Kubernetes' order. */
export function defaultAdmission(): readonly AdmissionPlugin[] {
  return [namespaceLifecycle, podServiceAccount, podPriority, defaultTolerations];
}
