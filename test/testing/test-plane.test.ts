import { expect } from 'chai';
import { deployments } from '../../lib/api/apps/deployments.js';
import { pods } from '../../lib/api/core/pods.js';
import { defineResource } from '../../lib/api/define-resource.js';
import { nameOf } from '../../lib/api/object.js';
import type { KubeObject } from '../../lib/api/object.js';
import { controllerFor } from '../../lib/controller/controller-for.js';
import { testPlane } from '../../lib/testing/test-plane.js';

interface Shop extends KubeObject {
  spec: { replicas: number };
  readonly status?: { readonly ready?: number } | undefined;
}

const schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } as const;
const shops = defineResource<Shop>({ group: 'demo.example.com', version: 'v1', kind: 'Shop', schema, subresources: { status: true } });
const FLOWERS = { name: 'flowers', namespace: 'default' };

const shopController = controllerFor(shops)
  .owns(deployments)
  .reconcile(async ({ metadata, spec }, context) => {
    const labels = { shop: metadata.name };
    const { status } = await context.apply(deployments, {
      metadata: { name: metadata.name },
      spec: {
        replicas: spec.replicas,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers: [{ name: 'shop', image: 'shop' }] } },
      },
    });
    context.status({ ready: status?.readyReplicas ?? 0 });
  });

describe('testPlane', () => {
  it('runs controllers among those of every plane, and settles without waiting', async () => {
    const plane = await testPlane([shopController]);
    await plane.registry(shops).create({ metadata: FLOWERS, spec: { replicas: 2 } });
    await plane.settled();
    const { items } = await plane.registry(pods).list();
    expect(items.map(({ metadata }) => metadata.labels?.['shop'])).to.deep.equal(['flowers', 'flowers']);
    for (const pod of items)
      await plane
        .registry(pods)
        .subresource('status')
        .modify(nameOf(pod), (current) => ({
          ...current,
          status: { ...current.status, phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] },
        }));
    await plane.settled();
    expect((await plane.registry(shops).get(FLOWERS)).status).to.deep.equal({ ready: 2 });
    expect(plane.environment.monotonic(), 'no time has passed').to.be.below(1000);
    expect(plane.explanation('default/flowers')).to.match(
      /^shops default\/flowers\n.*added shops default\/flowers .*wrote deployments default\/flowers@\d+.* → done/m,
    );
    await plane.stop();
    expect(plane.environment.pendingTimers).to.equal(0);
  });

  it('tries a back-off of minutes in no time', async () => {
    const times: number[] = [];
    const failing = controllerFor(shops)
      .options({ backoff: '10m', maxBackoff: '1h' })
      .reconcile((_, { environment }) => {
        times.push(environment.monotonic());
        return Promise.reject(new Error('no flowers'));
      });
    const plane = await testPlane([failing], { builtIns: false });
    await plane.registry(shops).create({ metadata: FLOWERS, spec: { replicas: 1 } });
    await plane.settled();
    const [first = 0] = times;
    await plane.advance('9m');
    expect(times).to.have.length(1);
    await plane.advance('1m');
    await plane.advance('20m');
    expect(times.map((time) => (time - first) / 60_000)).to.deep.equal([0, 10, 30]);
    expect(plane.explanation('default/flowers')).to.include(
      'failed, next in 2400000 ms, failure 3: Error: no flowers\n  waits for 2400000 ms: retry',
    );
    await plane.stop();
  });

  it('says which reconcile keeps it from settling', async () => {
    const slow = controllerFor(shops).reconcile((_, { environment, signal }) => environment.sleep(5000, signal));
    const plane = await testPlane([slow], { builtIns: false });
    await plane.registry(shops).create({ metadata: FLOWERS, spec: { replicas: 1 } });
    const error = await plane.settled().catch((reason: Error) => reason);
    expect((error as Error).message).to.equal('these reconciles wait for time to pass, so advance() it: shops default/flowers');
    await plane.advance('5s');
    await plane.stop();
  });
});
