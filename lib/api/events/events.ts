import type { Event as CoreEvent } from 'kubernetes-types/core/v1.js';
import type { Event } from 'kubernetes-types/events/v1.js';
import { defineBuiltIn } from '../built-in.js';
import { events as coreEvents } from '../core/events.js';
import type { KubeObject, Stored } from '../object.js';
import type { ResourceDefinition, StoredForm } from '../resource-definition.js';
import { builtInSchema } from '../schema/built-in-schema.js';
import { decodeType } from '../schema/decode.js';
import { Faults } from '../validation/faults.js';

/** What the two groups call the same fields. */
const NAMES: readonly (readonly [ours: string, core: string])[] = [
  ['regarding', 'involvedObject'],
  ['note', 'message'],
  ['reportingController', 'reportingComponent'],
  ['deprecatedSource', 'source'],
  ['deprecatedFirstTimestamp', 'firstTimestamp'],
  ['deprecatedLastTimestamp', 'lastTimestamp'],
  ['deprecatedCount', 'count'],
];
const TO_CORE = new Map(NAMES);
const FROM_CORE = new Map(NAMES.map(([ours, core]) => [core, ours]));
const LONGEST_TEXT = 128;
const LONGEST_NOTE = 1024;

type Fields = Record<string, unknown>;

/** Under the other group's names, with what that group shows of fields that are unset. */
function renamed(object: KubeObject, names: ReadonlyMap<string, string>, type: string, apiVersion: string): KubeObject {
  const fields: Fields = Object.fromEntries(Object.entries(object).map(([name, value]) => [names.get(name) ?? name, value]));
  const { apiVersion: _, kind: __, ...shown } = decodeType(builtInSchema(type), fields) as Fields;
  return { apiVersion, kind: 'Event', ...shown, metadata: object.metadata! };
}

const toCore = (event: KubeObject) => renamed(event, TO_CORE, 'core/v1.Event', 'v1') as CoreEvent;
const storedForm: StoredForm = {
  toStored: toCore,
  fromStored: (stored) => renamed(stored, FROM_CORE, 'events/v1.Event', 'events.k8s.io/v1'),
};

const cells = Object.fromEntries(
  coreEvents.columns.map((column) => [
    column.name,
    (event: Stored<Event>, now: number) => column.value(toCore(event) as Stored<CoreEvent>, now),
  ]),
);

const definition = defineBuiltIn<Event>('events.k8s.io/v1/events', {
  storagePrefix: coreEvents.storagePrefix,
  cells,
  fields: { reportingController: (event) => event.reportingController ?? '' },
  rules: {
    validate(event) {
      const faults = new Faults();
      const home = event.regarding?.namespace || 'default';
      const isOfSystem = !event.regarding?.namespace && event.metadata?.namespace === 'kube-system';
      if (event.metadata?.namespace !== home && !isOfSystem)
        faults.invalid('involvedObject.namespace', event.regarding?.namespace ?? '', 'does not match event.namespace');
      return faults.list;
    },
    validateCreate(event) {
      const faults = new Faults();
      faults.required('eventTime', event.eventTime);
      faults.required('reportingController', event.reportingController);
      for (const name of ['reportingInstance', 'action', 'reason'] as const)
        if (faults.required(name, event[name]) && event[name]!.length > LONGEST_TEXT)
          faults.invalid(name, event[name], `can have at most ${LONGEST_TEXT} characters`);
      if (event.type !== 'Normal' && event.type !== 'Warning')
        faults.invalid('type', event.type ?? '', `has invalid value: ${event.type ?? ''}`);
      if ((event.note?.length ?? 0) > LONGEST_NOTE) faults.invalid('message', '', `can have at most ${LONGEST_NOTE} characters`);
      deprecatedFaults(faults, event);
      return faults.list;
    },
  },
});

/** Events of the new group: the objects are those of `v1/events`. */
export const eventsV1: ResourceDefinition<Event> = { ...definition, storedForm, faultGroup: '' };

/** Those are for events that were written in the old group. */
function deprecatedFaults(faults: Faults, event: Event): void {
  const { deprecatedFirstTimestamp, deprecatedLastTimestamp, deprecatedCount, deprecatedSource } = event;
  const unset = (field: string, value: unknown) => value && faults.invalid(field, value, 'needs to be unset');
  unset('firstTimestamp', deprecatedFirstTimestamp);
  unset('lastTimestamp', deprecatedLastTimestamp);
  unset('count', deprecatedCount);
  if (deprecatedSource && Object.keys(deprecatedSource).length > 0) unset('source', deprecatedSource);
}
