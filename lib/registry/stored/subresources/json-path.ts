/** The value at a path such as `.spec.replicas`; undefined where there is none. */
export function valueAt(object: unknown, path: string | undefined): unknown {
  if (path === undefined) return undefined;
  let value = object;
  for (const step of stepsOf(path)) {
    if (value === null || typeof value !== 'object' || !Object.hasOwn(value, step)) return undefined;
    value = (value as Record<string, unknown>)[step];
  }
  return value;
}

/** Sets the value at a path, making the objects on the way. */
export function setAt(object: object, path: string, value: unknown): void {
  const steps = stepsOf(path);
  const last = steps.pop()!;
  let holder = object as Record<string, unknown>;
  for (const step of steps) holder = (holder[step] ??= {}) as Record<string, unknown>;
  holder[last] = value;
}

const stepsOf = (path: string) => path.replace(/^\./, '').split('.');
