/** How many members all maps of a parsed value have together, and whether one is called `__proto__`. */
export function countMembers(value: unknown): { members: number; forbidden: boolean } {
  if (value === null || typeof value !== 'object') return { members: 0, forbidden: false };
  let members = 0;
  let forbidden = false;
  const open: object[] = [value];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (Array.isArray(next)) {
      for (const item of next as unknown[]) if (typeof item === 'object' && item !== null) open.push(item);
      continue;
    }
    for (const key of Object.keys(next)) {
      members += 1;
      forbidden ||= key === '__proto__';
      const member = (next as Record<string, unknown>)[key];
      if (typeof member === 'object' && member !== null) open.push(member);
    }
  }
  return { members, forbidden };
}
