import type { ResourceDefinition } from '../../../lib/api/resource-definition.js';
import type { Answer } from '../http-exchange.js';
import { jsonIn } from '../http-exchange.js';
import type { Scene } from '../scene.js';
import { isMap } from '../values/json-text.js';
import { inUrl } from '../values/queries.js';
import { collectionPath, objectPath } from './object-paths.js';

/** Kinds that nobody but the scene writes to: no controller, no other scene. */
const QUIET = new Set([
  'ConfigMap',
  'Secret',
  'Lease',
  'Role',
  'LimitRange',
  'PodTemplate',
  'ControllerRevision',
  'NetworkPolicy',
  'PriorityClass',
  'RuntimeClass',
  'Ingress',
]);

/** There is nothing at the path. `after` is the subject of the sentence. */
export async function expectGone(scene: Scene, path: string, after: string): Promise<void> {
  const answer = await scene.send('GET', path);
  if (answer && answer.code === 200) scene.fail(`${after} left an object behind`, answer.body.toString('utf8', 0, 1000));
}

/** What was accepted can be read back and is in the list. */
export async function expectReadable(
  scene: Scene,
  definition: Pick<ResourceDefinition, 'group' | 'version' | 'plural' | 'namespaced' | 'kind'>,
  object: unknown,
): Promise<void> {
  const { name, uid, deletionTimestamp } = metadataOf(object);
  if (typeof name !== 'string') return scene.fail('an object without name was accepted', String(JSON.stringify(object)).slice(0, 1000));
  const read = await scene.send('GET', objectPath(definition, scene.namespace, name));
  // Garbage of an owner that never was goes at any time, and so does what expires.
  const mayGo = deletionTimestamp !== undefined || metadataOf(object)['ownerReferences'] !== undefined;
  if (!read || mayGo) return;
  if (read.code !== 200 || metadataOf(jsonIn(read))['uid'] !== uid)
    return scene.fail(`an accepted ${definition.kind} cannot be read`, `${read.code} ${read.body.toString('utf8', 0, 500)}`);
  const escaped = name.replace(/[\\,=]/g, '\\$&');
  const list = await scene.send('GET', `${collectionPath(definition, scene.namespace)}?fieldSelector=${inUrl(`metadata.name=${escaped}`)}`);
  const items = list && (jsonIn(list) as { items?: unknown } | undefined)?.items;
  const listed = Array.isArray(items) && items.some((item) => metadataOf(item)['uid'] === uid);
  if (list && !listed && (await scene.send('GET', objectPath(definition, scene.namespace, name)))?.code === 200)
    scene.fail(`an accepted ${definition.kind} is not in the list`, `${list.code} ${list.body.toString('utf8', 0, 500)}`);
}

/** A write that was refused has changed nothing. `before`: the answer to a GET before it; looked at for kinds that only the scene writes. */
export async function expectUnchanged(
  scene: Scene,
  { kind }: Pick<ResourceDefinition, 'kind'>,
  path: string,
  before: Answer | undefined,
  write: Answer | undefined,
): Promise<void> {
  if (!write || write.code < 400 || before?.code !== 200 || !QUIET.has(kind)) return;
  if (metadataOf(jsonIn(before))['ownerReferences'] !== undefined) return;
  const after = await scene.send('GET', path);
  if (after && !after.body.equals(before.body))
    scene.fail(
      `a write that was answered ${write.code} changed a ${kind}`,
      `${before.body.toString()}\n${after.body.toString()}`.slice(0, 4000),
    );
}

/** Whatever finalizers it has: once they are gone and it is deleted, it is gone. */
export async function isFree(scene: Scene, path: string): Promise<void> {
  const body = { type: 'application/merge-patch+json', bytes: Buffer.from('{"metadata":{"finalizers":null}}'), damaged: false };
  await scene.send('DELETE', `${path}?gracePeriodSeconds=0&propagationPolicy=Background`);
  await scene.send('PATCH', path, { body });
}

function metadataOf(object: unknown): Readonly<Record<string, unknown>> {
  const metadata = isMap(object) ? object['metadata'] : undefined;
  return isMap(metadata) ? metadata : {};
}
