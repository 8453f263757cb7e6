import type { Environment } from '../base/environment.js';
import type { Logger } from '../base/logger.js';
import { CachedStorage } from '../storage/cached/cached-storage.js';
import type { Storage } from '../storage/storage.js';

/** How etcd is reached. */
export interface EtcdAccess {
  /** `host:port` or URLs. */
  readonly endpoints: readonly string[];
  /** PEM text. */
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  readonly user?: { readonly name: string; readonly password: string } | undefined;
}

/** A storage and where it is, for people. */
export interface SharedStore {
  readonly storage: Storage;
  readonly place: string;
}

/** A storage in etcd, by its v3 or its v2 API, with a cache before it. The driver is loaded when it is asked for. */
export async function sharedStorage(
  api: 'etcd' | 'etcd-v2',
  access: EtcdAccess,
  { environment, logger }: { readonly environment: Environment; readonly logger: Logger },
): Promise<SharedStore> {
  const log = logger.child({ component: 'storage' });
  const engine = await (api === 'etcd' ? etcd : etcdV2)(access, environment, log);
  return { storage: new CachedStorage(engine, { environment, logger: log }), place: `${api} at ${access.endpoints.join(', ')}` };
}

async function etcd({ endpoints, ca, cert, key, user }: EtcdAccess, environment: Environment, logger: Logger): Promise<Storage> {
  const { EtcdStorage } = await import('../storage/etcd/index.js');
  const tls = ca === undefined && cert === undefined ? undefined : { ca, cert, key };
  return new EtcdStorage({ endpoints, tls, username: user?.name, password: user?.password, environment, logger });
}

async function etcdV2({ endpoints, ca, cert, key, user }: EtcdAccess, environment: Environment, logger: Logger): Promise<Storage> {
  const { EtcdV2Storage } = await import('../storage/etcd-v2/index.js');
  const scheme = ca === undefined && cert === undefined ? 'http' : 'https';
  const urls = endpoints.map((one) => (/^https?:/.test(one) ? one : `${scheme}://${one}`));
  return new EtcdV2Storage({ endpoints: urls, ca, cert, key, auth: user && { user: user.name, pass: user.password }, environment, logger });
}
