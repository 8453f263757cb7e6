import type { Pod, PodSpec } from 'kubernetes-types/core/v1.js';
import type { KubeObject, Stored } from '../../../api/object.js';
import { forbidden } from '../../../api/status-error.js';
import type { AdmissionContext, AdmissionPlugin } from './admission-plugin.js';
import { newPodSpec, podSpec } from './pod-request.js';

/** What a class gives to its pods. */
interface PriorityClass extends KubeObject {
  value?: number;
  preemptionPolicy?: string;
}

/** Classes that are there without an object. */
const SYSTEM_CLASSES: Readonly<Record<string, number>> = {
  'system-cluster-critical': 2_000_000_000,
  'system-node-critical': 2_000_001_000,
};

/** Fills in a pod's priority and preemption policy from its class; without a class they are 0 and PreemptLowerPriority. */
export const podPriority: AdmissionPlugin = {
  name: 'Priority',
  async admit(request, context) {
    if (request.operation === 'UPDATE') return keepPriority(podSpec(request), (request.old as Pod | undefined)?.spec);
    const spec = newPodSpec(request);
    if (!spec) return;
    const name = spec.priorityClassName;
    const found = name ? await classOf(name, context) : undefined;
    if (name && !found) throw forbidden(request.definition, request.name.name, `no PriorityClass with name ${name} was found`);
    spec.priority = found?.value ?? 0;
    spec.preemptionPolicy = found?.preemptionPolicy ?? 'PreemptLowerPriority';
  },
};

/** A client that sends its own manifest again need not know what was filled in. */
function keepPriority(spec: PodSpec | undefined, old: PodSpec | undefined): void {
  if (spec && old?.priority !== undefined) spec.priority ??= old.priority;
  if (spec && old?.preemptionPolicy !== undefined) spec.preemptionPolicy ??= old.preemptionPolicy;
}

async function classOf(name: string, context: AdmissionContext): Promise<Stored<PriorityClass> | PriorityClass | undefined> {
  const definition = context.kind('scheduling.k8s.io/v1', 'PriorityClass');
  const found = definition && (await context.lookup(definition, { name }));
  if (found) return found;
  return Object.hasOwn(SYSTEM_CLASSES, name) ? { value: SYSTEM_CLASSES[name]! } : undefined;
}
