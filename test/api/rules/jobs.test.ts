import { expect } from 'chai';
import { cronJobs, jobs } from '../../../lib/api/batch/kinds.js';
import { scheduleProblem } from '../../../lib/api/batch/cron-schedule.js';
import { changed, created, faults, message, updated } from './rules.js';

const template = { spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'img' }] } };
const JOB = { spec: { template } };
const INDEXED = { spec: { template, completionMode: 'Indexed', completions: 3, parallelism: 2 } };
const CRON = { spec: { schedule: '0 3 * * *', jobTemplate: { spec: { template } } } };
const rule = (more: object) => ({ rules: [{ action: 'FailJob', ...more }] });

describe('rules of jobs', () => {
  const cases: readonly (readonly [object, string, unknown, string[]])[] = [
    [JOB, 'spec.parallelism', 3, []],
    [JOB, 'spec.template.spec.restartPolicy', undefined, ['Required spec.template.spec.restartPolicy']],
    [JOB, 'spec.template.spec.restartPolicy', 'OnFailure', []],
    [JOB, 'spec.ttlSecondsAfterFinished', -1, ['Invalid spec.ttlSecondsAfterFinished']],
    [JOB, 'spec.completionMode', 'Odd', ['NotSupported spec.completionMode']],
    [JOB, 'spec.backoffLimitPerIndex', 1, ['Invalid spec.backoffLimitPerIndex']],
    [JOB, 'spec.podReplacementPolicy', 'Odd', ['NotSupported spec.podReplacementPolicy']],
    [JOB, 'spec.managedBy', 'me', ['Invalid spec.managedBy']],
    [JOB, 'spec.managedBy', `a.example/${'x'.repeat(60)}`, ['TooLong spec.managedBy']],
    [JOB, 'metadata.name', 'a.b', []],
    [INDEXED, 'metadata.name', 'a.b', ['Invalid metadata.name']],
    [INDEXED, 'spec.completions', undefined, ['Required spec.completions']],
    [INDEXED, 'spec.parallelism', 100_001, ['Invalid spec.parallelism']],
    [INDEXED, 'spec.maxFailedIndexes', 1, ['Required spec.backoffLimitPerIndex']],
    [JOB, 'spec.podFailurePolicy', rule({}), ['Invalid spec.podFailurePolicy.rules[0]']],
    [
      JOB,
      'spec.podFailurePolicy',
      rule({ onExitCodes: { operator: 'In', values: [3, 0, 3] } }),
      [
        'Invalid spec.podFailurePolicy.rules[0].onExitCodes.values[1]',
        'Duplicate spec.podFailurePolicy.rules[0].onExitCodes.values[2]',
        'Invalid spec.podFailurePolicy.rules[0].onExitCodes.values',
      ],
    ],
    [
      JOB,
      'spec.podFailurePolicy',
      rule({ action: 'FailIndex', onPodConditions: [{ type: 'DisruptionTarget' }] }),
      ['Invalid spec.podFailurePolicy.rules[0].action'],
    ],
    [
      JOB,
      'spec.podFailurePolicy',
      rule({ onExitCodes: { operator: 'In', values: [1], containerName: 'other' } }),
      ['Invalid spec.podFailurePolicy.rules[0].onExitCodes.containerName'],
    ],
    [JOB, 'spec.successPolicy', { rules: [{ succeededCount: 1 }] }, ['Invalid spec.successPolicy']],
    [INDEXED, 'spec.successPolicy', { rules: [{ succeededIndexes: '0-1,2' }] }, []],
    [INDEXED, 'spec.successPolicy', { rules: [{ succeededIndexes: '1,0' }] }, ['Invalid spec.successPolicy.rules[0].succeededIndexes']],
    [INDEXED, 'spec.successPolicy', { rules: [{ succeededIndexes: '0-3' }] }, ['Invalid spec.successPolicy.rules[0].succeededIndexes']],
    [INDEXED, 'spec.successPolicy', { rules: [{ succeededCount: 4 }] }, ['Invalid spec.successPolicy.rules[0].succeededCount']],
    [INDEXED, 'spec.successPolicy', { rules: [{}] }, ['Required spec.successPolicy.rules[0]']],
  ];
  for (const [body, path, value, wanted] of cases)
    it(`${path} ${JSON.stringify(value)?.slice(0, 80)}: ${wanted.join() || 'fine'}`, () =>
      expect(faults(jobs, changed(body, path, value))).to.deep.equal(wanted));

  it('a selector is made from the uid, unless it is said to be given', () => {
    const { metadata, spec } = created(jobs, JOB);
    expect(spec?.selector?.matchLabels).to.deep.equal({ 'batch.kubernetes.io/controller-uid': metadata.uid });
    expect(spec?.template.metadata?.labels).to.deep.equal(metadata.labels).and.to.have.property('job-name', 'x');
    const given = { ...JOB.spec, selector: { matchLabels: { a: 'b' } } };
    expect(faults(jobs, { spec: given })).to.deep.equal(['Invalid spec.template.metadata.labels', 'Invalid spec.selector']);
    const labelled = { ...template, metadata: { labels: { a: 'b' } } };
    const manual = created(jobs, { spec: { ...given, template: labelled, manualSelector: true } });
    expect(manual.spec?.template.metadata?.labels).to.deep.equal({ a: 'b' });
  });

  describe('that are there', () => {
    const after = (body: object, path: string, value: unknown, status: object = {}) => {
      const old = { ...created(jobs, body), status };
      return updated(jobs, old, changed(old, path, value)).faults;
    };
    const suspended = changed(JOB, 'spec.suspend', true);

    it('keep what their pods are made from', () => {
      expect(after(JOB, 'spec.template.spec.nodeSelector', { a: 'b' })).to.deep.equal(['Invalid spec.template']);
      expect(after(JOB, 'spec.completions', 2)).to.deep.equal(['Invalid spec.completions']);
      expect(after(JOB, 'spec.completionMode', 'Indexed')).to.deep.equal(['Invalid spec.completionMode']);
      expect(after(JOB, 'spec.backoffLimit', 1)).to.deep.equal([]);
      expect(after(JOB, 'spec.parallelism', 4)).to.deep.equal([]);
    });

    it('may be placed anew as long as they wait', () => {
      for (const [path, value] of [
        ['nodeSelector', { a: 'b' }],
        ['tolerations', [{ operator: 'Exists' }]],
        ['schedulingGates', [{ name: 'a.example/b' }]],
        ['affinity', { nodeAffinity: {} }],
      ] as const) {
        expect(after(suspended, `spec.template.spec.${path}`, value), path).to.deep.equal([]);
        expect(after(suspended, `spec.template.spec.${path}`, value, { startTime: '2024-01-01T00:00:00Z' }), path).to.deep.equal([
          'Invalid spec.template',
        ]);
      }
      expect(after(suspended, 'spec.template.spec.affinity', { podAffinity: {} })).to.deep.equal(['Invalid spec.template']);
      expect(after(suspended, 'spec.template.spec.hostNetwork', true)).to.deep.equal(['Invalid spec.template']);
    });

    it('grow by index only together with what runs at a time', () => {
      expect(after(INDEXED, 'spec.completions', 4)).to.deep.equal(['Invalid spec.completions']);
      expect(after(INDEXED, 'spec.completions', 2)).to.deep.equal([]);
    });
  });
});

describe('rules of cron jobs', () => {
  it('look into the template of their jobs', () => {
    expect(faults(cronJobs, CRON)).to.deep.equal([]);
    expect(faults(cronJobs, changed(CRON, 'spec.jobTemplate.spec.template.spec.containers', []))).to.deep.equal([
      'Required spec.jobTemplate.spec.template.spec.containers',
    ]);
    expect(faults(cronJobs, changed(CRON, 'spec.jobTemplate.spec.manualSelector', true))).to.deep.equal([
      'NotSupported spec.jobTemplate.spec.manualSelector',
    ]);
    expect(faults(cronJobs, changed(CRON, 'spec.concurrencyPolicy', 'Odd'))).to.deep.equal(['NotSupported spec.concurrencyPolicy']);
    expect(faults(cronJobs, changed(CRON, 'metadata.name', 'a'.repeat(53)))).to.deep.equal(['Invalid metadata.name']);
  });

  const schedules: readonly (readonly [string, string | undefined])[] = [
    ['*/5 0-6,12 ? jan-mar sun', undefined],
    ['@daily', undefined],
    ['@every 1h30m', undefined],
    ['* * * *', 'expected exactly 5 fields, found 4: [* * * *]'],
    ['* * * * 7', 'end of range (7) above maximum (6): 7'],
    ['60 * * * *', 'end of range (60) above maximum (59): 60'],
    ['* * 0 * *', 'beginning of range (0) below minimum (1): 0'],
    ['5-1 * * * *', 'beginning of range (5) beyond end of range (1): 5-1'],
    ['*/0 * * * *', 'step of range should be a positive number: */0'],
    ['1-2-3 * * * *', 'too many hyphens: 1-2-3'],
    ['a * * * *', 'failed to parse int from a: strconv.Atoi: parsing "a": invalid syntax'],
    ['@sometimes', 'unrecognized descriptor: @sometimes'],
  ];
  for (const [schedule, problem] of schedules)
    it(`schedule ${schedule}: ${problem ?? 'fine'}`, () => expect(scheduleProblem(schedule)).to.equal(problem));

  it('take time zones of the database, in their case, and not in the schedule', () => {
    const zone = (timeZone: string) => faults(cronJobs, changed(CRON, 'spec.timeZone', timeZone));
    for (const known of ['Etc/UTC', 'Europe/Berlin', 'America/Argentina/Buenos_Aires']) expect(zone(known), known).to.deep.equal([]);
    for (const other of ['Mars/Base', 'europe/berlin', '../etc', 'Local', ''])
      expect(zone(other), other).to.deep.equal(['Invalid spec.timeZone']);
    expect(message(cronJobs, changed(CRON, 'spec.schedule', 'TZ=UTC 0 3 * * *'))).to.equal(
      'CronJob.batch "x" is invalid: spec.schedule: Invalid value: "TZ=UTC 0 3 * * *": cannot use TZ or CRON_TZ in schedule, use timeZone field instead',
    );
  });

  it('keep a zone in the schedule that was there before', () => {
    const old = created(cronJobs, changed(CRON, 'spec.schedule', 'TZ=UTC 0 3 * * *'));
    expect(updated(cronJobs, old, changed(old, 'spec.suspend', true)).faults).to.deep.equal([]);
    expect(updated(cronJobs, old, changed(old, 'spec.schedule', 'TZ=UTC 0 4 * * *')).faults).to.deep.equal(['Invalid spec.schedule']);
  });
});
