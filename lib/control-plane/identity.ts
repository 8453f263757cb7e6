import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Environment } from '../base/environment.js';
import { SigningKey } from '../base/signing-key.js';
import type { KeyPair } from '../server/pki.js';
import { CertificateAuthority } from '../server/pki.js';

/** What stays the same over the restarts of one cluster: its id and its authority. */
export interface PlaneIdentity {
  /** Marks what belongs to this cluster on a shared machine, such as Docker containers. */
  readonly id: string;
  readonly authority: CertificateAuthority;
  /** What the API server shows. */
  readonly server: KeyPair;
  /** A member of `system:masters`: what the kubeconfig holds. */
  readonly admin: KeyPair;
  /** Signs the tokens of service accounts. */
  readonly tokenKey: SigningKey;
}

/** What is kept of a cluster besides its authority. */
export interface ClusterFacts {
  readonly id: string;
  /** Second octet of its loopback addresses, once it has claimed some. */
  readonly octet?: number;
}

const ADMIN = { user: 'kubernetes-admin', groups: ['system:masters'] };

/** The facts under `directory` (`cluster.json`), or new ones; without a directory they are kept nowhere. */
export async function clusterFacts(directory: string | undefined, environment: Environment): Promise<ClusterFacts> {
  const known = directory === undefined ? undefined : await readIfThere(join(directory, 'cluster.json'));
  return known === undefined ? { id: environment.uuid().slice(0, 8) } : (JSON.parse(known) as ClusterFacts);
}

/** Writes down what a restart must find again. */
export async function keepFacts(directory: string, facts: ClusterFacts): Promise<void> {
  await replace(join(directory, 'cluster.json'), `${JSON.stringify(facts)}\n`);
}

/** What an identity is made of. */
export interface IdentityOptions extends Pick<PlaneIdentity, 'id' | 'authority' | 'tokenKey'> {
  /** What the control plane is reached as. */
  readonly hosts: readonly string[];
}

/** Server and client certificates are signed anew at each start. */
export async function identityOf({ hosts, authority, ...kept }: IdentityOptions): Promise<PlaneIdentity> {
  const [server, admin] = await Promise.all([authority.serverCertificate({ hosts }), authority.clientCertificate(ADMIN)]);
  return { ...kept, authority, server, admin };
}

/** The key under `directory` (`pki/sa.key`; made on first use), or a new one that is kept nowhere. */
export async function tokenKeyOf(directory: string | undefined): Promise<SigningKey> {
  if (directory === undefined) return SigningKey.create();
  const path = join(directory, 'pki', 'sa.key');
  const known = await readIfThere(path);
  if (known !== undefined) return SigningKey.load(known);
  const key = SigningKey.create();
  await mkdir(join(directory, 'pki'), { recursive: true, mode: 0o700 });
  await replace(path, key.pem);
  return key;
}

/** The authority under `directory` (`pki/ca.crt`, `pki/ca.key`; made on first use), or a new one that is kept nowhere. */
export function authorityOf(directory: string | undefined, environment: Environment): Promise<CertificateAuthority> {
  return directory === undefined ? newAuthority(environment) : storedAuthority(join(directory, 'pki'), environment);
}

const newAuthority = (environment: Environment) => CertificateAuthority.create({ environment, commonName: 'kubelib' });

async function storedAuthority(directory: string, environment: Environment): Promise<CertificateAuthority> {
  const [certificate, key] = await Promise.all([readIfThere(join(directory, 'ca.crt')), readIfThere(join(directory, 'ca.key'))]);
  if (certificate !== undefined && key !== undefined) return CertificateAuthority.load({ certificate, key }, environment);
  const authority = await newAuthority(environment);
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await replace(join(directory, 'ca.key'), authority.pem.key);
  await replace(join(directory, 'ca.crt'), authority.pem.certificate);
  return authority;
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

async function replace(path: string, text: string): Promise<void> {
  await writeFile(`${path}.new`, text, { mode: 0o600 });
  await rename(`${path}.new`, path);
}
