import { stringify } from 'yaml';
import Table from 'cli-table3';
import { jsonText } from '../api/exact-json.js';
import { systemEnvironment } from '../base/system-environment.js';
import { createCatalog } from '../api/catalog.js';
import { builtInDefinitions } from '../api/kinds.js';
import type { KubeObject, Stored } from '../api/object.js';
import type { ResourceDefinition } from '../api/resource-definition.js';
import { loadKubeconfig } from '../registry/remote/kubeconfig.js';
import { RemoteRegistries } from '../registry/remote/remote-registries.js';
import type { KubecfgFlags } from './kubecfg-program.js';
import { loadManifests } from './manifests.js';
import { UsageError } from './usage-error.js';

const say = (text: string) => process.stdout.write(`${text}\n`);

/** `kubecfg list pods`. */
export async function listKubecfg(resource: string, flags: KubecfgFlags & { allNamespaces?: true }): Promise<void> {
  await withRegistries(flags, async (registries) => {
    const definition = kindOf(registries, resource);
    const namespace = definition.namespaced && !flags.allNamespaces ? flags.namespace : undefined;
    const { items } = await registries.registry(definition).list({ namespace, labelSelector: flags.selector });
    print(definition, items, flags.output);
  });
}

/** `kubecfg get pods/web`. */
export async function getKubecfg(target: string, flags: KubecfgFlags): Promise<void> {
  await withRegistries(flags, async (registries) => {
    const { definition, name } = targetOf(registries, target, flags);
    print(definition, [await registries.registry(definition).get(name)], flags.output);
  });
}

/** `kubecfg create -f pod.yaml`. */
export async function createKubecfg(files: readonly string[], flags: KubecfgFlags): Promise<void> {
  const manifests = await loadManifests(files);
  await withRegistries(flags, async (registries) => {
    for (const { object, origin } of manifests) {
      const definition = registries.catalog.byKind(object.apiVersion, object.kind);
      if (!definition) throw new UsageError(`${origin}: no kind "${object.kind}" in version "${object.apiVersion}"`);
      const namespace = definition.namespaced ? { namespace: object.metadata?.namespace ?? flags.namespace } : {};
      const stored = await registries.registry(definition).create({ ...object, metadata: { ...object.metadata, ...namespace } });
      say(`${definition.plural}/${stored.metadata.name} created`);
    }
  });
}

/** `kubecfg delete pods/web`. */
export async function deleteKubecfg(target: string, flags: KubecfgFlags): Promise<void> {
  await withRegistries(flags, async (registries) => {
    const { definition, name } = targetOf(registries, target, flags);
    await registries.registry(definition).delete(name, { propagationPolicy: 'Background' });
    say(`${definition.plural}/${name.name} deleted`);
  });
}

/** Nodes by their old name as well. */
const KINDS = builtInDefinitions.map((one) =>
  one.plural === 'nodes' ? { ...one, shortNames: [...one.shortNames, 'minion', 'minions'] } : one,
);

async function withRegistries(flags: KubecfgFlags, work: (registries: RemoteRegistries) => Promise<void>): Promise<void> {
  const path = flags.kubeconfig ?? (process.env['KUBECONFIG'] || '.kubelib/kubeconfig');
  const cluster = await loadKubeconfig(path).catch((error: unknown) => {
    throw new UsageError(`cannot use the kubeconfig ${path}: ${error instanceof Error ? error.message : String(error)}`);
  });
  const registries = new RemoteRegistries({ cluster, catalog: createCatalog(KINDS), environment: systemEnvironment });
  await registries.start();
  try {
    await work(registries);
  } finally {
    await registries.stop();
  }
}

function kindOf(registries: RemoteRegistries, resource: string): ResourceDefinition {
  const definition = registries.catalog.find(resource);
  if (definition) return definition;
  const known = registries.catalog.definitions.map(({ plural }) => plural);
  throw new UsageError(`no resource "${resource}"; there are ${known.join(', ')}`);
}

function targetOf(registries: RemoteRegistries, target: string, flags: KubecfgFlags) {
  const [resource, name, ...more] = target.split('/');
  if (!resource || !name || more.length > 0) throw new UsageError(`"${target}": name one object as resource/name, such as pods/web`);
  const definition = kindOf(registries, resource);
  return { definition, name: { name, ...(definition.namespaced ? { namespace: flags.namespace } : {}) } };
}

function print(definition: ResourceDefinition, items: readonly Stored<KubeObject>[], output: KubecfgFlags['output']): void {
  if (output === 'name') items.forEach(({ metadata }) => say(`${definition.plural}/${metadata.name}`));
  else if (output === 'json') say(jsonText(items.length === 1 ? items[0] : { kind: 'List', apiVersion: 'v1', items }, 2));
  else if (output === 'yaml') say(items.map((item) => stringify(item).trimEnd()).join('\n---\n'));
  else if (output !== undefined) throw new UsageError(`--output ${String(output)}: choose json, yaml or name`);
  else say(tableOf(definition, items));
}

const NO_BORDERS = Object.fromEntries(
  [
    'top',
    'top-mid',
    'top-left',
    'top-right',
    'bottom',
    'bottom-mid',
    'bottom-left',
    'bottom-right',
    'left',
    'left-mid',
    'mid',
    'mid-mid',
    'right',
    'right-mid',
  ].map((part) => [part, '']),
);

function tableOf(definition: ResourceDefinition, items: readonly Stored<KubeObject>[]): string {
  if (items.length === 0) return `no ${definition.plural}`;
  const columns = definition.columns.filter(({ priority = 0 }) => priority === 0);
  const table = new Table({
    head: columns.map(({ name }) => name.toUpperCase()),
    chars: { ...NO_BORDERS, middle: '  ' },
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
  const now = systemEnvironment.now();
  table.push(...items.map((item) => columns.map((column) => String(column.value(item, now) ?? ''))));
  return table.toString();
}
