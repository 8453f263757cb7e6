/** Text that stands in a body as it is: numbers that JavaScript has no value for, members that come twice, a million brackets. */
export class JsonText {
  constructor(readonly text: string) {}
}

/** JSON of a value with {@link JsonText} in it. Members named `__proto__` are members. */
export function jsonOf(value: unknown): string {
  if (value instanceof JsonText) return value.text;
  if (Array.isArray(value)) return `[${value.map((item) => jsonOf(item)).join(',')}]`;
  if (value !== null && typeof value === 'object') return `{${Object.entries(value).map(memberOf).join(',')}}`;
  return value === undefined ? 'null' : JSON.stringify(value);
}

/** `"name":value` */
export function memberOf([name, value]: readonly [string, unknown]): string {
  return `${JSON.stringify(name)}:${jsonOf(value)}`;
}

/** A map with these members; unlike a literal, `__proto__` is a member like others. */
export function mapOf(members: readonly (readonly [string, unknown])[]): Record<string, unknown> {
  return Object.fromEntries(members);
}

export function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return value !== null && typeof value === 'object' && !Array.isArray(value) && !(value instanceof JsonText);
}
