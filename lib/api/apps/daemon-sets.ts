import type { DaemonSet, DaemonSetStatus, DaemonSetUpdateStrategy, RollingUpdateDaemonSet } from 'kubernetes-types/apps/v1.js';
import { defineBuiltIn } from '../built-in.js';
import { labelsText } from '../core/cells.js';
import type { Stored } from '../object.js';
import { validateCounts, validateNotDecremented } from '../validation/counts.js';
import { Faults, sameJson } from '../validation/faults.js';
import type { IntOrPercent } from '../validation/int-or-percent.js';
import { isNone, validateAtMostAll, validateIntOrPercent } from '../validation/int-or-percent.js';
import { validateLastingTemplate, validateWorkloadSelector, workloadCells } from './workload.js';

/** Counts the templates that a set has had; old clients read it. */
const TEMPLATE_GENERATION = 'deprecated.daemonset.template.generation';

/** A pod on each node. */
export const daemonSets = defineBuiltIn<DaemonSet>('apps/v1/daemonsets', {
  cells: {
    ...workloadCells,
    Desired: ({ status }) => status?.desiredNumberScheduled ?? 0,
    Current: ({ status }) => status?.currentNumberScheduled ?? 0,
    Ready: ({ status }) => status?.numberReady ?? 0,
    'Up-to-date': ({ status }) => status?.updatedNumberScheduled ?? 0,
    Available: ({ status }) => status?.numberAvailable ?? 0,
    'Node Selector': ({ spec }) => labelsText(spec?.template.spec?.nodeSelector),
  },
  rules: {
    prepareCreate(set) {
      countTemplates(set, Math.max(1, templateGeneration(set)));
    },
    prepareUpdate(set, old) {
      countTemplates(set, templateGeneration(old) + (sameJson(set.spec?.template, old.spec?.template) ? 0 : 1));
    },
    validate({ spec }) {
      const faults = new Faults();
      const selector = validateWorkloadSelector(faults, spec?.selector, { kind: 'daemonset', required: false });
      validateLastingTemplate(faults, spec?.template, selector, 'DaemonSet');
      faults.nonNegative('spec.minReadySeconds', spec?.minReadySeconds);
      validateStrategy(faults, 'spec.updateStrategy', spec?.updateStrategy ?? {});
      faults.nonNegative('spec.revisionHistoryLimit', spec?.revisionHistoryLimit);
      return faults.list;
    },
    validateUpdate({ spec, status }, old, { subresource }) {
      const faults = new Faults();
      if (subresource === 'status') {
        if (status) validateStatus(faults, status, old.status);
      } else faults.immutable('spec.selector', spec?.selector, old.spec?.selector);
      return faults.list;
    },
  },
});

function templateGeneration({ metadata }: DaemonSet | Stored<DaemonSet>): number {
  return Number.parseInt(metadata?.annotations?.[TEMPLATE_GENERATION] ?? '0', 10) || 0;
}

function countTemplates(set: DaemonSet, generation: number): void {
  set.metadata = { ...set.metadata, annotations: { ...set.metadata?.annotations, [TEMPLATE_GENERATION]: String(generation) } };
}

function validateStrategy(faults: Faults, path: string, strategy: DaemonSetUpdateStrategy): void {
  const { type, rollingUpdate } = strategy;
  if (type === 'OnDelete') return;
  if (type !== 'RollingUpdate') faults.oneOf(path, strategy, ['RollingUpdate', 'OnDelete']);
  else if (faults.required(`${path}.rollingUpdate`, rollingUpdate)) validateRolling(faults, `${path}.rollingUpdate`, rollingUpdate!);
}

function validateRolling(faults: Faults, path: string, rolling: RollingUpdateDaemonSet & { maxSurge?: IntOrPercent }): void {
  const limits = ['maxUnavailable', 'maxSurge'] as const;
  for (const limit of limits) validateIntOrPercent(faults, `${path}.${limit}`, rolling[limit]);
  for (const limit of limits) validateAtMostAll(faults, `${path}.${limit}`, rolling[limit]);
  const [unavailable, surge] = limits.map((limit) => !isNone(rolling[limit]));
  if (unavailable && surge) faults.invalid(`${path}.maxSurge`, rolling.maxSurge, 'may not be set when maxUnavailable is non-zero');
  else if (!unavailable && !surge) faults.required(`${path}.maxUnavailable`, undefined, 'cannot be 0 when maxSurge is 0');
}

function validateStatus(faults: Faults, status: DaemonSetStatus, old: DaemonSetStatus | undefined): void {
  validateCounts(faults, 'status', status, [
    'currentNumberScheduled',
    'numberMisscheduled',
    'desiredNumberScheduled',
    'numberReady',
    'observedGeneration',
    'updatedNumberScheduled',
    'numberAvailable',
    'numberUnavailable',
    'collisionCount',
  ]);
  validateNotDecremented(faults, 'status.collisionCount', status.collisionCount, old?.collisionCount);
}
