import type { Node } from 'kubernetes-types/core/v1.js';
import { leases } from '../../api/coordination/leases.js';
import { nodes } from '../../api/core/nodes.js';
import { pods } from '../../api/core/pods.js';
import type { ControllerDefinition } from '../../controller/controller-definition.js';
import { builtInController } from '../built-in-controller.js';
import type { NodeLifecycleOptions } from './node-lifecycle-options.js';
import { resolveNodeLifecycleOptions } from './node-lifecycle-options.js';
import { LEASE_NAMESPACE, NodeLifecycleReconciler } from './node-lifecycle-reconciler.js';
import { patient } from '../patient.js';

/**
 * Watches over nodes by their heartbeat leases: marks silent ones, taints nodes by their conditions, drives away pods that do
 * not tolerate a `NoExecute` taint, and removes those that a dead node cannot confirm.
 */
export function nodeLifecycleController(options: NodeLifecycleOptions = {}): ControllerDefinition<Node> {
  const resolved = resolveNodeLifecycleOptions(options);
  return builtInController(nodes)
    .named('node-controller')
    .watches(leases, ({ metadata }) => (metadata.namespace === LEASE_NAMESPACE ? [metadata.name] : []))
    .watches(pods, ({ spec }) => (spec?.nodeName ? [spec.nodeName] : []))
    .writes(pods)
    .reconcileWith(() => patient(new NodeLifecycleReconciler(resolved)));
}
