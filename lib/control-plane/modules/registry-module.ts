import { ContainerModule } from 'inversify';
import type { Environment } from '../../base/environment.js';
import type { Logger } from '../../base/logger.js';
import type { Catalog } from '../../api/catalog.js';
import { createCatalog } from '../../api/catalog.js';
import { minions } from '../../api/core/minions.js';
import { builtInDefinitions } from '../../api/kinds.js';
import type { AdmissionPlugin } from '../../registry/stored/admission.js';
import { defaultAdmission } from '../../registry/stored/admission.js';
import { TokenIssuer } from '../../registry/stored/service-accounts/token-issuer.js';
import { StoredRegistries } from '../../registry/stored/stored-registries.js';
import type { Storage } from '../../storage/storage.js';
import { TOKENS } from '../tokens.js';

/** Binds `catalog`, `tokenIssuer`, `storedRegistries` and `registries`; adds the default plug-ins to `admission`. Needs: storage, options, identity, serviceRange. */
export const registryModule = new ContainerModule(({ bind }) => {
  bind(TOKENS.catalog)
    .toResolvedValue(({ resources = [] }) => createCatalog([...builtInDefinitions, minions, ...resources]), [TOKENS.options])
    .inSingletonScope();
  for (const plugin of defaultAdmission()) bind(TOKENS.admission).toConstantValue(plugin);
  bind(TOKENS.tokenIssuer)
    .toResolvedValue(
      (identity, environment) => new TokenIssuer({ key: identity.tokenKey, environment }),
      [TOKENS.identity, TOKENS.environment],
    )
    .inSingletonScope();
  bind(TOKENS.storedRegistries)
    .toResolvedValue(storedRegistries, [
      TOKENS.storage,
      TOKENS.catalog,
      TOKENS.environment,
      TOKENS.logger,
      TOKENS.serviceRange,
      TOKENS.tokenIssuer,
      { serviceIdentifier: TOKENS.admission, isMultiple: true },
    ])
    .inSingletonScope();
  bind(TOKENS.registries)
    .toResolvedValue((stored) => stored, [TOKENS.storedRegistries])
    .inSingletonScope();
});

function storedRegistries(
  storage: Storage,
  catalog: Catalog,
  environment: Environment,
  logger: Logger,
  serviceRange: string,
  tokenIssuer: TokenIssuer,
  admission: AdmissionPlugin[],
): StoredRegistries {
  return new StoredRegistries({
    storage,
    catalog,
    environment,
    logger: logger.child({ component: 'registry' }),
    serviceRange,
    tokenIssuer,
    admission,
  });
}
