import type { Job, JobStatus } from 'kubernetes-types/batch/v1.js';
import type { PodSpec, PodTemplateSpec } from 'kubernetes-types/core/v1.js';
import { defineBuiltIn } from '../built-in.js';
import { containerImages, containerNames } from '../core/cells.js';
import { labelSelectorOf } from '../meta/label-selector.js';
import { humanDuration, parseTime } from '../meta/time.js';
import type { Stored } from '../object.js';
import { validateCounts } from '../validation/counts.js';
import { Faults, sameJson } from '../validation/faults.js';
import { validateLabelSelector } from '../validation/label-selector.js';
import { dnsLabel } from '../validation/names.js';
import type { FullJobSpec } from './job-spec.js';
import { validateJobSpec } from './job-spec.js';
import { jobStatusText } from './job-cells.js';

const CONTROLLER_UID = 'batch.kubernetes.io/controller-uid';
const JOB_NAME = 'batch.kubernetes.io/job-name';
/** The same two, from before labels had a domain. */
const OLD_CONTROLLER_UID = 'controller-uid';
const OLD_JOB_NAME = 'job-name';

/** Pods that run until enough of them have succeeded. */
export const jobs = defineBuiltIn<Job>('batch/v1/jobs', {
  fields: { 'status.successful': ({ status }) => String(status?.succeeded ?? 0) },
  cells: {
    Status: jobStatusText,
    Completions: ({ spec, status }) => `${status?.succeeded ?? 0}/${wantedText(spec)}`,
    Duration: ({ status }, now) =>
      status?.startTime
        ? humanDuration((status.completionTime ? parseTime(status.completionTime) : now) - parseTime(status.startTime))
        : '',
    Containers: ({ spec }) => containerNames(spec?.template.spec?.containers),
    Images: ({ spec }) => containerImages(spec?.template.spec?.containers),
    Selector: ({ spec }) => labelSelectorOf(spec?.selector).toString() || '<none>',
  },
  rules: {
    prepareCreate: generateSelector,
    validate({ spec }) {
      const faults = new Faults();
      if (spec) validateSpec(faults, spec);
      return faults.list;
    },
    validateCreate(job) {
      const faults = new Faults();
      validateGenerated(faults, job);
      validatePodNames(faults, job);
      return faults.list;
    },
    validateUpdate(job, old, { subresource }) {
      const faults = new Faults();
      if (subresource === 'status') validateStatus(faults, job.status ?? {});
      else if (job.spec && old.spec) validateSpecUpdate(faults, job.spec, old);
      return faults.list;
    },
  },
});

/** A job without a selector of its own gets one that matches its pods alone, and the labels that go with it. */
function generateSelector(job: Job): void {
  const { spec, metadata = {} } = job;
  if (!spec || spec.manualSelector) return;
  const labels = {
    [CONTROLLER_UID]: metadata.uid ?? '',
    [OLD_CONTROLLER_UID]: metadata.uid ?? '',
    [JOB_NAME]: metadata.name ?? '',
    [OLD_JOB_NAME]: metadata.name ?? '',
  };
  // Labels that the job has from its template are the template's, whatever becomes of them.
  const copied = sameJson(metadata.labels ?? {}, spec.template?.metadata?.labels ?? {});
  spec.template = { ...spec.template, metadata: { ...spec.template?.metadata, labels: { ...spec.template?.metadata?.labels, ...labels } } };
  if (copied) job.metadata = { ...metadata, labels: { ...spec.template.metadata?.labels } };
  if (!spec.selector) spec.selector = { matchLabels: { [CONTROLLER_UID]: labels[CONTROLLER_UID] } };
}

function validateGenerated(faults: Faults, { metadata = {}, spec }: Job): void {
  if (!spec?.selector || spec.manualSelector) return;
  const expected: Record<string, string> = {
    [OLD_CONTROLLER_UID]: metadata.uid ?? '',
    [OLD_JOB_NAME]: metadata.name ?? '',
    [CONTROLLER_UID]: metadata.uid ?? '',
    [JOB_NAME]: metadata.name ?? '',
  };
  for (const [label, value] of Object.entries(expected)) {
    const path = `spec.template.metadata.labels[${label}]`;
    const actual = spec.template?.metadata?.labels?.[label];
    if (actual === undefined) faults.required(path, undefined, `must be '${value}'`);
    if (actual !== value) faults.invalid(path, spec.template.metadata?.labels, `must be '${value}'`);
  }
  const readable = new Faults();
  validateLabelSelector(readable, '', spec.selector);
  if (readable.list.length === 0 && !labelSelectorOf(spec.selector).matches(expected))
    faults.invalid('spec.selector', spec.selector, '`selector` not auto-generated');
}

function validateSpec(faults: Faults, spec: FullJobSpec): void {
  const before = faults.list.length;
  if (faults.required('spec.selector', spec.selector)) validateLabelSelector(faults, 'spec.selector', spec.selector);
  const readable = faults.list.length === before || !spec.selector;
  validateJobSpec(faults, 'spec', spec, readable ? labelSelectorOf(spec.selector) : undefined);
}

/** The pods of an indexed job have their index at the end of their name, and the name is a host name. */
function validatePodNames(faults: Faults, { metadata, spec }: Job): void {
  if (spec?.completionMode !== 'Indexed' || !spec.completions || spec.completions < 0) return;
  const longest = `${metadata?.name ?? ''}-${spec.completions - 1}`;
  if (dnsLabel(longest).length > 0)
    faults.invalid('metadata.name', metadata?.name ?? '', `will not able to create pod with invalid DNS label: ${longest}`);
}

function validateSpecUpdate(faults: Faults, spec: FullJobSpec, { spec: before, status }: Stored<Job>): void {
  const old = before as FullJobSpec;
  validateCompletions(faults, spec, old);
  faults.immutable('spec.selector', spec.selector, old.selector);
  const maySchedule = old.suspend === true && !status?.startTime;
  faults.immutable('spec.template', spec.template, maySchedule ? withDirectivesOf(old.template, spec.template) : old.template);
  for (const field of ['completionMode', 'podFailurePolicy', 'backoffLimitPerIndex', 'managedBy', 'successPolicy'] as const)
    faults.immutable(`spec.${field}`, spec[field], old[field]);
}

/** The number of completions of an indexed job may change, together with its parallelism. */
function validateCompletions(faults: Faults, spec: FullJobSpec, old: FullJobSpec): void {
  if (spec.completionMode !== 'Indexed') faults.immutable('spec.completions', spec.completions, old.completions);
  else if (spec.completions !== undefined && spec.completions !== old.completions && spec.completions !== spec.parallelism)
    faults.invalid('spec.completions', spec.completions, 'can only be modified in tandem with spec.parallelism');
}

/** The old template with the placement of the new one, which may change as long as no pod was made. */
function withDirectivesOf(old: PodTemplateSpec, { metadata, spec }: PodTemplateSpec): PodTemplateSpec {
  const { labels, annotations } = metadata ?? {};
  const { nodeSelector, tolerations, schedulingGates } = spec ?? {};
  const placed = { ...old.spec, nodeSelector, tolerations, schedulingGates, affinity: affinityOf(old.spec, spec) } as PodSpec;
  return { ...old, metadata: { ...old.metadata, labels: labels!, annotations: annotations! }, spec: placed };
}

/** The old affinity with the node affinity of the new one. */
function affinityOf(old: PodSpec | undefined, { affinity }: Partial<PodSpec> = {}): PodSpec['affinity'] | undefined {
  const { nodeAffinity: _, ...others } = old?.affinity ?? {};
  if (!affinity) return Object.keys(others).length > 0 ? others : undefined;
  return { ...others, ...(affinity.nodeAffinity ? { nodeAffinity: affinity.nodeAffinity } : {}) };
}

function validateStatus(faults: Faults, status: JobStatus & { readonly terminating?: number }): void {
  validateCounts(faults, 'status', status, ['active', 'succeeded', 'failed', 'ready', 'terminating']);
  const seen = new Set<string>();
  for (const list of ['succeeded', 'failed'] as const)
    status.uncountedTerminatedPods?.[list]?.forEach((uid, index) => {
      const path = `status.uncountedTerminatedPods.${list}[${index}]`;
      if (uid === '') faults.invalid(path, uid, 'must not be empty');
      else if (seen.has(uid)) faults.duplicate(path, uid);
      seen.add(uid);
    });
}

/** How many must succeed: as many as run at a time need only one. */
function wantedText(spec: FullJobSpec | undefined): string {
  if (spec?.completions !== undefined) return String(spec.completions);
  return (spec?.parallelism ?? 1) > 1 ? `1 of ${spec?.parallelism}` : '1';
}
