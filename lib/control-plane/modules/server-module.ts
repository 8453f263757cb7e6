import { ContainerModule } from 'inversify';
import { ApiServer } from '../../server/api-server.js';
import { clientCertificates, firstOf, staticTokens } from '../../server/authentication.js';
import { systemAuthorizer } from '../../server/authorization.js';
import { serviceAccountTokens } from '../../server/service-account-authenticator.js';
import type { HealthCheck } from '../../server/health.js';
import type { Storage } from '../../storage/storage.js';
import { NodePodConnector } from '../node-pod-connector.js';
import { TOKENS } from '../tokens.js';

/** Binds `authenticator` (client certificates, the tokens of the options, those of service accounts), `authorizer`, `podConnector` and `server`. Needs: options, storage, registries, tokenIssuer, identity, nodes. */
export const serverModule = new ContainerModule(({ bind }) => {
  bind(TOKENS.authenticator)
    .toResolvedValue(
      ({ tokens = {} }, issuer, registries) =>
        firstOf([clientCertificates(), staticTokens(tokens), serviceAccountTokens(issuer, registries)]),
      [TOKENS.options, TOKENS.tokenIssuer, TOKENS.registries],
    )
    .inSingletonScope();
  bind(TOKENS.authorizer).toConstantValue(systemAuthorizer);
  bind(TOKENS.podConnector)
    .toResolvedValue(
      (nodes, registries, identity) => new NodePodConnector({ nodes, registries, identity }),
      [TOKENS.nodes, TOKENS.registries, TOKENS.identity],
    )
    .inSingletonScope();
  bind(TOKENS.server)
    .toResolvedValue(
      (options, registries, identity, authenticator, authorizer, podConnector, tokenIssuer, storage) =>
        new ApiServer({
          registries,
          environment: options.environment,
          logger: options.logger.child({ component: 'server' }),
          listen: options.listen,
          tls: { certificate: identity.server.certificate, key: identity.server.key, ca: identity.authority.pem.certificate },
          authenticator,
          authorizer,
          podConnector,
          tokenIssuer,
          components: componentsOf(storage),
        }),
      [
        TOKENS.options,
        TOKENS.registries,
        TOKENS.identity,
        TOKENS.authenticator,
        TOKENS.authorizer,
        TOKENS.podConnector,
        TOKENS.tokenIssuer,
        TOKENS.storage,
      ],
    )
    .inSingletonScope();
});

/** Under the names that Kubernetes gives them. Scheduler and controllers run for as long as their plane does. */
function componentsOf(storage: Storage): Readonly<Record<string, HealthCheck>> {
  const runs = () => {};
  return { 'controller-manager': runs, 'etcd-0': async () => void (await storage.get('/registry/health')), scheduler: runs };
}
