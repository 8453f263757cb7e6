import { Command, Option } from 'commander';
import { withEtcdFlags } from './etcd-flags.js';
import type { NodeFlags } from './node.js';
import { durationValue, listenAddress, LOG_LEVELS, wholeNumber } from './option-values.js';
import type { UpFlags } from './up.js';

/** The `kubelib` command. */
export function program(): Command {
  const kubelib = new Command('kubelib')
    .description('A Kubernetes-style control plane in one process.')
    .showHelpAfterError('(add --help for what there is)');
  kubelib.addCommand(upCommand());
  kubelib.addCommand(nodeCommand());
  return kubelib;
}

const logLevel = () => new Option('--log-level <level>', 'what to log, on stderr').choices(LOG_LEVELS).default('warn');

function upCommand(): Command {
  const up = new Command('up')
    .description('Run a control plane with nodes, apply manifests (the guestbook by default), and stay up until Ctrl-C.')
    .option('--data-dir <path>', 'where the cluster lives: objects, certificates, pods', '.kubelib')
    .option('--memory', 'keep objects in memory only; the cluster is gone with the process')
    .option('--listen <host:port>', 'where the API server listens (default: 127.0.0.1:6443, or the next free port)', listenAddress)
    .addOption(new Option('--runtime <name>', 'what runs containers').choices(['process', 'docker', 'simulated']).default('process'))
    .option('--nodes <number>', 'how many nodes run in this process', wholeNumber(0, 1000), 1)
    .option('--kubeconfig <path>', 'where to write the kubeconfig (default: <data-dir>/kubeconfig)')
    .option('-f, --filename <manifests...>', 'manifests to apply instead of the guestbook: files, folders, or - for standard input')
    .option('--no-demo', 'do not apply the guestbook')
    .option('--node-monitor-grace-period <duration>', 'silence after which a node is NotReady', durationValue, 40_000)
    .option('--pod-eviction-timeout <duration>', 'how long pods stay on a node that is NotReady', durationValue, 5_000)
    .option('--token-auth-file <path>', 'bearer tokens to accept, one a line: token,user,uid,"group1,group2"')
    .allowExcessArguments(false);
  return withEtcdFlags(up)
    .addOption(logLevel())
    .action(async (flags: UpFlags) => (await import('./up.js')).up(flags)); // loaded when it runs: help is quick
}

function nodeCommand(): Command {
  return new Command('node')
    .description('Run one more node of a control plane that is up, in a process of its own.')
    .requiredOption('--name <name>', 'name of the node')
    .option('--kubeconfig <path>', 'kubeconfig of the control plane', '.kubelib/kubeconfig')
    .option('--data-dir <path>', 'where the node keeps its pods (default: .kubelib-<name>)')
    .addOption(new Option('--runtime <name>', 'what runs containers').choices(['process', 'docker', 'simulated']).default('process'))
    .option('--listen <host:port>', 'where the kubelet answers logs and exec', listenAddress, { host: '127.0.0.1', port: 0 })
    .addOption(logLevel())
    .allowExcessArguments(false)
    .action(async (flags: NodeFlags) => (await import('./node.js')).runNode(flags));
}
