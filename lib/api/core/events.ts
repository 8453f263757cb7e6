import type { Event } from 'kubernetes-types/core/v1.js';
import { defineBuiltIn } from '../built-in.js';
import { humanAge } from '../meta/time.js';
import { Faults } from '../validation/faults.js';

/** Seconds that an event is kept after it was written last: the default of kube-apiserver's `--event-ttl`. */
export const EVENT_TIME_TO_LIVE = 3600;

export const events = defineBuiltIn<Event>('v1/events', {
  // `source` in a field selector means its component.
  fields: { source: (event) => event.source?.component ?? '', reportingComponent: (event) => event.reportingComponent ?? '' },
  cells: {
    'Last Seen': (event, now) => lastSeen(event, now),
    Type: ({ type }) => type ?? '',
    Reason: ({ reason }) => reason ?? '',
    Object: ({ involvedObject: { kind, name } }) => (name ? `${kind?.toLowerCase() ?? ''}/${name}` : (kind?.toLowerCase() ?? '')),
    Subobject: ({ involvedObject }) => involvedObject.fieldPath ?? '',
    Source: (event) =>
      [event.source?.component || event.reportingComponent, event.source?.host || event.reportingInstance].filter(Boolean).join(', '),
    Message: ({ message }) => message?.trim() ?? '',
    'First Seen': (event, now) => humanAge(event.firstTimestamp ?? event.eventTime ?? undefined, now),
    Count: ({ series, count }) => String(series?.count ?? (count || 1)),
    Name: ({ metadata }) => metadata.name,
  },
  rules: {
    validate({ metadata, involvedObject, eventTime, type, action, reason, reportingComponent }) {
      const faults = new Faults();
      // An event of a cluster-wide object lives in `default`.
      const home = involvedObject.namespace || 'default';
      if (metadata.namespace !== home && !(involvedObject.namespace === undefined && metadata.namespace === 'kube-system'))
        faults.invalid('involvedObject.namespace', involvedObject.namespace ?? '', 'does not match event.namespace');
      if (!eventTime) return faults.list;
      faults.required('reportingController', reportingComponent);
      faults.required('action', action);
      faults.required('reason', reason);
      if (type !== 'Normal' && type !== 'Warning') faults.invalid('type', type ?? '', 'has invalid value: ' + (type ?? ''));
      return faults.list;
    },
  },
});

function lastSeen({ series, lastTimestamp, eventTime, firstTimestamp }: Event, now: number): string {
  return humanAge(series?.lastObservedTime ?? lastTimestamp ?? eventTime ?? firstTimestamp ?? undefined, now);
}
