import type { PodSpec } from 'kubernetes-types/core/v1.js';
import type { RuntimeClass } from 'kubernetes-types/node/v1.js';
import { runtimeClasses } from '../../../api/node/runtime-classes.js';
import { forbidden } from '../../../api/status-error.js';
import { sameJson } from '../../../api/validation/faults.js';
import type { AdmissionPlugin, AdmissionRequest } from './admission-plugin.js';
import { newPodSpec } from './pod-request.js';

/** A pod of a runtime class pays its overhead and goes where the class can run. */
export const podRuntimeClass: AdmissionPlugin = {
  name: 'RuntimeClass',
  async admit(request, context) {
    const spec = newPodSpec(request);
    if (!spec) return;
    const name = spec.runtimeClassName;
    const found = name ? await context.lookup(runtimeClasses, { name }) : undefined;
    if (name && !found) throw refuse(request, `pod rejected: RuntimeClass "${name}" not found`);
    takeOverhead(request, spec, found);
    if (found?.scheduling) takeScheduling(request, spec, found.scheduling);
  },
};

function takeOverhead(request: AdmissionRequest, spec: PodSpec, found: RuntimeClass | undefined): void {
  const overhead = found?.overhead?.podFixed;
  if (!found) {
    if (spec.overhead && Object.keys(spec.overhead).length > 0)
      throw refuse(request, 'pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead');
  } else if (!overhead) {
    if (spec.overhead && Object.keys(spec.overhead).length > 0)
      throw refuse(request, 'pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead');
  } else if (!spec.overhead) spec.overhead = { ...overhead };
  else if (!sameJson(spec.overhead, overhead))
    throw refuse(request, "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead");
}

function takeScheduling(
  request: AdmissionRequest,
  spec: PodSpec,
  { nodeSelector = {}, tolerations = [] }: NonNullable<RuntimeClass['scheduling']>,
): void {
  for (const [key, value] of Object.entries(nodeSelector))
    if (spec.nodeSelector?.[key] !== undefined && spec.nodeSelector[key] !== value)
      throw refuse(
        request,
        `conflict: runtimeClass.scheduling.nodeSelector[${key}] = ${value}; pod.spec.nodeSelector[${key}] = ${spec.nodeSelector[key]}`,
      );
  if (Object.keys(nodeSelector).length > 0) spec.nodeSelector = { ...spec.nodeSelector, ...nodeSelector };
  const own = spec.tolerations ?? [];
  const added = tolerations.filter((one) => !own.some((other) => sameJson(one, other)));
  if (added.length > 0) spec.tolerations = [...own, ...added.map((one) => ({ ...one }))];
}

function refuse({ definition, name }: AdmissionRequest, why: string) {
  return forbidden(definition, name.name, why);
}
