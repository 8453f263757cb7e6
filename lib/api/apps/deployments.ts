import type { Deployment, DeploymentStatus, DeploymentStrategy } from 'kubernetes-types/apps/v1.js';
import { defineBuiltIn } from '../built-in.js';
import { bumpGeneration } from '../meta/generation.js';
import { validateCounts, validateNotAbove, validateNotDecremented } from '../validation/counts.js';
import { Faults, sameJson } from '../validation/faults.js';
import { isNone, validateAtMostAll, validateIntOrPercent } from '../validation/int-or-percent.js';
import { validateLastingTemplate, validateWorkloadSelector, workloadCells } from './workload.js';

/** Pods that are replaced by those of a new template step by step. */
export const deployments = defineBuiltIn<Deployment>('apps/v1/deployments', {
  cells: {
    ...workloadCells,
    Ready: ({ spec, status }) => `${status?.readyReplicas ?? 0}/${spec?.replicas ?? 0}`,
    'Up-to-date': ({ status }) => status?.updatedReplicas ?? 0,
    Available: ({ status }) => status?.availableReplicas ?? 0,
  },
  rules: {
    prepareUpdate(deployment, old, { subresource }) {
      const { metadata } = deployment;
      if (subresource === 'status') {
        // Who reports the status may annotate, but not label.
        if (metadata) deployment.metadata = withLabels(metadata, old.metadata.labels);
      } else if (!sameJson(metadata?.annotations, old.metadata.annotations)) bumpGeneration(deployment, old);
    },
    validate({ spec }) {
      const faults = new Faults();
      faults.nonNegative('spec.replicas', spec?.replicas);
      const selector = validateWorkloadSelector(faults, spec?.selector, { kind: 'deployment', required: true });
      validateLastingTemplate(faults, spec?.template, selector, 'ReplicaSet');
      validateStrategy(faults, 'spec.strategy', spec?.strategy ?? {});
      validateCounts(faults, 'spec', spec, ['minReadySeconds', 'revisionHistoryLimit', 'progressDeadlineSeconds']);
      const { progressDeadlineSeconds, minReadySeconds = 0 } = spec ?? {};
      if (progressDeadlineSeconds !== undefined && progressDeadlineSeconds <= minReadySeconds)
        faults.invalid('spec.progressDeadlineSeconds', progressDeadlineSeconds, 'must be greater than minReadySeconds');
      return faults.list;
    },
    validateUpdate({ spec, status }, old, { subresource }) {
      const faults = new Faults();
      if (subresource === 'status') validateStatus(faults, status ?? {}, old.status ?? {});
      else faults.immutable('spec.selector', spec?.selector, old.spec?.selector);
      return faults.list;
    },
  },
});

function validateStrategy(faults: Faults, path: string, strategy: DeploymentStrategy): void {
  const { type, rollingUpdate } = strategy;
  if (type === 'Recreate') {
    if (rollingUpdate) faults.forbidden(`${path}.rollingUpdate`, "may not be specified when strategy `type` is 'Recreate'");
  } else if (type !== 'RollingUpdate') faults.oneOf(path, strategy, ['Recreate', 'RollingUpdate']);
  else if (faults.required(`${path}.rollingUpdate`, rollingUpdate, 'this should be defaulted and never be nil')) {
    const { maxUnavailable, maxSurge } = rollingUpdate!;
    validateIntOrPercent(faults, `${path}.rollingUpdate.maxUnavailable`, maxUnavailable);
    validateIntOrPercent(faults, `${path}.rollingUpdate.maxSurge`, maxSurge);
    if (isNone(maxUnavailable) && isNone(maxSurge))
      faults.invalid(`${path}.rollingUpdate.maxUnavailable`, maxUnavailable, 'may not be 0 when `maxSurge` is 0');
    validateAtMostAll(faults, `${path}.rollingUpdate.maxUnavailable`, maxUnavailable);
  }
}

function validateStatus(faults: Faults, status: DeploymentStatus & { readonly terminatingReplicas?: number }, old: DeploymentStatus): void {
  validateCounts(faults, 'status', status, [
    'observedGeneration',
    'replicas',
    'updatedReplicas',
    'readyReplicas',
    'availableReplicas',
    'unavailableReplicas',
    'terminatingReplicas',
    'collisionCount',
  ]);
  validateNotAbove(faults, 'status', status, 'replicas', ['updatedReplicas', 'readyReplicas', 'availableReplicas']);
  validateNotAbove(faults, 'status', status, 'readyReplicas', ['availableReplicas'], 'cannot be greater than readyReplicas');
  validateNotDecremented(faults, 'status.collisionCount', status.collisionCount, old.collisionCount);
}

function withLabels<M extends object>(metadata: M, labels: Record<string, string> | undefined): M {
  const { labels: _, ...rest } = metadata as M & { labels?: unknown };
  return { ...rest, ...(labels ? { labels } : {}) } as M;
}
