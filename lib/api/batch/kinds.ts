import type { CronJob, Job } from 'kubernetes-types/batch/v1.js';
import { containerImages, containerNames } from '../core/cells.js';
import { humanAge, humanDuration, parseTime } from '../meta/time.js';
import { labelSelectorOf } from '../meta/label-selector.js';
import { structuralKind } from '../structural-kind.js';

export const jobs = structuralKind<Job>('batch/v1/jobs', {
  fields: { 'status.successful': ({ status }) => String(status?.succeeded ?? 0) },
  cells: {
    Status: jobStatus,
    Completions: ({ spec, status }) => `${status?.succeeded ?? 0}/${spec?.completions ?? 1}`,
    Duration: ({ status }, now) =>
      status?.startTime
        ? humanDuration((status.completionTime ? parseTime(status.completionTime) : now) - parseTime(status.startTime))
        : '',
    Containers: ({ spec }) => containerNames(spec?.template.spec?.containers),
    Images: ({ spec }) => containerImages(spec?.template.spec?.containers),
    Selector: ({ spec }) => labelSelectorOf(spec?.selector).toString() || '<none>',
  },
});

export const cronJobs = structuralKind<CronJob>('batch/v1/cronjobs', {
  cells: {
    Schedule: ({ spec }) => spec?.schedule ?? '',
    Timezone: ({ spec }) => spec?.timeZone ?? '<none>',
    Suspend: ({ spec }) => (spec?.suspend ? 'True' : 'False'),
    Active: ({ status }) => status?.active?.length ?? 0,
    'Last Schedule': ({ status }, now) => (status?.lastScheduleTime ? humanAge(status.lastScheduleTime, now) : '<none>'),
    Containers: ({ spec }) => containerNames(spec?.jobTemplate.spec?.template.spec?.containers),
    Images: ({ spec }) => containerImages(spec?.jobTemplate.spec?.template.spec?.containers),
    Selector: ({ spec }) => labelSelectorOf(spec?.jobTemplate.spec?.selector).toString() || '<none>',
  },
});

function jobStatus({ metadata, status }: Job): string {
  const is = (type: string) => status?.conditions?.some((condition) => condition.type === type && condition.status === 'True');
  if (is('Complete')) return 'Complete';
  if (is('Failed')) return 'Failed';
  if (metadata?.deletionTimestamp) return 'Terminating';
  if (is('Suspended')) return 'Suspended';
  return is('FailureTarget') ? 'FailureTarget' : is('SuccessCriteriaMet') ? 'SuccessCriteriaMet' : 'Running';
}
