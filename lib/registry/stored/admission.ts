import type { AdmissionPlugin } from './admission/admission-plugin.js';
import { closedKinds } from './admission/closed-kinds.js';
import { certificateRequester } from './admission/certificate-requester.js';
import { claimResize } from './admission/claim-resize.js';
import { defaultTolerations } from './admission/default-tolerations.js';
import { namespaceLifecycle } from './admission/namespace-lifecycle.js';
import { nodeTaints } from './admission/node-taints.js';
import { podPriority } from './admission/pod-priority.js';
import { podRuntimeClass } from './admission/pod-runtime-class.js';
import { podServiceAccount } from './admission/pod-service-account.js';
import { storageProtection } from './admission/storage-protection.js';

export type { AdmissionContext, AdmissionPlugin, AdmissionRequest } from './admission/admission-plugin.js';

/** The plugins that every control plane runs unless told otherwise, in Kubernetes' order. */
export function defaultAdmission(): readonly AdmissionPlugin[] {
  return [
    namespaceLifecycle,
    closedKinds,
    podServiceAccount,
    nodeTaints,
    podPriority,
    defaultTolerations,
    storageProtection,
    claimResize,
    podRuntimeClass,
    certificateRequester,
  ];
}
