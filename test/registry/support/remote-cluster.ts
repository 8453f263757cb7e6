import { systemEnvironment } from '../../../lib/base/system-environment.js';
import type { ResourceDefinition } from '../../../lib/api/resource-definition.js';
import { RemoteRegistries } from '../../../lib/registry/remote/remote-registries.js';
import type { ClusterAccess } from '../../../lib/registry/remote/kubeconfig.js';
import { ApiServer } from '../../../lib/server/api-server.js';
import { clientCertificates } from '../../../lib/server/authentication.js';
import { CertificateAuthority } from '../../../lib/server/pki.js';
import { memoryCluster } from '../../support/memory-cluster.js';

let made: Promise<{ authority: CertificateAuthority; server: Identity; admin: Identity }> | undefined;
type Identity = Awaited<ReturnType<CertificateAuthority['clientCertificate']>>;

/** Keys are dear: all tests share one authority. */
function identities() {
  return (made ??= (async () => {
    const authority = await CertificateAuthority.create({ environment: systemEnvironment });
    const server = await authority.serverCertificate();
    const admin = await authority.clientCertificate({ user: 'admin', groups: ['system:masters'] });
    return { authority, server, admin };
  })());
}

/** Registries over HTTPS to a real server over registries in memory, whose clock is a virtual one. */
export async function remoteCluster(resources: readonly ResourceDefinition[] = []) {
  const { authority, server: certificate, admin } = await identities();
  const stored = await memoryCluster({ resources });
  const server = new ApiServer({
    registries: stored.registries,
    environment: systemEnvironment,
    tls: { ...certificate, ca: authority.pem.certificate },
    authenticator: clientCertificates(),
  });
  await server.start();
  const cluster: ClusterAccess = { server: server.url, ca: authority.pem.certificate, ...admin, namespace: 'default' };
  const registries = new RemoteRegistries({ cluster, catalog: stored.registries.catalog, environment: systemEnvironment });
  await registries.start();
  const stop = async () => {
    await registries.stop();
    await server.stop();
    await stored.stop();
  };
  return { registries, server, stored, cluster, authority, stop };
}
