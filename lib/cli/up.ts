import { mkdir, writeFile, rename } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { colors } from './colors.js';
import type { Logger } from '../base/logger.js';
import { systemEnvironment } from '../base/system-environment.js';
import { pinoLogger } from '../base/pino-logger.js';
import { services } from '../api/core/services.js';
import { ControlPlane } from '../control-plane/control-plane.js';
import type { ControlPlaneOptions } from '../control-plane/options.js';
import { PortInUseError } from '../control-plane/port-in-use-error.js';
import { StartError } from '../control-plane/start-error.js';
import { type EtcdFlags, etcdStore } from './etcd-flags.js';
import { applyManifests } from './apply.js';
import type { ManifestObject } from './manifests.js';
import { loadManifests } from './manifests.js';
import type { ListenAddress, LogLevel } from './option-values.js';
import { packageRoot } from './package-root.js';
import { showPods } from './pod-progress.js';
import { readTokenFile } from './token-file.js';
import { untilSignal } from './until-signal.js';
import { UsageError } from './usage-error.js';
import { whenReady } from './when-ready.js';

/** The options of `kubelib up`. */
export interface UpFlags extends EtcdFlags {
  readonly dataDir: string;
  readonly memory?: true;
  readonly listen?: ListenAddress;
  readonly runtime: 'process' | 'docker' | 'simulated';
  readonly nodes: number;
  readonly kubeconfig?: string;
  readonly filename?: string[];
  readonly demo: boolean;
  readonly nodeMonitorGracePeriod: number;
  readonly podEvictionTimeout: number;
  readonly tokenAuthFile?: string;
  readonly logLevel: LogLevel;
}

const DEFAULT_PORT = 6443;
const PORTS_TRIED = 20;

/** Runs the reference control plane until a signal. */
export async function up(flags: UpFlags): Promise<void> {
  const manifests = await loadManifests(manifestPaths(flags)); // before anything starts: a bad file must not leave a cluster half up
  const say = (text: string) => process.stdout.write(`${text}\n`);
  const logger = pinoLogger({ level: flags.logLevel });
  const tokens = flags.tokenAuthFile === undefined ? undefined : await readTokenFile(flags.tokenAuthFile);
  const store = await etcdStore(flags, systemEnvironment, logger);
  const starting = startPlane(flags, { tokens, storage: store?.storage }, logger, say);
  const stopping = new AbortController();
  const finished = untilSignal(async () => {
    stopping.abort();
    say('\nstopping pods, proxy and server …');
    await (await starting).stop();
    say('stopped.');
  });
  const plane = await starting;
  try {
    stopping.signal.throwIfAborted();
    await bringUp(plane, flags, manifests, store?.place, stopping.signal);
  } catch (error) {
    if (stopping.signal.aborted) return finished; // it failed because the plane is going
    await plane.stop();
    throw error;
  }
  await finished;
}

/** Writes the kubeconfig, applies the manifests, waits until they run, says what to do next; shows pods until `signal` aborts. */
async function bringUp(
  plane: ControlPlane,
  flags: UpFlags,
  manifests: readonly ManifestObject[],
  store: string | undefined,
  signal: AbortSignal,
): Promise<void> {
  const { url, kubeconfig } = plane;
  const path = resolve(flags.kubeconfig ?? join(flags.dataDir, 'kubeconfig'));
  await writePrivately(path, kubeconfig);
  const progress = showPods(plane, process.stdout, systemEnvironment);
  signal.addEventListener('abort', () => progress.close());
  const kept = `objects ${store ? `in ${store}` : flags.memory ? 'in memory' : `under ${shown(resolve(flags.dataDir))}`}`;
  progress.print(
    `${colors.green('●')} control plane at ${url}, ${flags.nodes} node${flags.nodes === 1 ? '' : 's'} (${flags.runtime} runtime), ${kept}`,
  );
  const isDemo = flags.filename === undefined;
  try {
    await applyManifests(plane.registries, manifests, {
      existing: isDemo ? 'keep' : 'apply',
      fieldManager: 'kubelib-up',
      onApplied: ({ name, outcome }) => progress.print(`${name} ${outcome}`),
    });
    await whenReady(plane, manifests, systemEnvironment, signal);
    await sayNext(plane, shown(path), flags.demo && isDemo, (text) => progress.print(text));
  } catch (error) {
    progress.close();
    throw error;
  }
}

/** Paths read better relative to where the user is, as long as that does not climb. */
function shown(path: string): string {
  const short = relative(process.cwd(), path);
  return short.startsWith('..') ? path : short;
}

function manifestPaths(flags: UpFlags): readonly string[] {
  if (flags.filename) return flags.filename;
  if (!flags.demo) return [];
  const root = join(packageRoot(), 'examples', 'guestbook');
  return [flags.runtime === 'docker' ? join(root, 'docker') : root];
}

async function startPlane(
  flags: UpFlags,
  parts: Pick<ControlPlaneOptions, 'storage' | 'tokens'>,
  logger: Logger,
  say: (text: string) => void,
): Promise<ControlPlane> {
  const wanted = flags.listen ?? { host: '127.0.0.1', port: DEFAULT_PORT };
  const tries = flags.listen ? 1 : PORTS_TRIED;
  for (let i = 0; ; i++) {
    const listen = { ...wanted, port: wanted.port + i };
    try {
      const plane = await ControlPlane.start({
        ...(flags.memory ? {} : { dataDir: resolve(flags.dataDir) }),
        ...parts,
        listen,
        runtime: flags.runtime,
        nodes: flags.nodes,
        nodeMonitorGracePeriod: flags.nodeMonitorGracePeriod,
        podEvictionTimeout: flags.podEvictionTimeout,
        environment: systemEnvironment,
        logger,
      });
      if (i > 0) say(`port ${wanted.port} is in use: using ${listen.port} instead`);
      return plane;
    } catch (error) {
      if (error instanceof PortInUseError && i + 1 < tries) continue;
      if (error instanceof PortInUseError)
        throw new UsageError(`cannot listen on ${listen.host}:${listen.port}: the port is in use (choose another with --listen host:port)`);
      if (error instanceof StartError) throw new UsageError(error.message);
      throw error;
    }
  }
}

/** Mode 0600 from the first byte, and never half written: clients may read it at any moment. */
async function writePrivately(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}`;
  await writeFile(temporary, text, { mode: 0o600 });
  await rename(temporary, path);
}

async function sayNext(plane: ControlPlane, kubeconfig: string, demo: boolean, print: (text: string) => void): Promise<void> {
  print('');
  print(`Look around:   ${colors.bold(`KUBECONFIG=${kubeconfig} kubectl get pods`)}`);
  if (demo) {
    const frontend = await plane.registry(services).get({ namespace: 'default', name: 'frontend' });
    const path = frontend.spec?.selector && plane.runtimeName === 'docker' ? 'cgi-bin/index.cgi' : '';
    print(`Open:          ${colors.bold(`http://${frontend.spec?.clusterIP}:${frontend.spec?.ports?.[0]?.port}/${path}`)}`);
  }
  print('Stop:          Ctrl-C (pods come back with the next start)');
  print('');
}
