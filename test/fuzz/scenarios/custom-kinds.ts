import { jsonIn } from '../http-exchange.js';
import type { Scenario, Scene } from '../scene.js';
import { isMap, mapOf } from '../values/json-text.js';
import { mutated } from '../values/mutate.js';
import { ODD_NAMES } from '../values/odd-values.js';
import { patchContentType, patchFor } from '../values/patches.js';
import { listQuery, writeQuery } from '../values/queries.js';
import { labels } from '../values/selectors.js';
import type { FuzzSchema } from '../values/structural-schemas.js';
import { rootSchema, valueOf } from '../values/structural-schemas.js';
import { collectionPath, objectPath } from './object-paths.js';
import { expectReadable, expectUnchanged } from './promises.js';

const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

interface Kind {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly kind: string;
  readonly namespaced: boolean;
}

/** Makes a kind of a random schema, objects of it that fit and that do not, changes both, and takes the kind away. */
export const customKinds: Scenario = {
  name: 'custom kinds',
  weight: 4,
  async run(scene) {
    const { random, word } = scene;
    const kind: Kind = { group: `${word}.example.com`, version: 'v1', plural: `${word}s`, kind: 'Widget', namespaced: random.chance(0.8) };
    const schema = rootSchema(random);
    const definition = definitionOf(scene, kind, schema);
    const path = `${DEFINITIONS}/${kind.plural}.${kind.group}`;
    const made = await scene.send('POST', DEFINITIONS + (random.chance(0.1) ? '?fieldValidation=Strict' : ''), {
      body: scene.body(random.chance(0.25) ? mutated(random, definition, random.between(1, 3)) : definition),
    });
    if (made?.code !== 201) return;
    if (await established(scene, path)) {
      for (let count = random.between(2, 6); count > 0; count--) await play(scene, kind, schema, `${word}-${count}`);
      if (random.chance(0.4)) await redefine(scene, path, kind);
    }
    if (random.chance(0.8)) await scene.send('DELETE', path);
  },
};

function definitionOf(scene: Scene, { group, plural, kind, namespaced }: Kind, schema: FuzzSchema): unknown {
  const { random } = scene;
  const fields = ['.spec.a', '.spec.name', '.spec.list[0]', '.status.size', '.metadata.labels', "['x']", '__proto__', '.a.b.c.d'];
  const version = (name: string, storage: boolean, of: FuzzSchema) => ({
    name,
    served: random.chance(0.95),
    storage,
    schema: { openAPIV3Schema: of },
    subresources: {
      ...(random.chance(0.5) ? { status: {} } : {}),
      ...(random.chance(0.3)
        ? { scale: { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas', labelSelectorPath: '.status.selector' } }
        : {}),
    },
    ...(random.chance(0.3) ? { selectableFields: random.list(0, 3, () => ({ jsonPath: random.pick(fields) })) } : {}),
    ...(random.chance(0.4)
      ? {
          additionalPrinterColumns: random.list(0, 4, (index) => ({
            name: `c${index}`,
            type: random.pick(['string', 'integer', 'date', 'number', 'boolean']),
            jsonPath: random.pick([...fields, '.spec[*].a', '{.spec}', '..', '.spec.a[?(@.b=="c")]']),
          })),
        }
      : {}),
  });
  const versions = [
    version('v1', true, schema),
    ...(random.chance(0.3) ? [version(random.pick(['v2', 'v1beta1', '__proto__']), random.chance(0.05), rootSchema(random))] : []),
  ];
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope: namespaced ? 'Namespaced' : 'Cluster',
      names: {
        plural,
        kind,
        singular: plural.slice(0, -1),
        listKind: `${kind}List`,
        ...(random.chance(0.3) ? { categories: ['all'], shortNames: [plural.slice(0, 3)] } : {}),
      },
      versions,
      ...(random.chance(0.1) ? { preserveUnknownFields: random.chance(0.5) } : {}),
      ...(random.chance(0.05) ? { conversion: { strategy: random.pick(['None', 'Webhook', 'Nonsense']) } } : {}),
    },
  };
}

/** Whether objects of the kind can be made now; false also for one whose names are taken, or whose versions are not served. */
async function established(scene: Scene, path: string): Promise<boolean> {
  for (let tries = 0; tries < 20; tries++) {
    const answer = await scene.send('GET', path);
    const status = answer && (jsonIn(answer) as { status?: { conditions?: { type: string; status: string }[] } } | undefined)?.status;
    const conditions = new Map(status?.conditions?.map(({ type, status: value }) => [type, value]));
    if (conditions.get('Established') === 'True') return true;
    if (conditions.get('NamesAccepted') === 'False') return false;
  }
  return false;
}

/** Makes one object and does things to it. */
async function play(scene: Scene, kind: Kind, schema: FuzzSchema, name: string): Promise<void> {
  const { random } = scene;
  const collection = collectionPath(kind, scene.namespace);
  const path = objectPath(kind, scene.namespace, name);
  const value = objectOf(scene, kind, schema, name);
  const body = scene.body(value, 0.1);
  const query = writeQuery(random, { dryRun: body.damaged });
  const created = await scene.send('POST', collection + query, { body });
  if (created?.code !== 201 || query.includes('dryRun')) return;
  await expectReadable(scene, kind, jsonIn(created));
  for (let steps = random.between(0, 4); steps > 0; steps--) await change(scene, kind, schema, path);
  await scene.send('GET', collection + listQuery(random, scene.corpus), {
    listen: 300,
    headers: random.chance(0.3) ? { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' } : {},
  });
  if (random.chance(0.6)) await scene.send('DELETE', path);
}

function objectOf(scene: Scene, { group, version, kind }: Kind, schema: FuzzSchema, name: string): unknown {
  const { random } = scene;
  const value = valueOf(random, schema);
  const fields = isMap(value) ? Object.entries(value).filter(([field]) => !['apiVersion', 'kind', 'metadata'].includes(field)) : [];
  const object = mapOf([['apiVersion', `${group}/${version}`], ['kind', kind], ['metadata', { name, labels: random.chance(0.3) ? labels(random) : {} }], ...fields, ...(random.chance(0.1) ? [[random.pick(ODD_NAMES), 1] as const] : [])]); // prettier-ignore
  return random.chance(0.4) ? mutated(random, object, random.between(1, 3)) : object;
}

async function change(scene: Scene, kind: Kind, schema: FuzzSchema, path: string): Promise<void> {
  const { random } = scene;
  const before = await scene.send('GET', path);
  if (before?.code !== 200) return;
  const part = random.pick(['', '', '', '/status', '/scale']);
  const now = jsonIn(before);
  const name = path.slice(path.lastIndexOf('/') + 1);
  const next = random.chance(0.5) ? objectOf(scene, kind, schema, name) : mutated(random, now, random.between(1, 3));
  if (random.chance(0.4))
    return expectUnchanged(
      scene,
      { kind: 'ConfigMap' },
      path,
      before,
      await scene.send('PUT', path + part + writeQuery(random), { body: scene.body(next, 0.05) }),
    );
  const patch = patchFor(random, random.chance(0.5) ? next : now, []);
  const body = { ...scene.body(patch.body), type: patchContentType(patch.type) };
  const answer = await scene.send('PATCH', path + part + writeQuery(random, { apply: patch.type === 'apply' }), { body });
  await expectUnchanged(scene, { kind: 'ConfigMap' }, path, before, answer);
}

/** The kind gets another schema, and its objects must still be there. */
async function redefine(scene: Scene, path: string, kind: Kind): Promise<void> {
  const { random } = scene;
  const schema = rootSchema(random);
  const operations = [
    { op: 'replace', path: '/spec/versions/0/schema/openAPIV3Schema', value: schema },
    ...(random.chance(0.3)
      ? [{ op: 'add', path: '/spec/versions/-', value: { name: 'v3', served: true, storage: false, schema: { openAPIV3Schema: schema } } }]
      : []),
  ];
  await scene.send('PATCH', path, { body: { ...scene.body(operations), type: 'application/json-patch+json' } });
  await scene.send('GET', collectionPath({ ...kind, version: random.pick(['v1', 'v3', 'v2']) }, scene.namespace));
  await play(scene, kind, schema, `${scene.word}-r`);
}
