/** A compiled label selector. */
export interface LabelSelector {
  matches(labels: Readonly<Record<string, string>> | undefined): boolean;
  /** True when it matches everything. */
  readonly empty: boolean;
  /** In the form of the `labelSelector` query parameter. */
  toString(): string;
}
