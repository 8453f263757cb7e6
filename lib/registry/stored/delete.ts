import { deepFreeze } from '../../api/encode.js';
import { parseTime, timestamp } from '../../api/meta/time.js';
import type { KubeObject, ObjectName, Stored } from '../../api/object.js';
import { nameOf } from '../../api/object.js';
import type { StatusError } from '../../api/status-error.js';
import { conflict, notFound } from '../../api/status-error.js';
import type { DeleteOptions } from '../registry.js';
import type { AdmissionRequest } from './admission/admission-plugin.js';
import type { Draft } from './draft.js';
import { copyJson, metaOf } from './draft.js';
import type { KindContext } from './kind-context.js';
import { MAX_ATTEMPTS } from './kind-context.js';
import type { Found } from './object-store.js';
import { finalizersFor } from './propagation.js';
import { releaseAll } from './reserved-write.js';

/** What a delete does to an object. */
type Step<T extends KubeObject> =
  | { readonly type: 'keep' }
  /** It waits for its grace period or its finalizers. */
  | { readonly type: 'mark'; readonly draft: Draft<T> }
  /** It goes; where there is a draft, watchers see that state before. */
  | { readonly type: 'remove'; readonly draft?: Draft<T> };

/** Deletes an object, or begins to; see `Writer.delete`. */
export async function deleteObject<T extends KubeObject>(
  kind: KindContext<T>,
  name: ObjectName,
  options: DeleteOptions = {},
): Promise<Stored<T>> {
  let found = await kind.store.find(name);
  for (let attempt = 1; ; attempt += 1) {
    options.signal?.throwIfAborted();
    if (!found) throw notFound(kind.definition, name.name);
    checkPreconditions(kind, found.object, options);
    await admitDelete(kind, found.object, options);
    const outcome = await perform(kind, found, stepOf(kind, found.object, options), options.dryRun ?? false);
    if (outcome.ok) return outcome.value;
    if (attempt === MAX_ATTEMPTS) throw kind.store.modified(name.name);
    found = outcome.current;
  }
}

function stepOf<T extends KubeObject>(kind: KindContext<T>, object: Stored<T>, options: DeleteOptions): Step<T> {
  const { metadata } = object;
  if (metadata.deletionTimestamp !== undefined) return shorten(kind, object, options);
  const grace = graceOf(kind, object, options);
  const finalizers = finalizersFor(kind, object, options);
  const held = finalizers.length > 0 || (kind.strategy.holds?.(object) ?? false);
  if (grace === undefined && !held) return { type: 'remove' };
  const draft = copyJson(object) as unknown as Draft<T>;
  if (finalizers.length > 0) draft.metadata.finalizers = finalizers;
  else delete draft.metadata.finalizers;
  markDeleting(kind, draft, grace ?? 0);
  return { type: held || (grace ?? 0) > 0 ? 'mark' : 'remove', draft };
}

/** A delete of what is being deleted may bring its end nearer, never put it off. */
function shorten<T extends KubeObject>(kind: KindContext<T>, object: Stored<T>, options: DeleteOptions): Step<T> {
  const held = Boolean(object.metadata.finalizers?.length) || (kind.strategy.holds?.(object) ?? false);
  const grace = object.metadata.deletionGracePeriodSeconds;
  if (grace === undefined || (grace === 0 && !held)) return { type: held ? 'keep' : 'remove' };
  const wanted = options.gracePeriodSeconds;
  if (wanted === undefined || wanted >= grace) return { type: 'keep' };
  const draft = copyJson(object) as unknown as Draft<T>;
  const seconds = Math.max(0, wanted);
  metaOf(draft).deletionTimestamp = timestamp(parseTime(object.metadata.deletionTimestamp) - (Number(grace) - seconds) * 1000);
  metaOf(draft).deletionGracePeriodSeconds = seconds;
  return { type: held || seconds > 0 ? 'mark' : 'remove', draft };
}

/** Seconds of grace; undefined for kinds that have none. */
function graceOf<T extends KubeObject>({ definition }: KindContext<T>, object: Stored<T>, options: DeleteOptions): number | undefined {
  if (!definition.gracePeriod) return undefined;
  const wanted = options.gracePeriodSeconds;
  // The kind knows whether anything runs that needs grace: it is asked about an object whose own grace is the wanted one.
  const { spec } = object as { spec?: object };
  const asked = wanted === undefined ? object : { ...object, spec: { ...spec, terminationGracePeriodSeconds: wanted } };
  const grace = definition.gracePeriod(asked);
  return grace < 0 ? 1 : grace;
}

/** Milliseconds; the last second that RFC 3339 can name. */
const LAST_TIME = Date.UTC(9999, 11, 31, 23, 59, 59);

function markDeleting<T extends KubeObject>({ strategy, environment }: KindContext<T>, draft: Draft<T>, grace: number): void {
  const metadata = metaOf(draft);
  metadata.deletionTimestamp = timestamp(Math.min(environment.now() + Number(grace) * 1000, LAST_TIME));
  metadata.deletionGracePeriodSeconds = grace;
  if (metadata.generation) metadata.generation += 1;
  strategy.markDeleting?.(draft, environment.now());
}

async function perform<T extends KubeObject>(kind: KindContext<T>, found: Found<T>, step: Step<T>, dryRun: boolean) {
  const { store } = kind;
  const { object } = found;
  if (step.type === 'keep') return { ok: true, value: object } as const;
  if (dryRun) return { ok: true, value: step.draft ? frozen(step.draft, object) : object } as const;
  let previous = found.entry;
  if (step.draft) {
    const marked = await store.put(previous.key, step.draft, previous);
    if (!marked.ok || step.type === 'mark') return marked;
    previous = marked.entry;
  }
  const removed = await store.remove(previous);
  if (removed.ok) await releaseAll(kind, object);
  return removed.ok ? ({ ok: true, value: store.codec.decode(previous) } as const) : removed;
}

function frozen<T extends KubeObject>(draft: Draft<T>, old: Stored<T>): Stored<T> {
  metaOf(draft).resourceVersion = old.metadata.resourceVersion;
  return deepFreeze(draft) as unknown as Stored<T>;
}

function checkPreconditions<T extends KubeObject>(
  { definition }: KindContext<T>,
  object: Stored<T>,
  { preconditions }: DeleteOptions,
): void {
  const { name, uid, resourceVersion } = object.metadata;
  const refuse = (what: string, wanted: string, has: string) =>
    conflictOnKind(
      definition,
      name,
      `the ${what} in the precondition (${wanted}) does not match the ${what} in record (${has}). The object might have been deleted and then recreated`,
    );
  if (preconditions?.uid && preconditions.uid !== uid) throw refuse('UID', preconditions.uid, uid);
  if (preconditions?.resourceVersion && preconditions.resourceVersion !== resourceVersion) {
    throw refuse('ResourceVersion', preconditions.resourceVersion, resourceVersion);
  }
}

/** A precondition names the Kind where other conflicts name the resource. */
function conflictOnKind({ group, kind }: { readonly group: string; readonly kind: string }, name: string, why: string): StatusError {
  return conflict({ group, kind, plural: kind }, name, why);
}

async function admitDelete<T extends KubeObject>(
  kind: KindContext<T>,
  old: Stored<T>,
  { user, dryRun = false }: DeleteOptions,
): Promise<void> {
  const request = { operation: 'DELETE', definition: kind.definition, name: nameOf(old), old, user, dryRun };
  await kind.admission.admit(request as unknown as AdmissionRequest); // plugins see any kind
}
