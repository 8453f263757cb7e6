/** What made somebody ask for a reconcile. */
export interface Cause {
  /**
   * | type | what happened |
   * |---|---|
   * | `listed` | the object was there when the controller began, or came with a list after a restart |
   * | `added`, `changed`, `deleted` | an object came, changed, or went |
   * | `after`, `again` | the last reconcile asked for it |
   * | `retry`, `conflict` | the last reconcile failed, or met a conflict |
   * | `superseded` | the last reconcile was ended, since what it worked on had changed |
   * | `asked` | somebody asked for the key by name |
   */
  readonly type: 'listed' | 'added' | 'changed' | 'deleted' | 'after' | 'again' | 'retry' | 'conflict' | 'superseded' | 'asked';
  /** How the object leads to the key: it is `itself` the one to reconcile, the controller `owns` it, or `watches` it. */
  readonly via?: 'itself' | 'owns' | 'watches';
  /** Plural of the object's kind. */
  readonly kind?: string;
  /** `namespace/name` of the object. */
  readonly object?: string;
  /** The object's version; that of its deletion when it went. */
  readonly resourceVersion?: string;
  readonly uid?: string;
  /** Whether the object's spec is another one, its deletion has begun, or it is gone. */
  readonly newSpec?: boolean;
}

/** Asks for a reconcile of a key. */
export interface Wake {
  readonly key: string;
  /** Default: `asked`. */
  readonly cause?: Cause | undefined;
}

/** For people: `changed pods default/web-0 (version 17)`. */
export function causeText({ type, kind, object, resourceVersion, via }: Cause): string {
  if (kind === undefined || object === undefined) return type;
  const version = resourceVersion === undefined ? '' : ` (version ${resourceVersion})`;
  const relation = via === 'owns' ? ', which it owns' : via === 'watches' ? ', which it watches' : '';
  return `${type} ${kind} ${object}${version}${relation}`;
}
