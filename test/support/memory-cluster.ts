import type { Environment } from '../../lib/base/environment.js';
import { SigningKey } from '../../lib/base/signing-key.js';
import { VirtualEnvironment } from '../../lib/base/virtual-environment.js';
import { createCatalog } from '../../lib/api/catalog.js';
import { builtInDefinitions } from '../../lib/api/kinds.js';
import type { ResourceDefinition } from '../../lib/api/resource-definition.js';
import type { AdmissionPlugin } from '../../lib/registry/stored/admission.js';
import { defaultAdmission } from '../../lib/registry/stored/admission.js';
import { TokenIssuer } from '../../lib/registry/stored/service-accounts/token-issuer.js';
import { StoredRegistries } from '../../lib/registry/stored/stored-registries.js';
import { MemoryStorage } from '../../lib/storage/memory/memory-storage.js';

/** What {@link memoryCluster} takes. */
export interface MemoryClusterOptions<E extends Environment> {
  /** Default: a virtual one. */
  readonly environment?: E;
  /** Kinds besides the built-in ones. */
  readonly resources?: readonly ResourceDefinition[];
  /** What decides about writes besides the default admission. */
  readonly admission?: readonly AdmissionPlugin[];
}

/** Real registries over a store in memory, started: all that a controller needs of a cluster. */
export async function memoryCluster<E extends Environment = VirtualEnvironment>(options: MemoryClusterOptions<E> = {}) {
  const environment = options.environment ?? (new VirtualEnvironment() as Environment as E);
  const storage = new MemoryStorage({ environment });
  const catalog = createCatalog([...builtInDefinitions, ...(options.resources ?? [])]);
  const admission = [...defaultAdmission(), ...(options.admission ?? [])];
  const tokenIssuer = new TokenIssuer({ key: SigningKey.create(), environment });
  const registries = new StoredRegistries({ storage, environment, catalog, admission, tokenIssuer });
  await registries.start();
  const stop = async () => {
    await registries.stop();
    await storage.stop();
  };
  return { environment, storage, registries, tokenIssuer, stop };
}
