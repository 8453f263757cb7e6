/**
 * A Kubernetes-style control plane as a library. Start here: {@link ControlPlane}; then {@link controllerFor} and {@link defineResource} for kinds
 * and reconcilers of your own, and {@link TOKENS} for replacing parts.
 *
 * @module kubelib
 */

// ── The whole cluster ────────────────────────────────────────────────────────
export { ControlPlane } from './control-plane/control-plane.js';
export type { ControlPlaneOptions, ResolvedOptions } from './control-plane/options.js';
export { TOKENS } from './control-plane/tokens.js';
export { Node } from './control-plane/node.js';
export type { NodeOptions, NodeSpec, NodeStopOptions, RuntimeFactory } from './control-plane/node.js';
export type { NodePool } from './control-plane/node-pool.js';
export { RemoteNode } from './control-plane/remote-node.js';
export type { RemoteNodeOptions } from './control-plane/remote-node.js';
export { PortInUseError } from './control-plane/port-in-use-error.js';
export { StartError } from './control-plane/start-error.js';

// ── Environment, lifecycle, logging ──────────────────────────────────────────
export type { Environment, Timer, TimerOptions } from './base/environment.js';
export { systemEnvironment } from './base/system-environment.js';
export { VirtualEnvironment } from './base/virtual-environment.js';
export type { VirtualEnvironmentOptions } from './base/virtual-environment.js';
export type { Lifecycle } from './base/lifecycle.js';
export type { LogFields, Logger } from './base/logger.js';
export { silentLogger } from './base/logger.js';
export { pinoLogger } from './base/pino-logger.js';
export type { PinoLoggerOptions } from './base/pino-logger.js';
export { parseDuration } from './base/duration.js';

// ── Objects and kinds ────────────────────────────────────────────────────────
export type { KubeObject, ObjectList, ObjectName, Stored, StoredMeta } from './api/object.js';
export { keyOf, nameOf, parseKey } from './api/object.js';
export type {
  Column,
  ResourceDefinition,
  ResourceRules,
  RuleContext,
  StoredForm,
  SubresourceDefinition,
  Verb,
  WriteOnlyDefinition,
} from './api/resource-definition.js';
export { defineResource } from './api/define-resource.js';
export type { ResourceOptions, ScaleOptions } from './api/define-resource.js';
export { customResourceDefinitionOf } from './api/custom-resources/crd-of.js';
export type { Schema } from './api/schema/schema.js';
export type { Catalog, CatalogChange } from './api/catalog.js';
export { createCatalog } from './api/catalog.js';
export { builtInDefinitions } from './api/kinds.js';
export { bindings } from './api/core/bindings.js';
export { daemonSets } from './api/apps/daemon-sets.js';
export { deployments } from './api/apps/deployments.js';
export { replicaSets } from './api/apps/replica-sets.js';
export { statefulSets } from './api/apps/stateful-sets.js';
export { cronJobs } from './api/batch/cron-jobs.js';
export { jobs } from './api/batch/jobs.js';
export { ingresses } from './api/networking/ingresses.js';
export { networkPolicies } from './api/networking/network-policies.js';
export { podDisruptionBudgets } from './api/policy/pod-disruption-budgets.js';
export { storageClasses } from './api/storage/storage-classes.js';
export { persistentVolumeClaims } from './api/core/persistent-volume-claims.js';
export { persistentVolumes } from './api/core/persistent-volumes.js';
export { configMaps } from './api/core/config-maps.js';
export { customResourceDefinitions } from './api/custom-resources/custom-resource-definitions.js';
export { endpoints } from './api/core/endpoints.js';
export { endpointSlices } from './api/discovery/endpoint-slices.js';
export { events } from './api/core/events.js';
export { leases } from './api/coordination/leases.js';
export { namespaces } from './api/core/namespaces.js';
export { nodes } from './api/core/nodes.js';
export { pods } from './api/core/pods.js';
export { replicationControllers } from './api/core/replication-controllers.js';
export { secrets } from './api/core/secrets.js';
export { serviceAccounts } from './api/core/service-accounts.js';
export { services } from './api/core/services.js';
export type {
  Binding,
  ConfigMap,
  Endpoints,
  Event,
  Namespace,
  Node as NodeObject,
  Pod,
  PodSpec,
  PodStatus,
  ReplicationController,
  Secret,
  Service,
  ServiceAccount,
} from 'kubernetes-types/core/v1.js';
export type { CustomResourceDefinition } from 'kubernetes-types/apiextensions/v1.js';
export type { DaemonSet, Deployment, ReplicaSet, StatefulSet } from 'kubernetes-types/apps/v1.js';
export type { CronJob, Job } from 'kubernetes-types/batch/v1.js';
export type { Lease } from 'kubernetes-types/coordination/v1.js';
export type { ObjectMeta, OwnerReference } from 'kubernetes-types/meta/v1.js';

// ── Selectors, quantities, conditions, owners ────────────────────────────────
export type { LabelSelector } from './api/meta/label-selector.js';
export { labelSelectorOf, parseLabelSelector, selectorFromMap } from './api/meta/label-selector.js';
export type { FieldSelector } from './api/meta/field-selector.js';
export { parseFieldSelector } from './api/meta/field-selector.js';
export { Quantity } from './api/meta/quantity.js';
export type { ConditionLike } from './api/meta/conditions.js';
export { conditionOf, withCondition } from './api/meta/conditions.js';
export type { OwnerReferenceOptions } from './api/meta/owner-references.js';
export { controllerOf, ownerReference } from './api/meta/owner-references.js';

// ── Errors ───────────────────────────────────────────────────────────────────
export { StatusError } from './api/status-error.js';
export type { Status, StatusCause, StatusDetails, StatusErrorOptions, StatusReason } from './api/status-error.js';
export type { FieldError } from './api/field-error.js';

// ── Storage ──────────────────────────────────────────────────────────────────
export type {
  Change,
  Committed,
  Entry,
  Guard,
  ListRange,
  Page,
  Put,
  Revision,
  Storage,
  StorageReadOptions,
  StorageWatchOptions,
  Write,
} from './storage/storage.js';
export { StorageError } from './storage/storage-error.js';
export type { StorageErrorCode, StorageErrorOptions } from './storage/storage-error.js';
export { MemoryStorage } from './storage/memory/memory-storage.js';
export type { MemoryStorageOptions } from './storage/memory/memory-storage.js';
export { EmbeddedStorage } from './storage/embedded/embedded-storage.js';
export type { EmbeddedStorageOptions } from './storage/embedded/embedded-storage.js';
export { CachedStorage } from './storage/cached/cached-storage.js';
export type { CachedStorageOptions } from './storage/cached/cached-storage.js';

// ── Registries ───────────────────────────────────────────────────────────────
export type {
  ApplyOptions,
  Creator,
  DeleteOptions,
  GetOptions,
  ListOptions,
  Patch,
  Reader,
  Registries,
  Registry,
  Selection,
  SubresourceRegistry,
  SubresourceTypes,
  UserInfo,
  WatchEvent,
  WatchOptions,
  WriteOptions,
  Writer,
} from './registry/registry.js';
export { StoredRegistries } from './registry/stored/stored-registries.js';
export type { StoredRegistriesOptions } from './registry/stored/stored-registries.js';
export { defaultAdmission } from './registry/stored/admission.js';
export type { AdmissionContext, AdmissionPlugin, AdmissionRequest } from './registry/stored/admission.js';
export { RemoteRegistries } from './registry/remote/remote-registries.js';
export type { RemoteRegistriesOptions } from './registry/remote/remote-registries.js';
export { loadKubeconfig } from './registry/remote/kubeconfig.js';

// ── API server ───────────────────────────────────────────────────────────────
export { ApiServer } from './server/api-server.js';
export type { ApiServerOptions } from './server/api-server.js';
export { DEFAULT_LIMITS } from './server/http/limits.js';
export type { ServerLimits } from './server/http/limits.js';
export type { Authenticator, Credentials } from './server/authentication.js';
export { clientCertificates, firstOf, staticTokens } from './server/authentication.js';
export type { AccessRequest, Authorizer, Decision } from './server/authorization.js';
export { systemAuthorizer } from './server/authorization.js';
export { CertificateAuthority } from './server/pki.js';
export type { AuthorityOptions, KeyPair } from './server/pki.js';
export type { PodConnector } from './server/pod-connector.js';

// ── Watchers and caches ──────────────────────────────────────────────────────
export { watcher } from './watch/watcher.js';
export type { WatcherError, WatcherOptions } from './watch/watcher.js';
export type { WatcherEvent } from './watch/watcher-event.js';
export type { Cache, CacheEvent, CacheHandle, CacheReader, Caches, CacheView, Index, MetadataView, WholeView } from './watch/cache.js';
export { RegistryCache } from './watch/registry-cache.js';
export type { RegistryCacheOptions } from './watch/registry-cache.js';
export type { CatalogCaches, CatalogCachesChange } from './watch/catalog-caches.js';
export { SharedCaches } from './watch/shared-caches.js';
export type { SharedCachesOptions } from './watch/shared-caches.js';

// ── Work queues ──────────────────────────────────────────────────────────────
export { DedupeQueue } from './queue/dedupe-queue.js';
export { DelayingQueue } from './queue/delaying-queue.js';
export type { DelayingQueueOptions } from './queue/delaying-queue.js';
export { RateLimitedQueue } from './queue/rate-limited-queue.js';
export type { RateLimitedQueueOptions } from './queue/rate-limited-queue.js';
export { Workers } from './queue/workers.js';
export type { WorkersOptions } from './queue/workers.js';

// ── Controllers ──────────────────────────────────────────────────────────────
export { controllerFor } from './controller/controller-for.js';
export type { ContextOf, ControllerBuilder, ObjectOf, ReconcileFunction } from './controller/controller-for.js';
export type {
  ControllerDefinition,
  ControllerOptions,
  ControllerServices,
  ReadSource,
  WatchSource,
} from './controller/controller-definition.js';
export type { AnyControllerDefinition } from './controller/controller.js';
export { controllerForKinds } from './controller/kinds-controller.js';
export type {
  KindsContext,
  KindsControllerDefinition,
  KindsControllerOptions,
  KindsReconciler,
  KindsServices,
} from './controller/kinds-controller.js';
export { rolesFor } from './controller/roles-for.js';
export type { RolesOptions } from './controller/roles-for.js';
export { Terminal } from './controller/reconciler.js';
export type { Wanted } from './controller/applier.js';
export { changed } from './controller/changed.js';
export type { ChangePredicate } from './controller/changed.js';
export type { StatusOf } from './controller/pending-status.js';
export { reconcileKeys } from './controller/reconcile-keys.js';
export type { ReconcileKeysOptions } from './controller/reconcile-keys.js';
export type { KeyRun } from './controller/key-run.js';
export { Superseded } from './controller/key-run.js';
export type { KeysState } from './controller/keys-state.js';
export type { Outcome } from './controller/outcome.js';
export type { Cause, Wake } from './controller/wake.js';
export { explanationText } from './controller/explain.js';
export type { KeyExplanation } from './controller/explain.js';
export type { RememberedRun } from './controller/key-history.js';
export type { WaitingKey } from './controller/waiting-keys.js';
export type { Duration, ReconcileContext, Reconciler, Verdict } from './controller/reconciler.js';
export { Manager } from './controller/manager.js';
export type { ManagerOptions } from './controller/manager.js';
export { ApiEventRecorder } from './controller/api-event-recorder.js';
export type { ApiEventRecorderOptions } from './controller/api-event-recorder.js';
export type { EventRecorder } from './controller/event-recorder.js';
export { LeaderElector } from './controller/leader-election.js';
export type { LeaderElectorOptions } from './controller/leader-election.js';

// ── Scheduler ────────────────────────────────────────────────────────────────
export { Scheduler } from './scheduler/scheduler.js';
export type { SchedulerOptions } from './scheduler/scheduler-options.js';
export { defaultPredicates } from './scheduler/predicates/index.js';
export type { Fit, FitsNode, Predicate } from './scheduler/predicates/predicate.js';
export { defaultPriorities } from './scheduler/priorities/index.js';
export type { Priority, WeightedPriority } from './scheduler/priorities/priority.js';

export type { ClusterChange } from './scheduler/cluster-change.js';
export type { CycleState } from './scheduler/cycle-state.js';
export type { NodeInfo } from './scheduler/node-info.js';
export type { PodInfo } from './scheduler/pod-info.js';

// ── Kubelet and runtimes ─────────────────────────────────────────────────────
export { Kubelet } from './kubelet/kubelet.js';
export type { KubeletOptions } from './kubelet/kubelet-options.js';
export type {
  ContainerConfig,
  ContainerRuntime,
  ContainerState,
  ContainerStats,
  Mount,
  PodIdentity,
  RuntimeContainer,
  RuntimeEvent,
  RuntimeInfo,
  RuntimePod,
  SandboxConfig,
} from './runtime/container-runtime.js';
export { RuntimeError } from './runtime/runtime-error.js';
export type { RuntimeErrorCode } from './runtime/runtime-error.js';
export { ProcessRuntime } from './runtime/process/process-runtime.js';
export type { ProcessRuntimeOptions } from './runtime/process/process-runtime.js';
export { behaviourFromEnvironment } from './runtime/simulated/simulation.js';
export { SimulatedRuntime } from './runtime/simulated/simulated-runtime.js';
export type { SimulatedRuntimeOptions } from './runtime/simulated/simulated-runtime.js';
export type { ExecSession, ExitStatus, PodExecOptions, PodLogOptions } from './api/wire/pod-streams.js';

// ── Service proxy ────────────────────────────────────────────────────────────
export { Proxy } from './proxy/proxy.js';
export type { ProxyOptions } from './proxy/proxy.js';
export type { PortalProblem, ProxyCounters } from './proxy/portal.js';
export type { Balancer, BalancerFactory, Connection, Endpoint } from './proxy/balancers/balancer.js';
export { randomBalancer } from './proxy/balancers/random.js';
export { roundRobin } from './proxy/balancers/round-robin.js';
