import { Breather } from '../../base/breather.js';
import { deepFreeze } from '../../api/encode.js';
import type { KubeObject, Stored } from '../../api/object.js';
import { nameOf } from '../../api/object.js';
import { alreadyExists, StatusError } from '../../api/status-error.js';
import { invalidObject, invalid } from '../../api/field-error.js';
import type { WriteOptions } from '../registry.js';
import type { Draft } from './draft.js';
import { copyJson, draftOf } from './draft.js';
import type { KindContext } from './kind-context.js';
import type { Found } from './object-store.js';
import { withReservation } from './reserved-write.js';
import type { WriteScope } from './write-rules.js';
import { WriteRules } from './write-rules.js';

/** How many names are tried for a `generateName`. */
const NAME_ATTEMPTS = 8;

/** Creates an object; see `Writer.create`. */
export async function createObject<T extends KubeObject>(
  kind: KindContext<T>,
  object: T,
  options: WriteOptions,
  scope?: WriteScope<T>,
): Promise<Stored<T>> {
  const draft = draftOf(kind.definition, object, options);
  refuseVersion(draft);
  const generated = !draft.metadata.name && Boolean(draft.metadata.generateName);
  for (let attempt = 1; ; attempt += 1) {
    options.signal?.throwIfAborted();
    const last = !generated || attempt === NAME_ATTEMPTS;
    const outcome = await tryCreate(kind, last ? draft : copyJson(draft), options, scope);
    if (outcome.created) return outcome.created;
    if (last) throw taken(kind, outcome.name, outcome.current, generated);
  }
}

interface Outcome<T extends KubeObject> {
  readonly created?: Stored<T>;
  readonly name: string;
  readonly current?: Found<T> | undefined;
}

async function tryCreate<T extends KubeObject>(
  kind: KindContext<T>,
  draft: Draft<T>,
  options: WriteOptions,
  scope?: WriteScope<T>,
): Promise<Outcome<T>> {
  const { store } = kind;
  const breather = new Breather(kind.environment);
  await new WriteRules(kind).forCreate(draft, options, scope);
  await breather.breathe();
  const name = nameOf(draft);
  const key = store.keyOf(name);
  if (key === undefined) throw badName(kind, name.name);
  if (options.dryRun) return dryRun(kind, draft);
  const written = await withReservation(kind, draft, undefined, () => store.put(key, draft, undefined));
  return written.ok ? { created: written.value, name: name.name } : { name: name.name, current: written.current };
}

async function dryRun<T extends KubeObject>(kind: KindContext<T>, draft: Draft<T>): Promise<Outcome<T>> {
  const name = nameOf(draft);
  const current = await kind.store.find(name);
  if (current) return { name: name.name, current };
  await kind.strategy.reserve?.(draft, undefined, name, true);
  return { created: deepFreeze(draft) as unknown as Stored<T>, name: name.name }; // as if done, but without a version
}

function refuseVersion({ metadata }: KubeObject): void {
  const version = metadata?.resourceVersion;
  if (!version || version === '0') return;
  throw new StatusError('InternalError', 'resourceVersion should not be set on objects to be created', { details: {} });
}

function badName<T extends KubeObject>({ definition }: KindContext<T>, name: string): StatusError {
  return invalidObject(definition, name, [invalid('metadata.name', name, `may not contain '/'`)]);
}

function taken<T extends KubeObject>(
  { definition }: KindContext<T>,
  name: string,
  current: Found<T> | undefined,
  generated: boolean,
): StatusError {
  const error = alreadyExists(definition, name);
  const deleting = current?.object.metadata.deletionTimestamp !== undefined;
  const why = generated ? ', the server was not able to generate a unique name for the object' : '';
  if (!deleting && !generated) return error;
  return new StatusError('AlreadyExists', `${deleting ? 'object is being deleted: ' : ''}${error.message}${why}`, {
    details: error.details!,
  });
}
