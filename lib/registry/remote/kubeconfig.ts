import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { parse } from 'yaml';

/** How to reach a cluster, and as whom. */
export interface ClusterAccess {
  /** Base URL, such as `https://127.0.0.1:6443`. */
  readonly server: string;
  /** PEM of the authority that signed the server's certificate. Default: the system's authorities. */
  readonly ca?: string | undefined;
  /** PEM of a client certificate and its key. */
  readonly certificate?: string | undefined;
  readonly key?: string | undefined;
  /** Bearer token. */
  readonly token?: string | undefined;
  /** Do not check the server's certificate. Default false; for tests alone. */
  readonly insecure?: boolean | undefined;
  /** Name to expect in the server's certificate. Default: the host of `server`. */
  readonly serverName?: string | undefined;
  /** Namespace of the context. Default `default`. */
  readonly namespace: string;
}

interface Kubeconfig {
  readonly 'current-context'?: string;
  readonly clusters?: readonly { readonly name: string; readonly cluster?: Readonly<Record<string, unknown>> }[];
  readonly users?: readonly { readonly name: string; readonly user?: Readonly<Record<string, unknown>> }[];
  readonly contexts?: readonly {
    readonly name: string;
    readonly context?: { readonly cluster?: string; readonly user?: string; readonly namespace?: string };
  }[];
}

/** The access that a kubeconfig file describes: of its current context, or of the one named. Throws an Error that says what is missing in it. */
export async function loadKubeconfig(path: string, options: { readonly context?: string | undefined } = {}): Promise<ClusterAccess> {
  const config = parse(await readFile(path, 'utf8')) as Kubeconfig | null;
  if (config === null || typeof config !== 'object') throw new Error('it is no kubeconfig');
  return accessOf(config, dirname(resolve(path)), options.context ?? config['current-context']);
}

async function accessOf(config: Kubeconfig, directory: string, contextName: string | undefined): Promise<ClusterAccess> {
  if (!contextName) throw new Error('it has no current-context');
  const context = named(config.contexts, contextName, 'context').context ?? {};
  const cluster = named(config.clusters, context.cluster ?? '', 'cluster').cluster ?? {};
  const user = context.user ? (named(config.users, context.user, 'user').user ?? {}) : {};
  const server = text(cluster['server']);
  if (!server) throw new Error(`cluster "${context.cluster}" has no server`);
  if (user['exec'] || user['auth-provider'])
    throw new Error(
      `user "${context.user}" gets credentials from a program, which kubelib does not run: use a token or a client certificate`,
    );
  const [ca, certificate, key, token] = await Promise.all([
    pem(cluster, 'certificate-authority', directory),
    pem(user, 'client-certificate', directory),
    pem(user, 'client-key', directory),
    tokenOf(user, directory),
  ]);
  return {
    server,
    ca,
    certificate,
    key,
    token,
    insecure: cluster['insecure-skip-tls-verify'] === true,
    serverName: text(cluster['tls-server-name']),
    namespace: context.namespace ?? 'default',
  };
}

function named<T extends { readonly name: string }>(list: readonly T[] | undefined, name: string, what: string): T {
  const found = list?.find((one) => one.name === name);
  if (!found) throw new Error(`it has no ${what} "${name}"`);
  return found;
}

const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined);

/** Inline data wins over a file, as in kubectl. */
async function pem(section: Readonly<Record<string, unknown>>, name: string, directory: string): Promise<string | undefined> {
  const data = text(section[`${name}-data`]);
  if (data) return Buffer.from(data, 'base64').toString('utf8');
  const file = text(section[name]);
  return file === undefined ? undefined : readFile(resolve(directory, file), 'utf8');
}

async function tokenOf(user: Readonly<Record<string, unknown>>, directory: string): Promise<string | undefined> {
  const file = text(user['tokenFile']);
  return text(user['token']) ?? (file === undefined ? undefined : (await readFile(resolve(directory, file), 'utf8')).trim());
}
