import type { JobSpec, PodFailurePolicyRule } from 'kubernetes-types/batch/v1.js';
import { validatePodTemplate } from '../core/pod-template.js';
import { invalidWithoutValue } from '../field-error.js';
import type { LabelSelector } from '../meta/label-selector.js';
import { validateCounts } from '../validation/counts.js';
import type { Faults } from '../validation/faults.js';
import { domainPrefixedPath, qualifiedName } from '../validation/names.js';
import type { SuccessPolicy } from './success-policy.js';
import { validateSuccessPolicy } from './success-policy.js';

const MAX_PARALLELISM = 100_000;
const MAX_FAILED_INDEXES = 100_000;
/** With more completions than this, retries by index have limits of their own. */
const MANY_COMPLETIONS = 100_000;
const MAX_WITH_MANY = 10_000;
const MAX_POLICY_RULES = 20;
const MAX_EXIT_CODES = 255;
const MAX_CONDITIONS = 20;
const MAX_MANAGER_BYTES = 63;

/** The fields that the types of this version do not have yet. */
export type FullJobSpec = JobSpec & { readonly successPolicy?: SuccessPolicy; readonly managedBy?: string };

/** What must be true of a job, wherever it is described. The `selector`, where there is one, must match the labels of the pods. */
export function validateJobSpec(faults: Faults, path: string, spec: FullJobSpec, selector: LabelSelector | undefined): void {
  validateCounts(faults, path, spec, [
    'parallelism',
    'completions',
    'activeDeadlineSeconds',
    'backoffLimit',
    'ttlSecondsAfterFinished',
    'backoffLimitPerIndex',
    'maxFailedIndexes',
  ]);
  if (spec.maxFailedIndexes !== undefined && spec.backoffLimitPerIndex === undefined)
    faults.required(`${path}.backoffLimitPerIndex`, undefined, 'when maxFailedIndexes is specified');
  if (spec.managedBy !== undefined) {
    faults.syntax(`${path}.managedBy`, spec.managedBy, domainPrefixedPath);
    if (Buffer.byteLength(spec.managedBy) > MAX_MANAGER_BYTES) faults.tooLong(`${path}.managedBy`, MAX_MANAGER_BYTES);
  }
  validateCompletionMode(faults, path, spec);
  if (spec.podFailurePolicy) validateFailurePolicy(faults, `${path}.podFailurePolicy.rules`, spec);
  if (spec.successPolicy) validateSuccessPolicy(faults, path, spec, spec.successPolicy);
  faults.oneOf(
    `${path}.podReplacementPolicy`,
    spec.podReplacementPolicy,
    spec.podFailurePolicy ? ['Failed'] : ['Failed', 'TerminatingOrFailed'],
  );
  validatePodTemplate(faults, `${path}.template`, spec.template, selector);
  validateRestartPolicy(faults, `${path}.template.spec.restartPolicy`, spec);
}

/** `Always` is what a template gets that does not say, so it counts as missing. */
function validateRestartPolicy(faults: Faults, path: string, { template, podFailurePolicy }: FullJobSpec): void {
  const policy = template?.spec?.restartPolicy;
  if (!policy || policy === 'Always') faults.required(path, undefined, 'valid values: "OnFailure", "Never"');
  else if (faults.oneOf(path, policy, ['OnFailure', 'Never']) && podFailurePolicy && policy !== 'Never')
    faults.invalid(path, policy, 'only "Never" is supported when podFailurePolicy is specified');
}

function validateCompletionMode(faults: Faults, path: string, spec: FullJobSpec): void {
  const { completionMode = 'NonIndexed' } = spec;
  faults.oneOf(`${path}.completionMode`, completionMode, ['NonIndexed', 'Indexed']);
  if (completionMode === 'Indexed') validateIndexed(faults, path, spec);
  if (completionMode !== 'NonIndexed') return;
  for (const field of ['backoffLimitPerIndex', 'maxFailedIndexes'] as const)
    if (spec[field] !== undefined) faults.invalid(`${path}.${field}`, spec[field], 'requires indexed completion mode');
}

function validateIndexed(faults: Faults, path: string, spec: FullJobSpec): void {
  const { completions, parallelism = 0, maxFailedIndexes, backoffLimitPerIndex } = spec;
  const atMost = (field: 'parallelism' | 'maxFailedIndexes', max: number, words: string) => {
    if ((spec[field] ?? 0) > max) faults.invalid(`${path}.${field}`, spec[field], `must be less than or equal to ${words}`);
  };
  if (completions === undefined) faults.required(`${path}.completions`, undefined, 'when completion mode is Indexed');
  atMost('parallelism', MAX_PARALLELISM, `${MAX_PARALLELISM} when completion mode is Indexed`);
  if (completions !== undefined) atMost('maxFailedIndexes', completions, 'completions');
  atMost('maxFailedIndexes', MAX_FAILED_INDEXES, String(MAX_FAILED_INDEXES));
  if ((completions ?? 0) <= MANY_COMPLETIONS || backoffLimitPerIndex === undefined) return;
  if (maxFailedIndexes === undefined)
    faults.required(`${path}.maxFailedIndexes`, undefined, `must be specified when completions is above ${MANY_COMPLETIONS}`);
  const words = `${MAX_WITH_MANY} when completions are above ${MANY_COMPLETIONS} and used with backoff limit per index`;
  if (parallelism > MAX_WITH_MANY) atMost('parallelism', MAX_WITH_MANY, words);
  atMost('maxFailedIndexes', MAX_WITH_MANY, words);
}

function validateFailurePolicy(faults: Faults, path: string, spec: FullJobSpec): void {
  const rules = spec.podFailurePolicy?.rules ?? [];
  faults.tooMany(path, rules.length, MAX_POLICY_RULES);
  const { containers, initContainers = [] } = spec.template?.spec ?? { containers: [] };
  const names = new Set([...(containers ?? []), ...initContainers].map(({ name }) => name));
  rules.forEach((rule, index) => validateRule(faults, `${path}[${index}]`, rule, spec, names));
}

function validateRule(faults: Faults, path: string, rule: PodFailurePolicyRule, spec: FullJobSpec, names: ReadonlySet<string>): void {
  const { action, onExitCodes, onPodConditions = [] } = rule;
  if (action === 'FailIndex') {
    if (spec.backoffLimitPerIndex === undefined) faults.invalid(`${path}.action`, action, 'requires the backoffLimitPerIndex to be set');
  } else if (faults.required(`${path}.action`, action, 'valid values: ["Count" "FailIndex" "FailJob" "Ignore"]'))
    faults.oneOf(`${path}.action`, action, ['Count', 'FailIndex', 'FailJob', 'Ignore']);
  if (onExitCodes) validateExitCodes(faults, `${path}.onExitCodes`, onExitCodes, names);
  validateConditions(faults, `${path}.onPodConditions`, onPodConditions);
  if (onExitCodes && onPodConditions.length > 0)
    faults.add(invalidWithoutValue(path, 'specifying both OnExitCodes and OnPodConditions is not supported'));
  if (!onExitCodes && onPodConditions.length === 0)
    faults.add(invalidWithoutValue(path, 'specifying one of OnExitCodes and OnPodConditions is required'));
}

function validateExitCodes(
  faults: Faults,
  path: string,
  { operator, containerName, values }: NonNullable<PodFailurePolicyRule['onExitCodes']>,
  names: ReadonlySet<string>,
): void {
  if (faults.required(`${path}.operator`, operator, 'valid values: ["In" "NotIn"]'))
    faults.oneOf(`${path}.operator`, operator, ['In', 'NotIn']);
  if (containerName !== undefined && !names.has(containerName))
    faults.invalid(`${path}.containerName`, containerName, 'must be one of the container or initContainer names in the pod template');
  // Without any in the body it is null.
  const codes: readonly number[] = values ?? [];
  if (codes.length === 0) faults.invalid(`${path}.values`, codes, 'at least one value is required');
  else faults.tooMany(`${path}.values`, codes.length, MAX_EXIT_CODES);
  codes.forEach((code, index) => {
    if (operator === 'In' && code === 0) faults.invalid(`${path}.values[${index}]`, code, 'must not be 0 for the In operator');
    if (codes.indexOf(code) < index) faults.duplicate(`${path}.values[${index}]`, code);
  });
  if (codes.some((code, index) => index > 0 && codes[index - 1]! > code)) faults.invalid(`${path}.values`, codes, 'must be ordered');
}

function validateConditions(faults: Faults, path: string, conditions: NonNullable<PodFailurePolicyRule['onPodConditions']>): void {
  faults.tooMany(path, conditions.length, MAX_CONDITIONS);
  conditions.forEach(({ type, status }, index) => {
    faults.syntax(`${path}[${index}].type`, type, qualifiedName);
    if (faults.required(`${path}[${index}].status`, status, 'valid values: ["False" "True" "Unknown"]'))
      faults.oneOf(`${path}[${index}].status`, status, ['False', 'True', 'Unknown']);
  });
}
