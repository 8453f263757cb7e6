/** The names that OpenAPI gives to a group version, from which those of its operations are made. */
export interface GroupNames {
  /** Such as `RbacAuthorizationV1`. */
  readonly groupVersion: string;
  /** Such as `RbacAuthorization`. */
  readonly group: string;
  /** Such as `rbacAuthorization_v1`. */
  readonly tag: string;
  /** Such as `rbacAuthorization`. */
  readonly groupTag: string;
}

/** Names of a group (`core` where it has none) and a version. */
export function groupNames(group: string, version: string): GroupNames {
  const words = (group === '' ? 'core' : group.replace(/\.k8s\.io$/, '')).split(/[^A-Za-z0-9]+/);
  const name = words.map(capital).join('');
  const groupTag = name.slice(0, 1).toLowerCase() + name.slice(1);
  return { groupVersion: name + capital(version), group: name, tag: `${groupTag}_${version}`, groupTag };
}

/** A pattern such as `read{GV}{N}{K}{S}` with its names filled in. */
export function fillIn(pattern: string, names: Readonly<Record<string, string>>): string {
  return pattern.replace(/\{(\w+)\}/g, (_, key: string) => names[key] ?? '');
}

/** The first letter in upper case. */
export function capital(word: string): string {
  return word.slice(0, 1).toUpperCase() + word.slice(1);
}
