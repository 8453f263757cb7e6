import type { CronJob, CronJobSpec } from 'kubernetes-types/batch/v1.js';
import { defineBuiltIn } from '../built-in.js';
import { containerImages, containerNames } from '../core/cells.js';
import { labelSelectorOf } from '../meta/label-selector.js';
import { humanAge } from '../meta/time.js';
import { notSupported } from '../field-error.js';
import { validateCounts } from '../validation/counts.js';
import { Faults } from '../validation/faults.js';
import { scheduleProblem } from './cron-schedule.js';
import { validateJobSpec } from './job-spec.js';

/** Its jobs have a time of eleven characters at the end of their name. */
const MAX_NAME = 52;
const ZONE_PART = /^[A-Za-z._0-9+][-A-Za-z._0-9+]{0,13}$/;

/** Makes jobs at the times of a schedule. */
export const cronJobs = defineBuiltIn<CronJob>('batch/v1/cronjobs', {
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
  rules: {
    validate({ spec }) {
      const faults = new Faults();
      if (spec) validateSpec(faults, 'spec', spec);
      return faults.list;
    },
    validateCreate({ metadata, spec }) {
      const faults = new Faults();
      const name = metadata?.name ?? '';
      if (name.length > MAX_NAME) faults.invalid('metadata.name', name, `must be no more than ${MAX_NAME} characters`);
      validateNewSchedule(faults, spec);
      return faults.list;
    },
    validateUpdate({ spec }, { spec: old }) {
      const faults = new Faults();
      if (spec?.schedule !== old?.schedule || spec?.timeZone !== old?.timeZone) validateNewSchedule(faults, spec);
      return faults.list;
    },
  },
});

function validateSpec(faults: Faults, path: string, spec: CronJobSpec): void {
  const { schedule, jobTemplate } = spec;
  if (faults.required(`${path}.schedule`, schedule)) {
    const problem = scheduleProblem(schedule);
    if (problem) faults.invalid(`${path}.schedule`, schedule, problem);
  }
  validateCounts(faults, path, spec, ['startingDeadlineSeconds', 'successfulJobsHistoryLimit', 'failedJobsHistoryLimit']);
  faults.requiredOneOf(`${path}.concurrencyPolicy`, spec.concurrencyPolicy, ['Allow', 'Forbid', 'Replace']);
  const job = jobTemplate?.spec;
  if (!job) return;
  validateJobSpec(faults, `${path}.jobTemplate.spec`, job, undefined);
  if (job.selector) faults.invalid(`${path}.jobTemplate.spec.selector`, job.selector, '`selector` will be auto-generated');
  if (job.manualSelector) faults.add(notSupported(`${path}.jobTemplate.spec.manualSelector`, true, ['nil', 'false']));
}

/** What stands in the schedule of a job that is there already was fine once. */
function validateNewSchedule(faults: Faults, spec: CronJobSpec | undefined): void {
  if (spec?.schedule?.includes('TZ'))
    faults.invalid('spec.schedule', spec.schedule, 'cannot use TZ or CRON_TZ in schedule, use timeZone field instead');
  if (spec?.timeZone !== undefined) validateTimeZone(faults, 'spec.timeZone', spec.timeZone);
}

function validateTimeZone(faults: Faults, path: string, zone: string): void {
  if (zone === '') faults.invalid(path, zone, 'timeZone must be nil or non-empty string');
  else if (zone.split('/').some((part) => part === '.' || part === '..' || !ZONE_PART.test(part)) || !isKnownZone(zone))
    faults.invalid(path, zone, `unknown time zone ${zone}`);
  else if (zone.toLowerCase() === 'local')
    faults.invalid(path, zone, 'timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones');
}

/** Zones of the database are files, so that their case counts. */
function isKnownZone(zone: string): boolean {
  if (zone.toLowerCase() === 'local') return true;
  try {
    const { timeZone } = new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions();
    return timeZone === zone || timeZone.toLowerCase() !== zone.toLowerCase();
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}
