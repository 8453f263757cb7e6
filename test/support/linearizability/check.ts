import { type History, type Operation, type Scan, seenBy, show } from './operation.js';
import { registerModel } from './register.js';
import { checkRevisions } from './revisions.js';
import { linearize } from './search.js';

/**
 * Says why a history cannot be that of a store with linearizable keys and one global revision; `undefined` when it can.
 *
 * Keys are checked one by one: a history is linearizable when that of each of its objects is (Herlihy and Wing). A scan
 * counts as a read of each key, and must besides be of one moment.
 */
export function checkHistory(history: History): string | undefined {
  const { operations, scans } = history;
  const keys = new Map<string, Operation[]>();
  const values = new Set<string>();
  for (const operation of operations) {
    const { key, action } = operation;
    if (action.type === 'put' && values.size === values.add(action.value).size) throw new Error(`two puts write ${action.value}`);
    const ofKey = keys.get(key);
    if (ofKey) ofKey.push(operation);
    else keys.set(key, [operation]);
  }
  for (const scan of scans) {
    for (const key of scan.entries.keys()) if (!keys.has(key)) return `a scan shows ${key}, which nobody wrote`;
  }
  const wrong = checkRevisions(history);
  if (wrong !== undefined) return wrong;
  for (const [key, ofKey] of keys) {
    const failure = checkKey([...ofKey, ...scans.map((scan) => readOf(scan, key))]);
    if (failure !== undefined) return failure;
  }
  return undefined;
}

/** Looks for an order of the operations on one key. */
export function checkKey(operations: readonly Operation[]): string | undefined {
  const told = new Map(operations.flatMap(seenBy).map(({ value, revision }) => [value, revision]));
  const relevant = operations.flatMap((operation) => {
    if (operation.outcome.type === 'failed') return []; // it surely did nothing
    return operation.outcome.type === 'unknown' ? [{ ...operation, returned: Infinity }] : [operation];
  });
  const revisionOf = ({ action, outcome }: Operation): number | undefined => {
    if (outcome.type === 'written') return outcome.revision;
    return outcome.type === 'unknown' && action.type === 'put' ? told.get(action.value) : undefined;
  };
  const rank = (operation: Operation) => revisionOf(operation) ?? Number.MAX_VALUE;
  const ranked = relevant.filter((operation) => revisionOf(operation) !== undefined).sort((a, b) => rank(a) - rank(b));
  const after = new Map(ranked.slice(1).map((operation, i) => [operation, ranked[i]!]));
  const verdict = linearize(registerModel(told), relevant, { after, rank });
  if (verdict.linearizable) return undefined;
  const lines = [...verdict.order.slice(-8).map((one) => `  ${show(one)}`), ...verdict.stuck.map((one) => `? ${show(one)}`)];
  return `no order of the operations on ${operations[0]!.key} explains them; after ${verdict.order.length} of ${relevant.length}:\n${lines.join('\n')}`;
}

function readOf({ client, entries, called, returned }: Scan, key: string): Operation {
  return { client, key, action: { type: 'get' }, outcome: { type: 'read', seen: entries.get(key) }, called, returned };
}
