import type { KubeObject, Stored } from '../../api/object.js';
import { partialMetadata } from '../negotiation/partial-metadata.js';
import type { Presentation } from '../negotiation/presentation.js';
import { bookmarkTable, tableOf } from '../negotiation/table.js';
import type { Table } from '../negotiation/table.js';
import type { ChangeType } from './event-line.js';
import { eventLine, plainLine } from './event-line.js';

/** Turns events into lines, in the view that one watcher asked for. */
export interface WatchLines {
  change(type: ChangeType, object: Stored<KubeObject>): Buffer;
  bookmark(resourceVersion: string, initialEventsEnd: boolean): Buffer;
}

const INITIAL_EVENTS_END = { 'k8s.io/initial-events-end': 'true' };

/** `now` gives the time at which ages in table cells count. */
export function watchLines(view: Presentation, now: () => number): WatchLines {
  if (view.as === 'Table') return tableLines(view, now);
  const { kind, apiVersion } = view.as === undefined ? view.definition : { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1' };
  return {
    change: (type, object) => (view.as === undefined ? eventLine(type, object) : plainLine(type, partialMetadata(object))),
    bookmark: (resourceVersion, ended) => plainLine('BOOKMARK', { kind, apiVersion, metadata: bookmarkMeta(resourceVersion, ended) }),
  };
}

/** Columns are described in the first event only. */
function tableLines(view: Presentation, now: () => number): WatchLines {
  let described = false;
  const once = (table: Table): Table => {
    const shown = described ? { ...table, columnDefinitions: null } : table;
    described = true;
    return shown;
  };
  return {
    change: (type, object) =>
      plainLine(type, once(tableOf({ ...view, now: now() }, [object], { resourceVersion: object.metadata.resourceVersion }))),
    bookmark: (resourceVersion, ended) => plainLine('BOOKMARK', once(bookmarkTable(view, bookmarkMeta(resourceVersion, ended)))),
  };
}

function bookmarkMeta(resourceVersion: string, ended: boolean) {
  return { resourceVersion, ...(ended ? { annotations: INITIAL_EVENTS_END } : {}) };
}
