/** A compiled field selector: `metadata.name=a,status.phase!=Failed`. */
export interface FieldSelector {
  /** `read` gives the value of a field path, an empty string when unset. */
  matches(read: (path: string) => string): boolean;
  readonly empty: boolean;
  /** The paths it names. */
  readonly fields: readonly string[];
  /** The value that the selector demands of a field with `=`, where it does: lets a list be a get. */
  exact(path: string): string | undefined;
  toString(): string;
}
