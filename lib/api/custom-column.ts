import { jsonText } from './exact-json.js';
import { JsonPath } from './json-path.js';
import { humanAge } from './meta/time.js';
import type { KubeObject, Stored } from './object.js';
import type { Cell, Column } from './resource-definition.js';

/** A column of a user's kind: a path into the object, or a function. */
export interface ColumnOptions<T extends KubeObject> {
  /** Title case; kubectl upper-cases it. */
  readonly name: string;
  readonly type: Column['type'];
  readonly format?: string | undefined;
  readonly description?: string | undefined;
  /** 0: always shown; 1: with `-o wide`. Default 0. */
  readonly priority?: number | undefined;
  /** Such as `.spec.players`. A date shows as an age; a value that is not of the column's type as nothing. */
  readonly jsonPath?: string | undefined;
  /** Used when there is no `jsonPath`; `now` is in milliseconds since 1970. */
  readonly value?: ((object: Stored<T>, now: number) => Cell) | undefined;
}

/** Compiles a column. Throws when it has neither path nor function, or a bad path. */
export function customColumn<T extends KubeObject>(options: ColumnOptions<T>): Column<T> {
  const { name, type, format = '', description, priority = 0, jsonPath, value } = options;
  const column = { name, type, format, priority, ...(description === undefined ? {} : { description }) };
  if (jsonPath !== undefined) {
    const path = new JsonPath(jsonPath);
    return { ...column, jsonPath, value: (object, now) => cellOf(path.first(object), type, now) };
  }
  if (!value) throw new TypeError(`column ${JSON.stringify(name)}: needs a jsonPath or a value`);
  return { ...column, value };
}

function cellOf(value: unknown, type: Column['type'], now: number): Cell {
  if (value === undefined || value === null) return null;
  switch (type) {
    case 'string':
      return typeof value === 'string' ? value : jsonText(value);
    case 'integer':
      return typeof value === 'number' ? Math.trunc(value) : typeof value === 'bigint' ? value : null;
    case 'number':
      return typeof value === 'number' || typeof value === 'bigint' ? Number(value) : null;
    case 'boolean':
      return typeof value === 'boolean' ? value : null;
    case 'date':
      return typeof value === 'string' ? humanAge(value, now) : null;
  }
}
