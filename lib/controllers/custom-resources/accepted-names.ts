import type { CustomResourceDefinition, CustomResourceDefinitionNames } from 'kubernetes-types/apiextensions/v1.js';

/** Names of a group that others have. */
export interface TakenNames {
  /** Plurals, singulars and short names. */
  readonly resources: ReadonlySet<string | undefined>;
  /** Kinds and list kinds. */
  readonly kinds: ReadonlySet<string | undefined>;
}

/** Why not all names that a definition asks for are its own. */
export interface NameConflict {
  readonly reason: string;
  readonly message: string;
}

/** The names that a definition gets: those that nobody else has, and what it had before in place of the others. */
export function acceptNames(
  { spec, status }: CustomResourceDefinition,
  taken: TakenNames,
): { readonly names: CustomResourceDefinitionNames; readonly conflict: NameConflict | undefined } {
  const asked = spec.names;
  const before: Partial<CustomResourceDefinitionNames> = status?.acceptedNames ?? {};
  let conflict: NameConflict | undefined;
  const accept = <T extends string | undefined>(name: T, had: T, reason: string, used: ReadonlySet<string | undefined>): T => {
    if (!name || name === had || !used.has(name)) return name;
    conflict = { reason, message: `${JSON.stringify(name)} is already in use` };
    return had;
  };
  const plural = accept(asked.plural, before.plural ?? '', 'PluralConflict', taken.resources);
  const singular = accept(asked.singular, before.singular, 'SingularConflict', taken.resources);
  const short = asked.shortNames?.find((name) => !before.shortNames?.includes(name) && taken.resources.has(name));
  if (short !== undefined) conflict = { reason: 'ShortNamesConflict', message: `${JSON.stringify(short)} is already in use` };
  const shortNames = short === undefined ? asked.shortNames : before.shortNames;
  const kind = accept(asked.kind, before.kind ?? '', 'KindConflict', taken.kinds);
  const listKind = accept(asked.listKind, before.listKind, 'ListKindConflict', taken.kinds);
  const { categories } = asked;
  const names = {
    plural,
    ...(singular ? { singular } : {}),
    ...(shortNames?.length ? { shortNames } : {}),
    kind,
    ...(listKind ? { listKind } : {}),
    ...(categories?.length ? { categories } : {}),
  };
  return { names, conflict };
}
