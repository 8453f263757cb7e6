import { type History, type Operation, type Scan, seenBy, show } from './operation.js';

/** An answer that told of a revision. */
interface Told {
  readonly returned: number;
  readonly revision: number;
}

/**
 * Says what is wrong with the revisions of a history, in which each commit wrote one key; `undefined` when nothing is.
 *
 * Each write has a revision of its own, larger than all that anybody was told of before it was called. A scan is of a
 * revision no older than those, and shows what had been written up to it.
 */
export function checkRevisions(history: History): string | undefined {
  return checkOwners(history.operations) ?? checkOrder(history) ?? checkScans(history);
}

/** No two writes share a revision, and no value has two. */
function checkOwners(operations: readonly Operation[]): string | undefined {
  const owners = new Map<number, string>();
  const revisions = new Map<string, number>();
  for (const operation of operations) {
    const { key, action, outcome } = operation;
    const facts = seenBy(operation).map(({ value, revision }) => ({ revision, what: `put ${key} ${value}` }));
    if (action.type === 'delete' && outcome.type === 'written')
      facts.push({ revision: outcome.revision, what: `delete ${key} at ${operation.called}` });
    for (const { revision, what } of facts) {
      const owner = owners.get(revision) ?? what;
      if (owner !== what) return `revision ${revision} was given twice, to "${owner}" and to "${what}":\n  ${show(operation)}`;
      const other = revisions.get(what) ?? revision;
      if (other !== revision) return `"${what}" has revisions ${other} and ${revision}:\n  ${show(operation)}`;
      owners.set(revision, what);
      revisions.set(what, revision);
    }
  }
  return undefined;
}

function checkOrder({ operations, scans }: History): string | undefined {
  const told: Told[] = [
    ...operations.flatMap((operation) => revisionsIn(operation).map((revision) => ({ returned: operation.returned, revision }))),
    ...scans,
  ].sort((a, b) => a.returned - b.returned);
  const asked = [
    ...operations.flatMap((operation) =>
      operation.outcome.type === 'written' ? [{ called: operation.called, revision: operation.outcome.revision, operation }] : [],
    ),
    ...scans.map((scan) => ({ called: scan.called, scan })),
  ].sort((a, b) => a.called - b.called);
  let reached = 0;
  let next = 0;
  for (const item of asked) {
    for (; next < told.length && told[next]!.returned < item.called; next++) reached = Math.max(reached, told[next]!.revision);
    if ('scan' in item && item.scan.revision < reached) return `${showScan(item.scan)}, and ${reached} was there before it was called`;
    if ('operation' in item && item.revision <= reached)
      return `revision ${reached} was there before this was called:\n  ${show(item.operation)}`;
  }
  return undefined;
}

/** A key of a scan shows its last write up to the scan's revision. Absent ones are judged by the search: a delete may have had no answer. */
function checkScans({ operations, scans }: History): string | undefined {
  const writes = new Map<string, Written[]>();
  for (const operation of operations) {
    if (operation.outcome.type !== 'written') continue;
    const ofKey = writes.get(operation.key) ?? [];
    writes.set(operation.key, ofKey);
    ofKey.push({ operation, revision: operation.outcome.revision });
  }
  for (const ofKey of writes.values()) ofKey.sort((a, b) => a.revision - b.revision);
  for (const scan of scans) {
    for (const [key, { revision }] of scan.entries) {
      if (revision > scan.revision) return `${showScan(scan)}, and has ${key} at ${revision}`;
      const last = lastUpTo(writes.get(key) ?? [], scan.revision);
      if (last && last.revision > revision) return `${showScan(scan)}, and does not show\n  ${show(last.operation)}`;
    }
  }
  return undefined;
}

interface Written {
  readonly operation: Operation;
  readonly revision: number;
}

/** By bisection. */
function lastUpTo(writes: readonly Written[], revision: number): Written | undefined {
  let low = 0;
  for (let high = writes.length; low < high;) {
    const middle = (low + high) >>> 1;
    if (writes[middle]!.revision <= revision) low = middle + 1;
    else high = middle;
  }
  return writes[low - 1];
}

/** What it saw and, where it wrote, its own. */
function revisionsIn(operation: Operation): number[] {
  const seen = seenBy(operation).map(({ revision }) => revision);
  return operation.outcome.type === 'written' ? [...seen, operation.outcome.revision] : seen;
}

function showScan({ client, revision, called, returned }: Scan): string {
  return `the scan of c${client} [${called}, ${returned}] is of revision ${revision}`;
}
