/** Which characters (code points) a place takes. */
export type Accepts = (code: number) => boolean;

/** A parsed regular expression. */
export type Node =
  | { readonly type: 'character'; readonly accepts: Accepts }
  | { readonly type: 'assert'; readonly kind: 'start' | 'end' | 'boundary' | 'no-boundary' }
  | { readonly type: 'sequence'; readonly parts: readonly Node[] }
  | { readonly type: 'choice'; readonly parts: readonly Node[] }
  | { readonly type: 'repeat'; readonly part: Node; readonly min: number; readonly max: number; readonly lazy: boolean };
