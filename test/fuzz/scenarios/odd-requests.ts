import type { Scenario, Scene } from '../scene.js';
import { hostileYaml } from '../values/bodies.js';
import { ODD_NAMES, oddText } from '../values/odd-values.js';
import { inUrl, listQuery } from '../values/queries.js';

const DOCUMENTS = [
  ...[
    '/',
    '/api',
    '/apis',
    '/apis/apps',
    '/apis/apps/v1',
    '/api/v1',
    '/version',
    '/healthz',
    '/livez?verbose',
    '/readyz/ping',
    '/metrics',
    '/openapi/v2',
    '/openapi/v3',
  ],
  ...[
    '/openapi/v3/api/v1',
    '/openapi/v3/apis/apps/v1?hash=x',
    '/openapi/v3/apis/__proto__/v1',
    '/.well-known/openid-configuration',
    '/openid/v1/jwks',
    '/logs',
    '/debug/pprof',
  ],
];
const ACCEPTS = [
  ...[
    'application/json',
    '*/*',
    'text/html',
    'application/com.github.proto-openapi.spec.v2@v1.0+protobuf',
    'application/com.github.proto-openapi.spec.v3@v1.0+protobuf',
  ],
  'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList',
];
const METHODS = ['GET', 'GET', 'GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE', 'TRACE', 'PROPFIND'];

/** Paths, methods and headers that no client of Kubernetes sends, and the documents that they all ask for. */
export const oddRequests: Scenario = {
  name: 'odd requests',
  weight: 3,
  async run(scene) {
    for (let count = scene.random.between(2, 8); count > 0; count--) await one(scene);
  },
};

async function one(scene: Scene): Promise<void> {
  const { random, corpus } = scene;
  const method = random.pick(METHODS);
  const document = random.chance(0.35);
  const query = random.chance(0.3) ? listQuery(random, corpus) : '';
  const path = document ? random.pick(DOCUMENTS) : oddPath(scene);
  const body = ['POST', 'PUT', 'PATCH'].includes(method)
    ? random.chance(0.5)
      ? hostileYaml(random)
      : scene.body({ kind: 'ConfigMap', apiVersion: 'v1', metadata: { name: scene.word } }, 0.5)
    : undefined;
  // What such a request does is not looked at, so it must not do much.
  const safe = method === 'GET' || method === 'HEAD' ? query : '?dryRun=All';
  await scene.send(method, path.split('?')[0] + (document && query === '' ? (path.split('?')[1] ? `?${path.split('?')[1]}` : '') : safe), {
    body,
    headers: headers(scene),
    listen: 500,
  });
}

function oddPath(scene: Scene): string {
  const { random, corpus, namespace } = scene;
  const known = random
    .pick(corpus.paths)
    .replace(/\$\{?NS\}?/g, namespace)
    .replace(/\$\{?[A-Z]+\}?/g, scene.word);
  const segments = known.split('/');
  for (let times = random.below(3); times > 0; times--) {
    const odd = random.pick([
      inUrl(random.pick(ODD_NAMES)),
      inUrl(oddText(random)).slice(0, 3000),
      '%',
      '%zz',
      '%2e%2e',
      '..',
      '.',
      '',
      '%00',
      '%ff',
      '%2f',
      'watch',
      'proxy',
      '%5Fproto__',
    ]);
    segments.splice(random.between(1, segments.length), random.below(2), odd);
  }
  return segments.join('/').replace(/[^\x21-\x7e]/g, '%20') || '/';
}

function headers({ random, corpus }: Scene): Record<string, string> {
  const text = () =>
    oddText(random)
      .replace(/[^\x20-\x7e]/g, '?')
      .slice(0, 2000);
  const recorded = corpus.headers.length > 0 ? random.pick(corpus.headers) : (['accept', '*/*'] as const);
  const some: readonly (readonly [string, string])[] = [
    ['accept', random.chance(0.8) ? random.pick(ACCEPTS) : text()],
    ...(random.chance(0.1)
      ? [
          [
            'authorization',
            random.pick(['Bearer x', 'Basic eDp5', 'Bearer ', `Bearer ${'a.'.repeat(3)}`, 'Bearer eyJhbGciOiJub25lIn0.e30.', text()]),
          ] as const,
        ]
      : []),
    ...(random.chance(0.15)
      ? [
          [
            random.pick([
              'impersonate-user',
              'impersonate-group',
              'impersonate-uid',
              'impersonate-extra-__proto__',
              'impersonate-extra-%ff',
            ]),
            random.pick(['a', '', 'system:masters', text()]),
          ] as const,
        ]
      : []),
    ...(random.chance(0.1) ? [['user-agent', text()] as const] : []),
    ...(random.chance(0.1) ? [['accept-encoding', random.pick(['gzip', 'gzip;q=0', 'br', text()])] as const] : []),
    ...(random.chance(0.1) ? [['if-none-match', random.pick(['*', '"x"', text()])] as const] : []),
    ...(random.chance(0.1)
      ? [
          [
            random.pick(['x-forwarded-for', 'content-encoding', 'audit-id', 'range', 'cookie', 'kubectl-command', 'origin']),
            text(),
          ] as const,
        ]
      : []),
    ...(random.chance(0.2) && !/[^\x20-\x7e]/.test(recorded[1]) ? [recorded] : []),
  ];
  return Object.fromEntries(some);
}
