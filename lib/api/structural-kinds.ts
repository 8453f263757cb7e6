import { mutatingAdmissionPolicies, mutatingAdmissionPolicyBindings } from './admissionregistration/mutating-admission-policies.js';
import { validatingAdmissionPolicies, validatingAdmissionPolicyBindings } from './admissionregistration/validating-admission-policies.js';
import { mutatingWebhookConfigurations, validatingWebhookConfigurations } from './admissionregistration/webhook-configurations.js';
import { controllerRevisions, daemonSets, deployments, replicaSets, statefulSets } from './apps/kinds.js';
import { horizontalPodAutoscalers } from './autoscaling/kinds.js';
import { cronJobs, jobs } from './batch/kinds.js';
import { certificateSigningRequests } from './certificates/certificate-signing-requests.js';
import { limitRanges, persistentVolumeClaims, persistentVolumes, podTemplates, resourceQuotas } from './core/storage-kinds.js';
import { flowSchemas } from './flowcontrol/flow-schemas.js';
import { priorityLevelConfigurations } from './flowcontrol/priority-level-configurations.js';
import { ingressClasses, ingresses, ipAddresses, networkPolicies, serviceCIDRs } from './networking/kinds.js';
import { runtimeClasses } from './node/kinds.js';
import { podDisruptionBudgets } from './policy/kinds.js';
import { clusterRoleBindings, clusterRoles, roleBindings, roles } from './rbac/kinds.js';
import type { ResourceDefinition } from './resource-definition.js';
import { resourceClaims, resourceClaimTemplates } from './resources/resource-claims.js';
import { resourceSlices } from './resources/resource-slices.js';
import { priorityClasses } from './scheduling/kinds.js';
import { csiDrivers, csiNodes, csiStorageCapacities, storageClasses, volumeAttachments, volumeAttributesClasses } from './storage/kinds.js';
import { structuralKind } from './structural-kind.js';

/** Kinds that nobody has asked for by type yet. */
const UNTYPED = ['resource.k8s.io/v1/deviceclasses', 'apiregistration.k8s.io/v1/apiservices'];

/** Built-in kinds that stand on the table of API facts. API services are kept as they are written: no request is passed on to them. */
export const structuralDefinitions: readonly ResourceDefinition[] = [
  limitRanges,
  persistentVolumeClaims,
  persistentVolumes,
  podTemplates,
  resourceQuotas,
  controllerRevisions,
  daemonSets,
  deployments,
  replicaSets,
  statefulSets,
  horizontalPodAutoscalers,
  cronJobs,
  jobs,
  ingressClasses,
  ingresses,
  networkPolicies,
  podDisruptionBudgets,
  clusterRoleBindings,
  clusterRoles,
  roleBindings,
  roles,
  csiDrivers,
  csiNodes,
  csiStorageCapacities,
  storageClasses,
  volumeAttachments,
  volumeAttributesClasses,
  priorityClasses,
  runtimeClasses,
  certificateSigningRequests,
  mutatingWebhookConfigurations,
  validatingWebhookConfigurations,
  validatingAdmissionPolicies,
  validatingAdmissionPolicyBindings,
  mutatingAdmissionPolicies,
  mutatingAdmissionPolicyBindings,
  flowSchemas,
  priorityLevelConfigurations,
  ipAddresses,
  serviceCIDRs,
  resourceClaims,
  resourceClaimTemplates,
  resourceSlices,
  ...UNTYPED.map((resource) => structuralKind(resource)),
];
