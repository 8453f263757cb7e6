import type { Job } from 'kubernetes-types/batch/v1.js';

/** The STATUS of a job. */
export function jobStatusText({ metadata, status }: Job): string {
  const is = (type: string) => status?.conditions?.some((condition) => condition.type === type && condition.status === 'True');
  if (is('Complete')) return 'Complete';
  if (is('Failed')) return 'Failed';
  if (metadata?.deletionTimestamp) return 'Terminating';
  if (is('Suspended')) return 'Suspended';
  return is('FailureTarget') ? 'FailureTarget' : is('SuccessCriteriaMet') ? 'SuccessCriteriaMet' : 'Running';
}
