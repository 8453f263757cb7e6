import { jsonIn } from '../http-exchange.js';
import type { Scenario, Scene } from '../scene.js';
import { isMap } from '../values/json-text.js';
import { inUrl, listQuery } from '../values/queries.js';
import { labels, labelSelector } from '../values/selectors.js';

const ACCEPTS = [
  ...['application/json', '*/*', '', 'application/yaml', 'application/vnd.kubernetes.protobuf', 'application/json;q=nonsense,*/*;q=-1'],
  ...[
    'application/json;as=Table;v=v1;g=meta.k8s.io',
    'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io',
    'application/json;as=__proto__;v=v1;g=meta.k8s.io',
  ],
  ...['application/json;stream=watch', 'application/cbor', `${'a/b,'.repeat(500)}*/*`, 'application/json;pretty=1'],
];

/** Lists, watches and deletes collections in every way, page by page, while objects come and go. */
export const listsAndWatches: Scenario = {
  name: 'lists and watches',
  weight: 5,
  async run(scene) {
    const { random } = scene;
    const plural = random.pick(['configmaps', 'configmaps', 'secrets', 'pods', 'events', 'services', 'deployments', 'leases']);
    const group = { deployments: '/apis/apps/v1', leases: '/apis/coordination.k8s.io/v1' }[plural] ?? '/api/v1';
    const collection = random.chance(0.8) ? `${group}/namespaces/${scene.namespace}/${plural}` : `${group}/${plural}`;
    const tokens: string[] = [];
    for (let steps = random.between(2, 10); steps > 0; steps--) {
      if (random.chance(0.4)) await write(scene);
      if (random.chance(0.2)) await watch(scene, collection, tokens);
      await list(scene, collection, tokens);
    }
    if (random.chance(0.3)) await pages(scene);
    if (random.chance(0.2))
      await scene.send(
        'DELETE',
        `/api/v1/namespaces/${scene.namespace}/configmaps?labelSelector=${inUrl(`${labelSelector(random)},of=${scene.word}`)}`,
      );
  },
};

async function write(scene: Scene): Promise<void> {
  const { random, word } = scene;
  const value = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { generateName: `${word}-`, labels: { ...labels(random), of: word } } };
  await scene.send('POST', `/api/v1/namespaces/${scene.namespace}/configmaps`, { body: scene.body(value) });
}

async function list(scene: Scene, collection: string, tokens: string[]): Promise<void> {
  const { random, corpus } = scene;
  const answer = await scene.send(random.pick(['GET', 'GET', 'GET', 'GET', 'HEAD']), collection + listQuery(random, corpus, tokens), {
    headers: { accept: random.pick(ACCEPTS) },
    listen: 1000,
  });
  const { resourceVersion, continue: token } = listMetadata(answer && jsonIn(answer));
  for (const one of [resourceVersion, token]) if (typeof one === 'string') tokens.push(one);
}

async function watch(scene: Scene, collection: string, tokens: readonly string[]): Promise<void> {
  const { random, corpus } = scene;
  const query = `${listQuery(random, corpus, tokens)}&watch=${random.pick(['true', '1', ''])}`;
  const [answer] = await Promise.all([
    scene.send('GET', collection + query, { headers: { accept: random.pick(ACCEPTS) }, listen: random.pick([20, 200, 600]) }),
    write(scene),
  ]);
  if (answer?.code !== 200 || !String(answer.headers['content-type']).startsWith('application/json')) return;
  const frames = answer.body.toString().split('\n').slice(0, -1); // the last one may be cut
  const [, asked] = /[?&]watch=([^&]*)/.exec(query) ?? []; // the first one counts
  const wrong = frames.find((frame) => frame !== '' && !isFrame(frame));
  if (wrong !== undefined && asked !== 'false' && asked !== '0') scene.fail('a watch sent a line that is no event', wrong.slice(0, 1000));
}

/** A watch of an unusual query may have been answered with a list; that is JSON too. */
function isFrame(line: string): boolean {
  const frame = jsonIn({ code: 200, headers: {}, body: Buffer.from(line) });
  return isMap(frame);
}

/** The pages of a list are the list. */
async function pages(scene: Scene): Promise<void> {
  const { random, word } = scene;
  const path = `/api/v1/namespaces/${scene.namespace}/configmaps?labelSelector=of%3D${word}`;
  const names = async (query: string) => {
    const answer = await scene.send('GET', path + query);
    const value = answer && jsonIn(answer);
    const items = isMap(value) && Array.isArray(value['items']) ? (value['items'] as { metadata: { name: string } }[]) : [];
    const { continue: token } = listMetadata(value);
    return { names: items.map((item) => item.metadata.name), token: typeof token === 'string' ? token : undefined, code: answer?.code };
  };
  const whole = await names('');
  const paged: string[] = [];
  for (let token: string | undefined = '', turns = 0; token !== undefined && turns < 100; turns++) {
    const page = await names(`&limit=${random.between(1, 4)}${token === '' ? '' : `&continue=${encodeURIComponent(token)}`}`);
    if (page.code !== 200) return; // 410: too much was written meanwhile
    paged.push(...page.names);
    token = page.token;
  }
  if (paged.join() !== whole.names.join()) scene.fail('the pages of a list differ from the list', `${whole.names.join()}\n${paged.join()}`);
}

function listMetadata(value: unknown): { readonly resourceVersion?: unknown; readonly continue?: unknown } {
  return isMap(value) && isMap(value['metadata']) ? value['metadata'] : {};
}
