import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { InvalidArgumentError, Option } from 'commander';
import type { Environment } from '../base/environment.js';
import type { Logger } from '../base/logger.js';
import type { EtcdAccess, SharedStore } from '../control-plane/shared-storage.js';
import { sharedStorage } from '../control-plane/shared-storage.js';
import { UsageError } from './usage-error.js';

/** The options that keep objects in etcd. */
export interface EtcdFlags {
  readonly etcd?: readonly string[];
  readonly etcdV2?: readonly string[];
  readonly etcdCafile?: string;
  readonly etcdCertfile?: string;
  readonly etcdKeyfile?: string;
  readonly etcdUser?: string;
}

/** The variable with the password of `--etcd-user`: a command line can be read by every user of the machine. */
const PASSWORD = 'KUBELIB_ETCD_PASSWORD';

/** Adds them; the names of the files are kube-apiserver's. */
export function withEtcdFlags(command: Command): Command {
  return command
    .addOption(
      new Option('--etcd <endpoints>', 'keep objects in etcd (v3 API): its members as host:port or URL, separated by commas')
        .argParser(endpointList)
        .conflicts(['memory', 'etcdV2']),
    )
    .addOption(
      new Option('--etcd-v2 <endpoints>', 'keep objects in etcd by its classic v2 API, as in http://127.0.0.1:4001')
        .argParser(endpointList)
        .conflicts(['memory', 'etcd']),
    )
    .option('--etcd-cafile <path>', 'certificate authority of etcd, PEM')
    .option('--etcd-certfile <path>', 'client certificate for etcd, PEM')
    .option('--etcd-keyfile <path>', 'key of the client certificate, PEM')
    .option('--etcd-user <name>', `user of etcd; the password is in ${PASSWORD}`);
}

/** The store that the options ask for; undefined when they do not. */
export async function etcdStore(flags: EtcdFlags, environment: Environment, logger: Logger): Promise<SharedStore | undefined> {
  const endpoints = flags.etcd ?? flags.etcdV2;
  if (!endpoints) {
    const alone = Object.entries(flags).find(([name, value]) => /^etcd[A-Z]/.test(name) && value !== undefined);
    if (alone) throw new UsageError('the options --etcd-… need --etcd or --etcd-v2, which say where etcd is');
    return undefined;
  }
  return sharedStorage(flags.etcd ? 'etcd' : 'etcd-v2', { endpoints, ...(await accessOf(flags)) }, { environment, logger });
}

async function accessOf({ etcdCafile, etcdCertfile, etcdKeyfile, etcdUser }: EtcdFlags): Promise<Omit<EtcdAccess, 'endpoints'>> {
  if ((etcdCertfile === undefined) !== (etcdKeyfile === undefined)) throw new UsageError('--etcd-certfile and --etcd-keyfile go together');
  const password = process.env[PASSWORD];
  if (etcdUser !== undefined && !password) throw new UsageError(`--etcd-user needs the password in the environment variable ${PASSWORD}`);
  const [ca, cert, key] = await Promise.all([etcdCafile, etcdCertfile, etcdKeyfile].map(pem));
  return { ca, cert, key, user: etcdUser === undefined ? undefined : { name: etcdUser, password: password ?? '' } };
}

async function pem(path: string | undefined): Promise<string | undefined> {
  if (path === undefined) return undefined;
  return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(`cannot read ${path}: ${error.code === 'ENOENT' ? 'no such file' : error.message}`);
  });
}

function endpointList(text: string): readonly string[] {
  const endpoints = text.split(',').map((one) => one.trim());
  if (!endpoints.every((one) => /^(https?:\/\/)?(\[[^\]]+\]|[^\s:/[\]]+):\d+\/?$/.test(one)))
    throw new InvalidArgumentError('It must be host:port or http(s)://host:port, several separated by commas.');
  return endpoints;
}
