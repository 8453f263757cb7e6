import { Command } from 'commander';
import { createKubecfg, deleteKubecfg, getKubecfg, listKubecfg } from './kubecfg-verbs.js';

/** The options that every `kubecfg` verb takes. */
export interface KubecfgFlags {
  readonly kubeconfig?: string;
  readonly namespace: string;
  readonly output?: 'json' | 'yaml' | 'name';
  readonly selector?: string;
}

/** The classic client: `kubecfg list pods`, `kubecfg get pods/web`, `kubecfg create -f pod.yaml`, `kubecfg delete pods/web`. */
export function kubecfg(): Command {
  const program = new Command('kubecfg')
    .description('Lists, gets, creates and deletes the resources of a control plane. kubectl works as well.')
    .showHelpAfterError('(add --help for what there is)');
  verb(program, 'list <resource>', 'list the objects of a resource: pods, services, minions, replicationControllers, …')
    .option('-l, --selector <labels>', 'only objects with these labels, such as app=web,tier!=db')
    .option('-A, --all-namespaces', 'in all namespaces')
    .action((resource: string, flags: KubecfgFlags & { allNamespaces?: true }) => listKubecfg(resource, flags));
  verb(program, 'get <resource/name>', 'show one object').action((target: string, flags: KubecfgFlags) => getKubecfg(target, flags));
  verb(program, 'create', 'create the objects of manifests')
    .requiredOption('-f, --filename <manifests...>', 'files, folders, or - for standard input')
    .action((flags: KubecfgFlags & { filename: string[] }) => createKubecfg(flags.filename, flags));
  verb(program, 'delete <resource/name>', 'delete one object').action((target: string, flags: KubecfgFlags) =>
    deleteKubecfg(target, flags),
  );
  return program;
}

function verb(program: Command, usage: string, description: string): Command {
  return program
    .command(usage)
    .description(description)
    .allowExcessArguments(false)
    .option('--kubeconfig <path>', 'default: $KUBECONFIG, else .kubelib/kubeconfig')
    .option('-n, --namespace <name>', 'namespace', 'default')
    .option('-o, --output <form>', 'json, yaml or name; default: a table');
}
