import type { History, Operation, Outcome } from './operation.js';

/** Spoils a history so that no right store could have made it; `undefined` when there is nothing in it to be spoilt like this. */
export type Corruption = (history: History, random: () => number) => History | undefined;

/** Ways in which stores have been wrong. Each must be noticed. */
export const corruptions: Readonly<Record<string, Corruption>> = {
  'the answers of two reads changed places': (history, random) =>
    pick(
      pairs(history, isFound, isFound, ([a, b]) => foundBy(a).revision < foundBy(b).revision),
      random,
      ([a, b]) => answer(history, [a, b.outcome], [b, a.outcome]),
    ),

  'a read came back stale': (history, random) =>
    pick(
      pairs(history, isPut, isFound, ([write, read]) => revisionOf(write) <= foundBy(read).revision),
      random,
      ([write, read]) => {
        const older = before(history, write);
        return older && answer(history, [read, { type: 'read', seen: older }]);
      },
    ),

  'an acknowledged write was lost': (history, random) =>
    pick(
      history.operations.filter((one) => isPut(one) && before(history, one) !== undefined),
      random,
      (write) => {
        const older = before(history, write);
        const readers = history.operations.filter((one) => isFound(one) && foundBy(one).revision === revisionOf(write));
        if (!readers.some((reader) => reader.called > write.returned)) return undefined;
        return answer(history, ...readers.map((reader) => [reader, { type: 'read', seen: older }] as const));
      },
    ),

  'an acknowledged delete came undone': (history, random) =>
    pick(
      pairs(history, isDelete, isFound, ([removal, read]) => revisionOf(removal) < foundBy(read).revision),
      random,
      ([removal, read]) => {
        const removed = removal.outcome.type === 'written' ? removal.outcome.removed : undefined;
        return removed && answer(history, [read, { type: 'read', seen: removed }]);
      },
    ),

  'two compare-and-sets on one revision won': (history, random) =>
    pick(
      history.operations.filter((loser) => {
        const { action, outcome } = loser;
        if (action.type !== 'put' || !action.guard || outcome.type !== 'refused') return false;
        return history.operations.some((one) => isPut(one) && one.key === loser.key && guardOf(one) === action.guard);
      }),
      random,
      (loser) => answer(history, [loser, { type: 'written', revision: lastRevision(history) + 1 }]),
    ),

  'two creates of a key won, with no delete between them': (history, random) =>
    pick(
      history.operations.filter(
        (loser) =>
          loser.outcome.type === 'refused' &&
          loser.outcome.code === 'Exists' &&
          !history.operations.some(({ key, action }) => key === loser.key && action.type === 'delete') &&
          history.operations.some((one) => one.key === loser.key && isPut(one) && one.returned < loser.called),
      ),
      random,
      (loser) => answer(history, [loser, { type: 'written', revision: lastRevision(history) + 1 }]),
    ),

  'a write that was said to have failed took effect': (history, random) =>
    pick(
      pairs(history, isPut, isFound, ([write, read]) => revisionOf(write) === foundBy(read).revision),
      random,
      ([write]) => answer(history, [write, { type: 'failed' }]),
    ),

  'a write without an answer came and went': (history, random) =>
    pick(
      pairs(history, isFound, isFound, ([a, b]) => foundBy(a).revision > 0 && foundBy(a).revision < foundBy(b).revision),
      random,
      ([a, b]) => {
        const lost = history.operations.find((one) => isPut(one) && revisionOf(one) === foundBy(b).revision);
        return lost && answer(history, [lost, { type: 'unknown' }], [a, b.outcome], [b, a.outcome]);
      },
    ),

  'two writes got one revision': (history, random) =>
    pick(
      pairs({ ...history, operations: anyKey(history) }, isWritten, isWritten, () => true),
      random,
      ([a, b]) => answer(history, [b, { ...b.outcome, revision: revisionOf(a) } as Outcome]),
    ),

  'a later write got an earlier revision': (history, random) =>
    pick(
      pairs({ ...history, operations: anyKey(history) }, isWritten, isWritten, () => true),
      random,
      ([a, b]) =>
        answer(
          history,
          [a, { ...a.outcome, revision: revisionOf(b) } as Outcome],
          [b, { ...b.outcome, revision: revisionOf(a) } as Outcome],
        ),
    ),

  'a read found what nobody wrote': (history, random) =>
    pick(history.operations.filter(isFound), random, (read) =>
      answer(history, [read, { type: 'read', seen: { value: 'from nowhere', revision: foundBy(read).revision } }]),
    ),

  'a read found what was yet to be written': (history, random) =>
    pick(
      pairs(history, isRead, isPut, () => true),
      random,
      ([read, write]) => answer(history, [read, { type: 'read', seen: { value: valueOf(write), revision: revisionOf(write) } }]),
    ),

  'a scan missed a write that was there before it': ({ operations, scans }, random) =>
    pick(
      scans.filter(({ entries }) => entries.size > 0),
      random,
      (scan) => {
        const writes = operations.filter(
          (one) => isPut(one) && one.returned < scan.called && scan.entries.get(one.key)?.revision === revisionOf(one),
        );
        return pick(writes, random, (write) => {
          if (operations.some(({ key, action }) => key === write.key && action.type === 'delete')) return undefined;
          const entries = new Map(scan.entries);
          entries.delete(write.key);
          return { operations, scans: scans.map((one) => (one === scan ? { ...scan, entries } : one)) };
        });
      },
    ),

  'a scan mixed two moments': ({ operations, scans }, random) =>
    pick(scans, random, (scan) => {
      const later = operations.filter((one) => isPut(one) && revisionOf(one) > scan.revision);
      return pick(later, random, (write) => {
        const entries = new Map(scan.entries).set(write.key, { value: valueOf(write), revision: revisionOf(write) });
        return { operations, scans: scans.map((one) => (one === scan ? { ...scan, entries } : one)) };
      });
    }),

  'a scan was of an old revision': ({ operations, scans }, random) =>
    pick(scans, random, (scan) => {
      const earlier = operations.filter((one) => isWritten(one) && one.returned < scan.called);
      return pick(earlier, random, (write) => ({
        operations,
        scans: scans.map((one) => (one === scan ? { ...scan, entries: new Map(), revision: revisionOf(write) - 1 } : one)),
      }));
    }),
};

const isRead = ({ outcome }: Operation) => outcome.type === 'read';
const isFound = ({ outcome }: Operation) => outcome.type === 'read' && outcome.seen !== undefined;
const isWritten = ({ outcome }: Operation) => outcome.type === 'written';
const isPut = ({ action, outcome }: Operation) => action.type === 'put' && outcome.type === 'written';
const isDelete = ({ action, outcome }: Operation) => action.type === 'delete' && outcome.type === 'written';

function foundBy({ outcome }: Operation): { value: string; revision: number } {
  return (outcome.type === 'read' && outcome.seen) || { value: '', revision: 0 };
}

function revisionOf({ outcome }: Operation): number {
  return outcome.type === 'written' ? outcome.revision : 0;
}

function guardOf({ action }: Operation): number | undefined {
  return action.type === 'get' ? undefined : action.guard;
}

function valueOf({ action }: Operation): string {
  return action.type === 'put' ? action.value : '';
}

function lastRevision({ operations }: History): number {
  return operations.reduce((last, one) => Math.max(last, revisionOf(one), foundBy(one).revision), 0);
}

/** What an earlier put of the key had written. */
function before({ operations }: History, write: Operation): { value: string; revision: number } | undefined {
  const earlier = operations.filter((one) => isPut(one) && one.key === write.key && revisionOf(one) < revisionOf(write));
  const last = earlier.sort((a, b) => revisionOf(b) - revisionOf(a))[0];
  return last && { value: valueOf(last), revision: revisionOf(last) };
}

function anyKey({ operations }: History): Operation[] {
  return operations.map((operation) => ({ ...operation, key: '', original: operation }));
}

/** Operations on one key of which the first had returned when the second was called. */
function pairs(
  { operations }: History,
  isFirst: (one: Operation) => boolean,
  isSecond: (one: Operation) => boolean,
  suits: (pair: readonly [Operation, Operation]) => boolean,
): (readonly [Operation, Operation])[] {
  const found: (readonly [Operation, Operation])[] = [];
  const seconds = operations.filter(isSecond);
  for (const first of operations.filter(isFirst)) {
    const near = seconds.filter((one) => one.key === first.key && one.called > first.returned && suits([first, one]));
    for (const second of near.slice(0, 3)) found.push([originalOf(first), originalOf(second)]);
  }
  return found;
}

function originalOf(operation: Operation & { original?: Operation }): Operation {
  return operation.original ?? operation;
}

/** The history with other answers. */
function answer({ operations, scans }: History, ...answers: readonly (readonly [Operation, Outcome])[]): History {
  const outcomes = new Map(answers);
  return { scans, operations: operations.map((one) => ({ ...one, outcome: outcomes.get(one) ?? one.outcome })) };
}

function pick<T>(items: readonly T[], random: () => number, use: (item: T) => History | undefined): History | undefined {
  const item = items[Math.floor(random() * items.length)];
  return item === undefined ? undefined : use(item);
}
