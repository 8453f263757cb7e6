import { builtInDefinitions } from '../../../lib/api/kinds.js';
import type { ResourceDefinition } from '../../../lib/api/resource-definition.js';
import type { Answer } from '../http-exchange.js';
import { jsonIn } from '../http-exchange.js';
import type { Scenario, Scene } from '../scene.js';
import { damaged } from '../values/bodies.js';
import { builtInObject } from '../values/built-in-objects.js';
import { isMap, mapOf } from '../values/json-text.js';
import { mutated } from '../values/mutate.js';
import { ODD_NAMES, oddName, oddValue } from '../values/odd-values.js';
import { patchContentType, patchFor } from '../values/patches.js';
import { deleteQuery, writeQuery } from '../values/queries.js';
import { labels } from '../values/selectors.js';
import { collectionPath, objectPath } from './object-paths.js';
import { expectGone, expectReadable, expectUnchanged, isFree } from './promises.js';

/** Would decide about the writes of all others, were they stored as they come. */
const ADMISSION = 'admissionregistration.k8s.io';

/** Creates an object of any kind, most often a strange one, changes it in every way that there is, and deletes it. */
export const lifeOfAnObject: Scenario = {
  name: 'the life of an object',
  weight: 10,
  async run(scene) {
    const { random } = scene;
    const { definition, value } = anyObject(scene);
    const name = nameIn(value);
    const dryRun = definition.group === ADMISSION || random.chance(0.1);
    const body = scene.body(value, dryRun ? 0.4 : 0.15);
    const query = writeQuery(random, { dryRun: dryRun || body.damaged });
    const created = await scene.send('POST', collectionPath(definition, scene.namespace) + query, { body });
    if (!created || !definition.verbs.includes('get')) return;
    const path = objectPath(definition, scene.namespace, name ?? '');
    if (!stored(created, query)) {
      // When the time for a request is over, what it was about may be done yet.
      if (name?.startsWith(scene.word) && created.code !== 504) await expectGone(scene, path, 'a create that was refused, or a dry run,');
      return;
    }
    const object = jsonIn(created);
    const own = objectPath(definition, scene.namespace, nameIn(object) ?? '');
    await expectReadable(scene, definition, object);
    for (let steps = random.between(0, 6); steps > 0; steps--) await change(scene, definition, own, object);
    if (random.chance(0.75)) await remove(scene, own);
  },
};

/** Whether this answer means that the object is there now. */
function stored({ code }: Answer, query: string): boolean {
  return code === 201 && !/[?&]dryRun=/.test(query);
}

/** A recorded body or one made from the schema, with a name of the scene's own and some changes. */
function anyObject(scene: Scene): { readonly definition: ResourceDefinition; readonly value: unknown } {
  const { random } = scene;
  const recorded = random.chance(0.6) ? scene.corpus.pick(random) : undefined;
  const definition = recorded?.definition ?? random.pick(builtInDefinitions.filter(({ verbs }) => verbs.includes('create')));
  const plain = recorded ? scene.recorded(recorded) : builtInObject(random, definition, scene.word);
  const named = definition.kind === 'CustomResourceDefinition' ? plain : { ...plain, metadata: metadata(scene, plain['metadata']) };
  const others = scene.corpus.of(definition.kind).map(({ body }) => body);
  const times = random.weighted([
    [3, 0],
    [3, 1],
    [2, 2],
    [1, 6],
  ]);
  return { definition, value: mutated(random, named, times, others) };
}

function metadata(scene: Scene, given: unknown): unknown {
  const { random, word } = scene;
  const name = random.chance(0.9)
    ? [['name', `${word}${random.chance(0.1) ? `-${random.word()}` : ''}`] as const]
    : [['generateName', random.pick([`${word}-`, 'x'.repeat(300), ...ODD_NAMES])] as const];
  return mapOf([
    ...Object.entries(isMap(given) ? given : {}).filter(([field]) => !['name', 'generateName', 'namespace'].includes(field)),
    ...name,
    ...(random.chance(0.3) ? [['labels', labels(random)] as const] : []),
    ...(random.chance(0.15) ? [['annotations', mapOf(random.list(0, 3, () => [oddName(random), 'x'] as const))] as const] : []),
    ...(random.chance(0.1)
      ? [
          [
            'finalizers',
            random.pick([['example.com/a'], ['foregroundDeletion'], ['orphan'], ['kubernetes'], ['a', 'a'], ['__proto__']]),
          ] as const,
        ]
      : []),
    ...(random.chance(0.1) ? [['ownerReferences', [owner(scene)]] as const] : []),
    ...(random.chance(0.05)
      ? [
          [
            random.pick(['uid', 'resourceVersion', 'generation', 'deletionTimestamp', 'creationTimestamp', 'managedFields', 'selfLink']),
            oddValue(random),
          ] as const,
        ]
      : []),
  ]);
}

function owner({ random, word }: Scene): unknown {
  const reference = {
    apiVersion: random.pick(['v1', 'apps/v1', '', 'x/y/z']),
    kind: random.pick(['ConfigMap', 'Deployment', 'Nothing', '__proto__']),
    name: word,
    uid: random.pick([word, '']),
  };
  return random.chance(0.5) ? { ...reference, controller: true, blockOwnerDeletion: random.chance(0.5) } : reference;
}

/** One write to the object or to a part of it. What is refused must not have changed anything. */
async function change(scene: Scene, definition: ResourceDefinition, path: string, object: unknown): Promise<void> {
  const { random } = scene;
  const subresources = Object.keys(definition.subresources);
  const part = subresources.length > 0 && random.chance(0.3) ? `/${random.pick(subresources)}` : '';
  const current = (await scene.send('GET', path + (part === '/status' || part === '/scale' ? part : ''))) ?? undefined;
  const now = current?.code === 200 ? jsonIn(current) : object;
  const dryRun = definition.group === ADMISSION || random.chance(0.1);
  if (random.chance(0.6)) {
    const patch = patchFor(
      random,
      now,
      scene.corpus.patches.filter(({ plural }) => plural === definition.plural),
    );
    const json = scene.body(patch.body);
    const whole = { ...json, type: patchContentType(patch.type) };
    const body = random.chance(0.1) ? damaged(random, whole) : whole;
    const query = writeQuery(random, { dryRun: dryRun || body.damaged, apply: patch.type === 'apply' });
    return expectUnchanged(scene, definition, path, current, await scene.send('PATCH', path + part + query, { body }));
  }
  const body = scene.body(mutated(random, now, random.below(4)), 0.1);
  const answer = await scene.send(
    random.chance(0.8) ? 'PUT' : 'POST',
    path + part + writeQuery(random, { dryRun: dryRun || body.damaged }),
    { body },
  );
  return expectUnchanged(scene, definition, path, current, answer);
}

async function remove(scene: Scene, path: string): Promise<void> {
  const { random } = scene;
  const options = mutated(
    random,
    { apiVersion: 'v1', kind: 'DeleteOptions', propagationPolicy: 'Background', gracePeriodSeconds: 0, preconditions: { uid: scene.word } },
    random.below(4),
  );
  await scene.send('DELETE', path + deleteQuery(random), random.chance(0.3) ? { body: scene.body(options, 0.2) } : {});
  const left = await scene.send('GET', path);
  if (left?.code !== 200) return;
  await isFree(scene, path);
}

function nameIn(value: unknown): string | undefined {
  const name = isMap(value) && isMap(value['metadata']) ? value['metadata']['name'] : undefined;
  return typeof name === 'string' ? name : undefined;
}
