import type { Scenario, Scene } from '../scene.js';
import { jsonIn } from '../http-exchange.js';
import { isMap } from '../values/json-text.js';
import { mutated } from '../values/mutate.js';
import { oddName, oddText } from '../values/odd-values.js';
import { patchContentType, patchFor } from '../values/patches.js';
import { inUrl, listQuery, writeQuery } from '../values/queries.js';

interface Action {
  /** Below the object. */
  readonly path: string;
  readonly of: 'pods' | 'serviceaccounts' | 'deployments' | 'replicationcontrollers';
  readonly body: object;
}

const ACTIONS: readonly Action[] = [
  {
    path: 'eviction',
    of: 'pods',
    body: {
      apiVersion: 'policy/v1',
      kind: 'Eviction',
      metadata: { name: '$' },
      deleteOptions: { gracePeriodSeconds: 0, preconditions: { uid: '$' } },
    },
  },
  {
    path: 'binding',
    of: 'pods',
    body: {
      apiVersion: 'v1',
      kind: 'Binding',
      metadata: { name: '$', annotations: { a: 'b' } },
      target: { apiVersion: 'v1', kind: 'Node', name: 'n' },
    },
  },
  {
    path: 'ephemeralcontainers',
    of: 'pods',
    body: { spec: { ephemeralContainers: [{ name: 'e', image: 'a', targetContainerName: 'c' }] } },
  },
  { path: 'resize', of: 'pods', body: { spec: { containers: [{ name: 'c', resources: { requests: { cpu: '1' } } }] } } },
  {
    path: 'status',
    of: 'pods',
    body: {
      status: { phase: 'Running', podIP: '10.1.2.3', conditions: [{ type: 'Ready', status: 'True' }], containerStatuses: [{ name: 'c' }] },
    },
  },
  { path: 'log', of: 'pods', body: {} },
  { path: 'exec', of: 'pods', body: {} },
  { path: 'proxy/a/../b', of: 'pods', body: {} },
  {
    path: 'token',
    of: 'serviceaccounts',
    body: {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      spec: { audiences: ['a'], expirationSeconds: 600, boundObjectRef: { kind: 'Pod', name: '$', apiVersion: 'v1' } },
    },
  },
  {
    path: 'scale',
    of: 'deployments',
    body: { apiVersion: 'autoscaling/v1', kind: 'Scale', metadata: { name: '$' }, spec: { replicas: 2 } },
  },
  {
    path: 'scale',
    of: 'replicationcontrollers',
    body: { apiVersion: 'autoscaling/v1', kind: 'Scale', metadata: { name: '$' }, spec: { replicas: 1 } },
  },
];

const template = { metadata: { labels: { app: '$' } }, spec: { containers: [{ name: 'c', image: 'a' }] } };
const OBJECTS: Readonly<Record<Action['of'], object>> = {
  pods: { apiVersion: 'v1', kind: 'Pod', metadata: { name: '$' }, spec: template.spec },
  serviceaccounts: { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: '$' } },
  deployments: {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: '$' },
    spec: { replicas: 1, selector: { matchLabels: { app: '$' } }, template },
  },
  replicationcontrollers: { apiVersion: 'v1', kind: 'ReplicationController', metadata: { name: '$' }, spec: { replicas: 1, template } },
};

/** Does to an object what has a path of its own: scale, status, eviction, binding, token and so on; and ends namespaces. */
export const subresources: Scenario = {
  name: 'subresources',
  weight: 3,
  async run(scene) {
    if (scene.random.chance(0.15)) return endOfANamespace(scene);
    const { random } = scene;
    const { of } = random.pick(ACTIONS);
    const collection = `${of === 'deployments' ? '/apis/apps/v1' : '/api/v1'}/namespaces/${scene.namespace}/${of}`;
    const path = `${collection}/${scene.word}`;
    await scene.send('POST', collection, { body: scene.body(named(scene, OBJECTS[of])) });
    for (let steps = random.between(1, 5); steps > 0; steps--)
      await act(scene, path, random.pick(ACTIONS.filter((action) => action.of === of)));
    await scene.send('DELETE', `${path}?gracePeriodSeconds=0`);
  },
};

async function act(scene: Scene, path: string, action: Action): Promise<void> {
  const { random } = scene;
  const target = `${path}/${action.path}`;
  const value = mutated(random, named(scene, action.body), random.below(4));
  const method = random.pick(['GET', 'POST', 'POST', 'PUT', 'PATCH', 'PATCH', 'DELETE', 'OPTIONS']);
  if (method === 'GET') return void (await scene.send(method, target + streamQuery(scene), { listen: 500 }));
  if (method !== 'PATCH')
    return void (await scene.send(method, target + writeQuery(random), { body: scene.body(value, 0.1), listen: 500 }));
  const patch = random.chance(0.5)
    ? { type: random.pick(['merge', 'strategic'] as const), body: value }
    : patchFor(
        random,
        value,
        scene.corpus.patches.filter(({ plural }) => plural === action.of),
      );
  await scene.send(method, target + writeQuery(random, { apply: patch.type === 'apply' }), {
    body: { ...scene.body(patch.body), type: patchContentType(patch.type) },
  });
}

function streamQuery({ random, corpus }: Scene): string {
  const parameters = [
    'follow=true',
    'tailLines=-1',
    'limitBytes=9e99',
    'sinceTime=x',
    'sinceSeconds=0',
    `container=${inUrl(oddName(random))}`,
    `command=${inUrl(oddText(random))}`,
    'stdin=1&tty=1',
    'ports=x',
  ];
  return random.chance(0.7) ? `?${random.list(0, 4, () => random.pick(parameters)).join('&')}` : listQuery(random, corpus);
}

/** A namespace with objects, some of which do not want to go. */
async function endOfANamespace(scene: Scene): Promise<void> {
  const { random, word } = scene;
  const path = `/api/v1/namespaces/${word}`;
  const namespace = {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: word, ...(random.chance(0.2) ? { finalizers: ['example.com/a'] } : {}) },
    ...(random.chance(0.2) ? { spec: { finalizers: ['kubernetes', 'example.com/b'] } } : {}),
  };
  await scene.send('POST', '/api/v1/namespaces', { body: scene.body(namespace) });
  const configMap = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { generateName: 'a-', finalizers: random.chance(0.3) ? ['example.com/stay'] : [] },
  };
  for (let count = random.between(0, 3); count > 0; count--)
    await scene.send('POST', `${path}/configmaps`, { body: scene.body(configMap) });
  await scene.send('DELETE', path);
  await scene.send('POST', `${path}/configmaps`, { body: scene.body(configMap) });
  const now = await scene.send('GET', path);
  const value = now && jsonIn(now);
  if (isMap(value))
    await scene.send('PUT', `${path}/finalize`, {
      body: scene.body(
        mutated(random, { ...value, spec: { finalizers: random.pick([[], ['a/b'], ['kubernetes']]) } }, random.below(3)),
        0.1,
      ),
    });
}

function named(scene: Scene, value: object): unknown {
  return JSON.parse(JSON.stringify(value).replaceAll('"$"', JSON.stringify(scene.word)));
}
