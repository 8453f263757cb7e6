/** A member that a map has itself: `constructor` and the like are names as any other. */
export function ownMember(map: Readonly<Record<string, unknown>>, name: string): unknown {
  return Object.hasOwn(map, name) ? map[name] : undefined;
}
