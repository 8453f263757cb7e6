import { jsonText, parseExact } from '../../../api/exact-json.js';
import { isMap } from '../is-map.js';
import { configurationFaults } from './check-configuration.js';
import { compareObjects } from './compare-values.js';
import { configuredFields } from './configured-fields.js';
import type { Conflict } from './conflicts.js';
import type { FieldSet } from './field-set.js';
import { difference, isLeaf, NO_FIELDS } from './field-set.js';
import type { OwnedWrite } from './ownership.js';

type Json = Readonly<Record<string, unknown>>;

/** Where kubectl keeps what it has applied on its own side. */
export const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** Annotations together are at most so many bytes. */
const LONGEST_ANNOTATIONS = 262144;

/** The manager that moves over from client-side apply. */
const KUBECTL = 'kubectl';

/**
 * The conflicts that are left when kubectl may take over what it has applied on its own side before: fields that the annotation
 * names with the value that they still have.
 */
export function conflictsWithOthers(write: OwnedWrite, live: Json, conflicts: readonly Conflict[]): readonly Conflict[] {
  if (write.manager !== KUBECTL || conflicts.length === 0) return conflicts;
  const allowed = lastAppliedFields(write, live);
  return conflicts.map(({ owner, fields }) => ({ owner, fields: difference(fields, allowed) })).filter(({ fields }) => !isLeaf(fields));
}

function lastAppliedFields({ type, apiVersion }: OwnedWrite, live: Json): FieldSet {
  const last = parsed(annotationsOf(live)?.[LAST_APPLIED]);
  if (!isMap(last) || last['apiVersion'] !== apiVersion || configurationFaults(type.map, last).length > 0) return NO_FIELDS;
  const fields = configuredFields(type.map, last);
  const changes = compareObjects(type.map, last, live, NO_FIELDS);
  return changes ? difference(difference(fields, changes.changed), changes.removed) : fields;
}

function parsed(text: unknown): unknown {
  if (typeof text !== 'string') return undefined;
  try {
    return parseExact(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined; // an annotation may say anything
    throw error;
  }
}

/** The object with the annotation brought up to date, where it has one and kubectl applies. */
export function withLastApplied({ manager }: OwnedWrite, object: Json, configuration: Json): Json {
  const annotations = annotationsOf(object);
  if (manager !== KUBECTL || !annotations?.[LAST_APPLIED]) return object;
  const { [LAST_APPLIED]: _, ...others } = annotations;
  const next: Json = { ...others, [LAST_APPLIED]: `${jsonText(sorted(withoutAnnotation(configuration)))}\n` };
  const size = Object.entries(next).reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + Buffer.byteLength(String(value)), 0);
  const metadata = object['metadata'] as Json;
  return { ...object, metadata: { ...metadata, annotations: size > LONGEST_ANNOTATIONS ? others : next } };
}

function withoutAnnotation(configuration: Json): Json {
  const annotations = annotationsOf(configuration);
  if (!annotations) return configuration;
  const { [LAST_APPLIED]: _, ...others } = annotations;
  return { ...configuration, metadata: { ...(configuration['metadata'] as Json), annotations: others } };
}

function annotationsOf(object: Json): Json | undefined {
  const metadata = object['metadata'];
  const annotations = isMap(metadata) ? metadata['annotations'] : undefined;
  return isMap(annotations) ? annotations : undefined;
}

/** With the members of maps in the order in which Go writes them. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isMap(value)) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((name) => [name, sorted(value[name])]),
  );
}
