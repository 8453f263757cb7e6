interface Place {
  /** As it stands in the source. */
  readonly text: string;
  readonly offset: number;
}

/** A word of an expression. */
export type Token =
  | (Place & { readonly kind: 'ident' | 'int' | 'uint' | 'double' | 'operator' | 'end' })
  | (Place & { readonly kind: 'string'; readonly value: string })
  | (Place & { readonly kind: 'bytes'; readonly value: Uint8Array });
