/** How to reach the plane. */
export interface PlaneAddress {
  readonly url: string;
  /** PEM. */
  readonly ca: string;
  /** Of an administrator. */
  readonly token: string;
}

/** Times are milliseconds since 1970: parent and child share a clock. */
export interface Pause {
  readonly from: number;
  readonly to: number;
  /** Milliseconds of processor time that the thread of the event loop used meanwhile. */
  readonly processor: number;
  /** Milliseconds that garbage was collected meanwhile. */
  readonly collecting: number;
  /** What the process did then: the functions that were on the stack for most of it, those that were longest first. */
  readonly doing: readonly string[];
}

/** Bytes that are held after a garbage collection. */
export interface MemoryReading {
  readonly heap: number;
  readonly external: number;
  /** Milliseconds: the longest pause of the event loop since the last reading. */
  readonly longestPause: number;
}

/** What the process of the plane tells. */
export type PlaneMessage =
  | { readonly type: 'ready'; readonly address: PlaneAddress }
  | { readonly type: 'alive' }
  | { readonly type: 'pause'; readonly pause: Pause }
  | { readonly type: 'logged'; readonly message: string; readonly fields: string }
  | { readonly type: 'prototypes'; readonly changes: readonly string[] }
  | { readonly type: 'memory'; readonly reading: MemoryReading }
  | { readonly type: 'stopped' };

/** What it is asked. `measure` answers with `prototypes` when there are changes, then with `memory`. */
export type PlaneCommand = { readonly type: 'measure' } | { readonly type: 'stop' };
