import { ContainerModule } from 'inversify';
import { ApiServer } from '../../server/api-server.js';
import { clientCertificates, firstOf, staticTokens } from '../../server/authentication.js';
import { systemAuthorizer } from '../../server/authorization.js';
import { NodePodConnector } from '../node-pod-connector.js';
import { TOKENS } from '../tokens.js';

/** Binds `authenticator` (client certificates and the tokens of the options), `authorizer`, `podConnector` and `server`. Needs: options, registries, identity, nodes. */
export const serverModule = new ContainerModule(({ bind }) => {
  bind(TOKENS.authenticator)
    .toResolvedValue(({ tokens }) => firstOf([clientCertificates(), staticTokens(tokens ?? {})]), [TOKENS.options])
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
      (options, registries, identity, authenticator, authorizer, podConnector) =>
        new ApiServer({
          registries,
          environment: options.environment,
          logger: options.logger.child({ component: 'server' }),
          listen: options.listen,
          tls: { certificate: identity.server.certificate, key: identity.server.key, ca: identity.authority.pem.certificate },
          authenticator,
          authorizer,
          podConnector,
        }),
      [TOKENS.options, TOKENS.registries, TOKENS.identity, TOKENS.authenticator, TOKENS.authorizer, TOKENS.podConnector],
    )
    .inSingletonScope();
});
