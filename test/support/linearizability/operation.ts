/** A value and the revision that wrote it; `undefined`: the key was absent. */
export type Seen = { readonly value: string; readonly revision: number } | undefined;

/**
 * What a client asked of a key. A `guard` is the revision that must stand there, 0 for "absent"; without one a write overwrites.
 * No two puts of a history write the same value: so a value tells which put it comes from.
 */
export type Action =
  | { readonly type: 'get' }
  | { readonly type: 'put'; readonly value: string; readonly guard?: number | undefined }
  | { readonly type: 'delete'; readonly guard?: number | undefined };

/**
 * What the client was told.
 *
 * `failed`: nothing was written, now or later. `unknown`: it may have landed, or land at any time to come, or never.
 */
export type Outcome =
  | { readonly type: 'read'; readonly seen: Seen }
  | { readonly type: 'written'; readonly revision: number; readonly removed?: Seen }
  | { readonly type: 'refused'; readonly code: Refusal; readonly seen?: Seen }
  | { readonly type: 'failed' }
  | { readonly type: 'unknown' };

/** A guard, or a delete of nothing, that did not hold. */
export type Refusal = 'Exists' | 'Conflict' | 'NotFound';

/** A call on one key, and its answer. */
export interface Operation {
  readonly client: number;
  readonly key: string;
  readonly action: Action;
  readonly outcome: Outcome;
  /** When it was called, and when it was answered: ticks of one clock that never shows the same time twice. */
  readonly called: number;
  readonly returned: number;
}

/** A read of all keys at once. */
export interface Scan {
  readonly client: number;
  /** What was found; other keys were absent. */
  readonly entries: ReadonlyMap<string, NonNullable<Seen>>;
  /** The snapshot that was read. */
  readonly revision: number;
  readonly called: number;
  readonly returned: number;
}

/** What clients did with a store. */
export interface History {
  readonly operations: readonly Operation[];
  readonly scans: readonly Scan[];
}

/** What an operation learned of its key from its answer: first what stood there before, then what it wrote. */
export function seenBy({ action, outcome }: Operation): NonNullable<Seen>[] {
  if (outcome.type === 'read' || outcome.type === 'refused') return outcome.seen ? [outcome.seen] : [];
  if (outcome.type !== 'written') return [];
  const written = action.type === 'put' ? [{ value: action.value, revision: outcome.revision }] : [];
  return outcome.removed ? [outcome.removed, ...written] : written;
}

/** As in `c3 put b guard 7: written 9 [40, 44]`. */
export function show({ client, key, action, outcome, called, returned }: Operation): string {
  const value = action.type === 'put' ? ` ${action.value}` : '';
  const guard = action.type !== 'get' && action.guard !== undefined ? ` guard ${action.guard}` : '';
  return `c${client} ${action.type} ${key}${value}${guard}: ${showOutcome(outcome)} [${called}, ${returned}]`;
}

function showOutcome(outcome: Outcome): string {
  switch (outcome.type) {
    case 'read':
      return showSeen(outcome.seen);
    case 'written':
      return `written ${outcome.revision}${outcome.removed ? `, was ${showSeen(outcome.removed)}` : ''}`;
    case 'refused':
      return `${outcome.code}${outcome.seen ? `, is ${showSeen(outcome.seen)}` : ''}`;
    default:
      return outcome.type;
  }
}

function showSeen(seen: Seen): string {
  return seen ? `${seen.value}@${seen.revision}` : 'absent';
}
