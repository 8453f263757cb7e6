import type { Observable } from 'rxjs';
import type { Environment } from '../../base/environment.js';
import type { Logger } from '../../base/logger.js';
import type { KubeObject } from '../../api/object.js';
import type { ResourceDefinition } from '../../api/resource-definition.js';
import type { Storage } from '../../storage/storage.js';
import type { AdmissionChain } from './admission/admission-chain.js';
import type { KindStrategy } from './kinds/strategy.js';
import type { ObjectStore } from './object-store.js';

/** What all operations on one kind share. */
export interface KindContext<T extends KubeObject> {
  readonly definition: ResourceDefinition<T>;
  readonly store: ObjectStore<T>;
  readonly strategy: KindStrategy<T>;
  readonly admission: AdmissionChain;
  readonly storage: Storage;
  readonly environment: Environment;
  readonly logger: Logger;
  /** Emits when the registries stop or the kind leaves the catalog: open watches then complete, as a server's do. */
  readonly stopped: Observable<void>;
}

/** How often a write that may be repeated is tried anew after it lost a race. Each loss is another writer's success. */
export const MAX_ATTEMPTS = 100;
