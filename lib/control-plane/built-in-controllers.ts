import type { AnyControllerDefinition } from '../controller/controller.js';
import { customResourceCleanup } from '../controllers/custom-resources/cleanup-controller.js';
import { customResourceNames } from '../controllers/custom-resources/names-controller.js';
import { deploymentController } from '../controllers/deployment/deployment-controller.js';
import { disruptionController } from '../controllers/disruption/disruption-controller.js';
import { staleDisruptionController } from '../controllers/disruption/stale-disruption-controller.js';
import { endpointSliceController } from '../controllers/endpoints/endpoint-slice-controller.js';
import { endpointSliceMirroringController } from '../controllers/endpoints/endpoint-slice-mirroring-controller.js';
import { endpointsController } from '../controllers/endpoints/endpoints-controller.js';
import { eventExpiryController } from '../controllers/event-expiry/event-expiry-controller.js';
import { garbageCollector } from '../controllers/garbage-collection/garbage-collector.js';
import { namespaceController } from '../controllers/namespace/namespace-controller.js';
import { nodeLifecycleController } from '../controllers/node-lifecycle/node-lifecycle-controller.js';
import { replicaSetController } from '../controllers/replication/replica-set-controller.js';
import { replicationController } from '../controllers/replication/replication-controller.js';
import { serviceAccountsController } from '../controllers/service-accounts/service-accounts-controller.js';
import { claimBinderController } from '../controllers/volumes/claim-binder-controller.js';
import { claimProtectionController } from '../controllers/volumes/claim-protection-controller.js';
import { volumePhaseController } from '../controllers/volumes/volume-phase-controller.js';
import { volumeProtectionController } from '../controllers/volumes/volume-protection-controller.js';
import type { ResolvedOptions } from './options.js';

/** Milliseconds that a storage may take to delete events itself: on etcd a minute, and what it is out of reach. */
const EVENT_PATIENCE = 300_000;

/** What of a plane's options its controllers depend on. */
export type BuiltInOptions = Partial<Pick<ResolvedOptions, 'nodeMonitorGracePeriod' | 'podEvictionTimeout' | 'storage'>>;

/** The reconcilers that every control plane runs unless told otherwise. `ca` gives the authority of the API server once it is known. */
export function builtInControllers(options: BuiltInOptions, ca: () => string): readonly AnyControllerDefinition[] {
  const { nodeMonitorGracePeriod = 40_000, podEvictionTimeout = 5_000 } = options;
  return [
    replicationController(),
    replicaSetController(),
    deploymentController(),
    disruptionController(),
    staleDisruptionController(),
    endpointsController(),
    endpointSliceController(),
    endpointSliceMirroringController(),
    nodeLifecycleController({ gracePeriod: nodeMonitorGracePeriod, podEvictionTimeout }),
    namespaceController(),
    garbageCollector(),
    customResourceNames(),
    customResourceCleanup(),
    serviceAccountsController({ ca }),
    eventExpiryController({ patience: options.storage?.expires ? EVENT_PATIENCE : 0 }),
    claimBinderController(),
    claimProtectionController(),
    volumePhaseController(),
    volumeProtectionController(),
  ];
}
