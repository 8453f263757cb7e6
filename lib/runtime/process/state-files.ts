import { readFileSync, renameSync, writeFileSync } from 'node:fs';

/**
 * Writes a JSON file so that readers see the old or the new content, never a part.
 *
 * Synchronous on purpose: it costs some 50 µs in the page cache, and what is on disk is never behind what memory says.
 * Not flushed: after a power loss no process is left that the file could speak of.
 */
export function writeJson(path: string, value: unknown): void {
  const next = `${path}.next`;
  writeFileSync(next, JSON.stringify(value), { mode: 0o600 });
  renameSync(next, path);
}

/** The content of a JSON file; undefined when it is absent. Throws on one that cannot be read. */
export function readJson(path: string): unknown {
  const text = readText(path);
  return text === undefined ? undefined : JSON.parse(text);
}

/** The text of a file; undefined when it is absent. */
export function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ESRCH')) return undefined;
    throw error;
  }
}

/** Whether `error` is a system error with one of `codes`. */
export function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(error.code as string);
}
