import type { ServiceIdentifier } from 'inversify';
import type { Environment } from '../base/environment.js';
import type { Lifecycle } from '../base/lifecycle.js';
import type { Logger } from '../base/logger.js';
import type { Catalog } from '../api/catalog.js';
import type { Storage } from '../storage/storage.js';
import type { Registries } from '../registry/registry.js';
import type { AdmissionPlugin } from '../registry/stored/admission.js';
import type { TokenIssuer } from '../registry/stored/service-accounts/token-issuer.js';
import type { StoredRegistries } from '../registry/stored/stored-registries.js';
import type { Authenticator } from '../server/authentication.js';
import type { Authorizer } from '../server/authorization.js';
import type { ApiServer } from '../server/api-server.js';
import type { PodConnector } from '../server/pod-connector.js';
import type { Caches } from '../watch/cache.js';
import type { AnyControllerDefinition } from '../controller/controller.js';
import type { EventRecorder } from '../controller/event-recorder.js';
import type { LeaderElector } from '../controller/leader-election.js';
import type { Manager } from '../controller/manager.js';
import type { Predicate } from '../scheduler/predicates/predicate.js';
import type { WeightedPriority } from '../scheduler/priorities/priority.js';
import type { BalancerFactory } from '../proxy/balancers/balancer.js';
import type { Proxy } from '../proxy/proxy.js';
import type { RuntimeFactory } from './node.js';
import type { CustomKinds } from '../controllers/custom-resources/custom-kinds.js';
import type { KubernetesService } from './kubernetes-service.js';
import type { NodePool } from './node-pool.js';
import type { PlaneIdentity } from './identity.js';
import type { ResolvedOptions } from './options.js';

const token = <T>(name: string): ServiceIdentifier<T> => Symbol.for(`kubelib/${name}`);

/**
 * The typed names under which the parts of a control plane are bound. Replace a part with
 * `container.rebind(TOKENS.x)`; add to a set (`predicates`, `priorities`, `controllers`, `admission`) with `container.bind`.
 */
export const TOKENS = {
  options: token<ResolvedOptions>('options'),
  environment: token<Environment>('environment'),
  logger: token<Logger>('logger'),
  catalog: token<Catalog>('catalog'),
  identity: token<PlaneIdentity>('identity'),
  /** Where Services get their addresses, such as `127.96.128.0/18`. */
  serviceRange: token<string>('service-range'),
  /** Addresses for the pods of node number n. */
  podRange: token<(index: number) => string>('pod-range'),
  storage: token<Storage>('storage'),
  /** The rules over the storage; what `registries` gives unless it was rebound. */
  storedRegistries: token<StoredRegistries>('stored-registries'),
  registries: token<Registries>('registries'),
  /** Set. */
  admission: token<AdmissionPlugin>('admission'),
  /** Makes and recognizes the tokens of service accounts. */
  tokenIssuer: token<TokenIssuer>('token-issuer'),
  authenticator: token<Authenticator>('authenticator'),
  authorizer: token<Authorizer>('authorizer'),
  podConnector: token<PodConnector>('pod-connector'),
  server: token<ApiServer>('server'),
  caches: token<Caches>('caches'),
  /** Keeps the catalog in step with CustomResourceDefinitions. */
  customKinds: token<CustomKinds>('custom-kinds'),
  events: token<EventRecorder & Lifecycle>('events'),
  kubernetesService: token<KubernetesService>('kubernetes-service'),
  /** Set: one reconciler each. */
  controllers: token<AnyControllerDefinition>('controllers'),
  manager: token<Manager>('manager'),
  /** Set. */
  predicates: token<Predicate>('predicates'),
  /** Set. */
  priorities: token<WeightedPriority>('priorities'),
  /** Binds pods to nodes from its start to its stop; any other part that does so may take its place. */
  scheduler: token<Lifecycle>('scheduler'),
  /** Used when the storage is shared. */
  elector: token<LeaderElector>('elector'),
  runtime: token<RuntimeFactory>('runtime'),
  nodes: token<NodePool>('nodes'),
  balancer: token<BalancerFactory>('balancer'),
  proxy: token<Proxy>('proxy'),
} as const;
