import type { ControllerRevision, DaemonSet, Deployment, ReplicaSet, StatefulSet } from 'kubernetes-types/apps/v1.js';
import { labelsText } from '../core/cells.js';
import { structuralKind } from '../structural-kind.js';
import { daemonRules, workloadCells, workloadRules } from './workload.js';

export const deployments = structuralKind<Deployment>('apps/v1/deployments', {
  rules: workloadRules,
  cells: {
    ...workloadCells,
    Ready: ({ spec, status }) => `${status?.readyReplicas ?? 0}/${spec?.replicas ?? 0}`,
    'Up-to-date': ({ status }) => status?.updatedReplicas ?? 0,
    Available: ({ status }) => status?.availableReplicas ?? 0,
  },
});

export const replicaSets = structuralKind<ReplicaSet>('apps/v1/replicasets', {
  rules: workloadRules,
  cells: {
    ...workloadCells,
    Desired: ({ spec }) => spec?.replicas ?? 0,
    Current: ({ status }) => status?.replicas ?? 0,
    Ready: ({ status }) => status?.readyReplicas ?? 0,
  },
});

export const daemonSets = structuralKind<DaemonSet>('apps/v1/daemonsets', {
  rules: daemonRules,
  cells: {
    ...workloadCells,
    Desired: ({ status }) => status?.desiredNumberScheduled ?? 0,
    Current: ({ status }) => status?.currentNumberScheduled ?? 0,
    Ready: ({ status }) => status?.numberReady ?? 0,
    'Up-to-date': ({ status }) => status?.updatedNumberScheduled ?? 0,
    Available: ({ status }) => status?.numberAvailable ?? 0,
    'Node Selector': ({ spec }) => labelsText(spec?.template.spec?.nodeSelector),
  },
});

/** Its claim templates are volumes of its pods too, so the pods are not held against the template alone. */
export const statefulSets = structuralKind<StatefulSet>('apps/v1/statefulsets', {
  cells: { ...workloadCells, Ready: ({ spec, status }) => `${status?.readyReplicas ?? 0}/${spec?.replicas ?? 0}` },
});

export const controllerRevisions = structuralKind<ControllerRevision>('apps/v1/controllerrevisions', {
  cells: { Revision: ({ revision }) => revision },
});
