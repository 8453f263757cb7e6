import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Environment } from '../base/environment.js';
import type { KeyPair } from '../server/pki.js';
import { CertificateAuthority } from '../server/pki.js';

/** What stays the same over the restarts of one cluster: its id, its part of 127/8, its authority. */
export interface PlaneIdentity {
  /** Marks what belongs to this cluster on a shared machine, such as Docker containers. */
  readonly id: string;
  /** Second octet of its loopback addresses, once it has claimed some. */
  readonly octet: number | undefined;
  readonly authority: CertificateAuthority;
  /** What the API server shows. */
  readonly server: KeyPair;
  /** A member of `system:masters`: what the kubeconfig holds. */
  readonly admin: KeyPair;
}

interface Facts {
  readonly id: string;
  readonly octet?: number;
}

const ADMIN = { user: 'kubernetes-admin', groups: ['system:masters'] };

/** A new identity that is kept nowhere. */
export async function newIdentity(environment: Environment, hosts: readonly string[]): Promise<PlaneIdentity> {
  const authority = await CertificateAuthority.create({ environment, commonName: 'kubelib' });
  const [server, admin] = await Promise.all([authority.serverCertificate({ hosts }), authority.clientCertificate(ADMIN)]);
  return { id: environment.uuid().slice(0, 8), octet: undefined, authority, server, admin };
}

/** The identity under `directory`: `cluster.json`, `pki/ca.crt`, `pki/ca.key`; made on first use. Server and client certificates are signed anew at each start. */
export async function storedIdentity(directory: string, environment: Environment, hosts: readonly string[]): Promise<PlaneIdentity> {
  const known = await readIfThere(join(directory, 'cluster.json'));
  const authority = await storedAuthority(join(directory, 'pki'), environment);
  const [server, admin] = await Promise.all([authority.serverCertificate({ hosts }), authority.clientCertificate(ADMIN)]);
  const facts: Facts = known === undefined ? { id: environment.uuid().slice(0, 8) } : (JSON.parse(known) as Facts);
  return { id: facts.id, octet: facts.octet, authority, server, admin };
}

/** Writes down what a restart must find again. */
export async function keepIdentity(directory: string, { id, octet }: PlaneIdentity): Promise<void> {
  await replace(join(directory, 'cluster.json'), `${JSON.stringify({ id, octet })}\n`);
}

async function storedAuthority(directory: string, environment: Environment): Promise<CertificateAuthority> {
  const [certificate, key] = await Promise.all([readIfThere(join(directory, 'ca.crt')), readIfThere(join(directory, 'ca.key'))]);
  if (certificate !== undefined && key !== undefined) return CertificateAuthority.load({ certificate, key }, environment);
  const authority = await CertificateAuthority.create({ environment, commonName: 'kubelib' });
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
