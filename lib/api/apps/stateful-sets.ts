import type { StatefulSet, StatefulSetSpec, StatefulSetStatus, StatefulSetUpdateStrategy } from 'kubernetes-types/apps/v1.js';
import type { PodTemplateSpec, Volume } from 'kubernetes-types/core/v1.js';
import { defineBuiltIn } from '../built-in.js';
import { validateCounts, validateNotAbove, validateNotDecremented } from '../validation/counts.js';
import { Faults, sameJson } from '../validation/faults.js';
import type { IntOrPercent } from '../validation/int-or-percent.js';
import { isNone, validateAtMostAll, validateIntOrPercent } from '../validation/int-or-percent.js';
import { dnsLabel } from '../validation/names.js';
import { validateLastingTemplate, validateWorkloadSelector, workloadCells } from './workload.js';

const MAY_CHANGE = [
  'replicas',
  'ordinals',
  'template',
  'updateStrategy',
  'revisionHistoryLimit',
  'persistentVolumeClaimRetentionPolicy',
  'minReadySeconds',
] as const;
const CHANGE_WORDS =
  "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden";

/** Pods that keep their name and their volumes. */
export const statefulSets = defineBuiltIn<StatefulSet>('apps/v1/statefulsets', {
  names: dnsLabel,
  cells: { ...workloadCells, Ready: ({ spec, status }) => `${status?.readyReplicas ?? 0}/${spec?.replicas ?? 0}` },
  rules: {
    validate({ metadata, spec }) {
      const faults = new Faults();
      if (spec) validateSpec(faults, spec, metadata?.name ?? '');
      return faults.list;
    },
    validateUpdate({ spec, status }, old, { subresource }) {
      const faults = new Faults();
      if (subresource === 'status') {
        if (status) validateStatus(faults, status, old.status);
      } else if (!sameJson(withoutChangeable(spec), withoutChangeable(old.spec))) faults.forbidden('spec', CHANGE_WORDS);
      return faults.list;
    },
  },
});

function validateSpec(faults: Faults, spec: StatefulSetSpec, name: string): void {
  const { podManagementPolicy: order, persistentVolumeClaimRetentionPolicy: retention, ordinals } = spec;
  if (faults.required('spec.podManagementPolicy', order) && order !== 'OrderedReady' && order !== 'Parallel')
    faults.invalid('spec.podManagementPolicy', order, "must be 'OrderedReady' or 'Parallel'");
  validateStrategy(faults, 'spec.updateStrategy', spec.updateStrategy ?? {});
  for (const when of ['whenDeleted', 'whenScaled'] as const)
    faults.oneOf(`spec.persistentVolumeClaimRetentionPolicy.${when}`, retention?.[when], ['Retain', 'Delete']);
  validateCounts(faults, 'spec', spec, ['replicas', 'minReadySeconds', 'revisionHistoryLimit']);
  faults.nonNegative('spec.ordinals.start', ordinals?.start);
  const selector = validateWorkloadSelector(faults, spec.selector, { kind: 'statefulset', required: true });
  validateLastingTemplate(faults, withClaims(spec, name), selector, 'StatefulSet');
}

/** The template as its pods will have it: a claim is a volume of its name, in place of any other. */
function withClaims({ template, volumeClaimTemplates = [] }: StatefulSetSpec, name: string): PodTemplateSpec {
  if (volumeClaimTemplates.length === 0 || !template?.spec) return template;
  const claims = volumeClaimTemplates.map(({ metadata }): Volume => {
    const claim = metadata?.name ?? '';
    return { name: claim, persistentVolumeClaim: { claimName: `${claim}-${name}-0` } };
  });
  const others = (template.spec.volumes ?? []).filter((volume) => !claims.some((claim) => claim.name === volume.name));
  return { ...template, spec: { ...template.spec, volumes: [...others, ...claims] } };
}

function validateStrategy(faults: Faults, path: string, strategy: StatefulSetUpdateStrategy): void {
  const { type, rollingUpdate } = strategy;
  if (!faults.required(path, type)) return;
  if (type === 'OnDelete') {
    if (rollingUpdate) faults.invalid(`${path}.rollingUpdate`, rollingUpdate, "only allowed for updateStrategy 'RollingUpdate'");
  } else if (type !== 'RollingUpdate') faults.invalid(path, strategy, "must be 'RollingUpdate' or 'OnDelete'");
  else if (rollingUpdate) {
    const { partition, maxUnavailable }: { partition?: number; maxUnavailable?: IntOrPercent } = rollingUpdate;
    faults.nonNegative(`${path}.rollingUpdate.partition`, partition);
    if (maxUnavailable === undefined) return;
    const at = `${path}.rollingUpdate.maxUnavailable`;
    validateIntOrPercent(faults, at, maxUnavailable);
    if (isNone(maxUnavailable)) faults.invalid(at, maxUnavailable, 'cannot be 0');
    validateAtMostAll(faults, at, maxUnavailable);
  }
}

function validateStatus(faults: Faults, status: StatefulSetStatus, old: StatefulSetStatus | undefined): void {
  const counts = ['readyReplicas', 'currentReplicas', 'updatedReplicas', 'availableReplicas'] as const;
  validateCounts(faults, 'status', status, ['replicas', ...counts, 'observedGeneration', 'collisionCount']);
  validateNotAbove(faults, 'status', status, 'replicas', counts);
  validateNotAbove(faults, 'status', status, 'readyReplicas', ['availableReplicas']);
  validateNotDecremented(faults, 'status.collisionCount', status.collisionCount, old?.collisionCount);
}

function withoutChangeable(spec: StatefulSetSpec | undefined): object {
  return { ...spec, ...Object.fromEntries(MAY_CHANGE.map((field) => [field, undefined])) };
}
