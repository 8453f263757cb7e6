import type { Pod } from 'kubernetes-types/core/v1.js';
import { defineBuiltIn } from '../built-in.js';
import { podRow } from './pod-cells.js';
import { prepareNewPod, preparePodUpdate, normalisePod, validatePod } from './pod-rules.js';
import { validatePodUpdate } from './pod-update.js';

/** Containers that run together on one node. */
export const pods = defineBuiltIn<Pod>('v1/pods', {
  gracePeriod: (pod) =>
    !pod.spec?.nodeName || pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed'
      ? 0
      : (pod.spec.terminationGracePeriodSeconds ?? 30),
  fields: {
    'spec.host': ({ spec }) => spec?.nodeName ?? '',
    'spec.hostNetwork': ({ spec }) => String(spec?.hostNetwork ?? false),
    'status.podIPs': ({ status }) => (status?.podIPs ?? []).map(({ ip }) => ip).join(','),
  },
  cells: {
    Ready: (pod, now) => podRow(pod, now).ready,
    Status: (pod, now) => podRow(pod, now).status,
    Restarts: (pod, now) => podRow(pod, now).restarts,
    IP: ({ status }) => status?.podIPs?.[0]?.ip || status?.podIP || '<none>',
    Node: ({ spec }) => spec?.nodeName || '<none>',
    'Nominated Node': ({ status }) => status?.nominatedNodeName || '<none>',
    'Readiness Gates': readinessGates,
  },
  rules: {
    default: normalisePod,
    prepareCreate: prepareNewPod,
    prepareUpdate: preparePodUpdate,
    validate: validatePod,
    validateUpdate: validatePodUpdate,
  },
});

function readinessGates({ spec, status }: Pod): string {
  const gates = spec?.readinessGates ?? [];
  if (gates.length === 0) return '<none>';
  const open = gates.filter((gate) => status?.conditions?.some(({ type, status: is }) => type === gate.conditionType && is === 'True'));
  return `${open.length}/${gates.length}`;
}
