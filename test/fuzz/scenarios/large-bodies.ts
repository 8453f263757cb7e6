import type { Scenario, Scene } from '../scene.js';
import { patchContentType } from '../values/patches.js';
import { jsonOf } from '../values/json-text.js';
import { largeObject, largeValue } from '../values/large-values.js';

/** Bodies of up to the most that the server takes, and a little more. */
export const largeBodies: Scenario = {
  name: 'large bodies',
  weight: 1,
  async run(scene) {
    const { random, word } = scene;
    const { plural, value } = largeObject(random, word);
    const collection = `/api/v1/namespaces/${scene.namespace}/${plural}`;
    const path = `${collection}/${word}`;
    const bytes = Buffer.from(jsonOf(value));
    const type = random.chance(0.15) ? 'application/yaml' : 'application/json';
    const created = await scene.send(
      'POST',
      collection + random.pick(['', '', '?fieldValidation=Strict', '?fieldValidation=Ignore', '?dryRun=All']),
      { body: { type, bytes, damaged: false } },
    );
    if (created?.code === 201) {
      await scene.send('GET', path);
      await scene.send('PUT', path, { body: { type, bytes, damaged: false } });
    }
    await patch(scene, collection, path);
    await scene.send('DELETE', `${path}?gracePeriodSeconds=0`);
  },
};

/** A large patch of a small object, or of a large one. */
async function patch(scene: Scene, collection: string, path: string): Promise<void> {
  const { random, word } = scene;
  await scene.send('POST', collection, { body: scene.body({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: word } }) });
  const type = random.pick(['json', 'merge', 'strategic', 'apply'] as const);
  const place = random.pick(['data', 'metadata', 'immutable', 'binaryData']);
  const value = largeValue(random);
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: word }, [place]: value };
  const operations = random.chance(0.5)
    ? [{ op: 'add', path: `/${place}`, value }]
    : Array.from({ length: 10_000 }, (_, index) => ({ op: 'add', path: '/data', value: { [`k${index}`]: 'v' } }));
  const body = { type: patchContentType(type), bytes: Buffer.from(jsonOf(type === 'json' ? operations : object)), damaged: false };
  await scene.send('PATCH', `${path}?fieldManager=large${random.chance(0.5) ? '&force=true' : ''}`, { body });
}
