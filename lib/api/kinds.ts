import { horizontalPodAutoscalersV1 } from './autoscaling/horizontal-pod-autoscalers-v1.js';
import { leases } from './coordination/leases.js';
import { bindings } from './core/bindings.js';
import { componentStatuses } from './core/component-statuses.js';
import { configMaps } from './core/config-maps.js';
import { endpoints } from './core/endpoints.js';
import { events } from './core/events.js';
import { namespaces } from './core/namespaces.js';
import { nodes } from './core/nodes.js';
import { pods } from './core/pods.js';
import { replicationControllers } from './core/replication-controllers.js';
import { secrets } from './core/secrets.js';
import { serviceAccounts } from './core/service-accounts.js';
import { services } from './core/services.js';
import { endpointSlices } from './discovery/endpoint-slices.js';
import { customResourceDefinitions } from './custom-resources/custom-resource-definitions.js';
import { eventsV1 } from './events/events.js';
import type { ResourceDefinition } from './resource-definition.js';
import {
  localSubjectAccessReviews,
  selfSubjectAccessReviews,
  selfSubjectReviews,
  selfSubjectRulesReviews,
  subjectAccessReviews,
  tokenReviews,
} from './reviews/reviews.js';
import { structuralDefinitions } from './structural-kinds.js';

/** The kinds that every control plane serves. */
export const builtInDefinitions: readonly ResourceDefinition[] = [
  bindings,
  componentStatuses,
  configMaps,
  endpoints,
  events,
  namespaces,
  nodes,
  pods,
  replicationControllers,
  secrets,
  serviceAccounts,
  services,
  leases,
  endpointSlices,
  customResourceDefinitions,
  eventsV1,
  horizontalPodAutoscalersV1,
  selfSubjectReviews,
  tokenReviews,
  localSubjectAccessReviews,
  selfSubjectAccessReviews,
  selfSubjectRulesReviews,
  subjectAccessReviews,
  ...structuralDefinitions,
];
