import { expect } from 'chai';
import type { ConfigMap } from 'kubernetes-types/core/v1.js';
import type { Condition } from 'kubernetes-types/meta/v1.js';
import { configMaps } from '../../lib/api/core/config-maps.js';
import { nodes } from '../../lib/api/core/nodes.js';
import { defineResource } from '../../lib/api/define-resource.js';
import { controllerOf } from '../../lib/api/meta/owner-references.js';
import type { KubeObject, Stored } from '../../lib/api/object.js';
import { controllerFor } from '../../lib/controller/controller-for.js';
import type { ContextOf, ReconcileFunction } from '../../lib/controller/controller-for.js';
import { pods } from '../../lib/api/core/pods.js';
import { running, setPodStatus } from '../controllers/running.js';
import type { Running } from '../controllers/running.js';

interface ShopStatus {
  readonly goods?: number;
  readonly note?: string;
  readonly conditions?: readonly Condition[];
}

interface Shop extends KubeObject {
  spec?: { goods: number };
  readonly status?: ShopStatus | undefined;
}

const schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } as const;
const shops = defineResource<Shop>({ group: 'example.com', version: 'v1', kind: 'Shop', schema, subresources: { status: true } });
/** Has no path of its own for the status. */
const stalls = defineResource<Shop>({ group: 'example.com', version: 'v1', kind: 'Stall', schema });

describe('ReconcileContext', () => {
  let cluster: Running;
  afterEach(() => cluster.stop());

  const run = async (reconcile: ReconcileFunction<Shop>, kind = shops) => {
    cluster = await running([controllerFor(kind).named('shop-keeper').owns(configMaps).reconcile(reconcile)], {
      resources: [shops, stalls],
    });
  };
  const shop = (goods: number, kind = shops) =>
    cluster.registry(kind).create({ metadata: { name: 's', namespace: 'default' }, spec: { goods } });
  const map = () => cluster.find(configMaps, 's-map');
  const found = async (kind = shops) => (await cluster.find(kind, 's'))!;
  const touch = () =>
    cluster.registry(shops).modify({ name: 's', namespace: 'default' }, (one) => ({
      ...one,
      metadata: { ...one.metadata, annotations: { at: String(cluster.environment.now()) } },
    }));
  const wanted = ({ metadata, spec }: Stored<Shop>) => ({
    metadata: { name: `${metadata.name}-map` },
    data: { goods: String(spec?.goods) },
  });

  describe('apply', () => {
    it('makes what is owned, in the namespace of its owner and in the name of the controller, and changes it', async () => {
      await run(async (object, context) => void (await context.apply(configMaps, wanted(object))));
      await shop(1);
      await cluster.settle();
      const made = await map();
      expect([made?.data, controllerOf(made!)?.name, made?.metadata.namespace]).to.deep.equal([{ goods: '1' }, 's', 'default']);
      expect(made?.metadata.managedFields?.map(({ manager, operation }) => [manager, operation])).to.deep.equal([['shop-keeper', 'Apply']]);
      await cluster.registry(shops).modify({ name: 's', namespace: 'default' }, (one) => ({ ...one, spec: { goods: 2 } }));
      await cluster.settle();
      expect((await map())?.data).to.deep.equal({ goods: '2' });
    });

    it('sends nothing again while nobody has changed it, and takes back what somebody has', async () => {
      const answers: (string | undefined)[] = [];
      await run(async (object, context) => void answers.push((await context.apply(configMaps, wanted(object))).data?.['goods']));
      await shop(1);
      await cluster.settle();
      const before = cluster.writes.length;
      for (let i = 0; i < 3; i++) {
        await touch();
        await cluster.settle(1000);
      }
      expect([answers.length >= 4, cluster.writes.slice(before)]).to.deep.equal([true, []]);
      await cluster.registry(configMaps).modify({ name: 's-map', namespace: 'default' }, (one) => ({ ...one, data: { goods: '9' } }));
      await cluster.settle();
      expect((await map())?.data).to.deep.equal({ goods: '1' });
      await cluster.registry(configMaps).delete({ name: 's-map', namespace: 'default' });
      await cluster.settle();
      expect((await map())?.data, 'made anew').to.deep.equal({ goods: '1' });
    });

    it('sends nothing for what happens to the status, and what is wanted once its labels have changed', async () => {
      let runs = 0;
      const spec = { containers: [{ name: 'c', image: 'i' }] };
      const keeper = controllerFor(shops).named('shop-keeper').owns(pods);
      const reconcile = async (_: unknown, context: ContextOf<typeof keeper>) => {
        runs += 1;
        await context.apply(pods, { metadata: { name: 'p', labels: { shop: 's' } }, spec });
      };
      cluster = await running([keeper.reconcile(reconcile)], { resources: [shops, stalls] });
      await shop(1);
      await cluster.settle();
      const before = cluster.writes.length;
      await setPodStatus(cluster, (await cluster.find(pods, 'p'))!);
      await cluster.settle();
      expect([runs, cluster.writes.slice(before)]).to.deep.equal([2, []]);
      expect(cluster.explain('default/s')[0]?.runs.at(-1), 'one wake for one change').to.include({ wakes: 1 });
      await cluster
        .registry(pods)
        .modify({ name: 'p', namespace: 'default' }, (one) => ({ ...one, metadata: { ...one.metadata, labels: { shop: 'other' } } }));
      await cluster.settle();
      expect((await cluster.find(pods, 'p'))?.metadata.labels).to.deep.equal({ shop: 's' });
    });

    it('removes fields that are not described any more', async () => {
      await run(async ({ spec }, context) => {
        const data: Record<string, string> = spec?.goods === 1 ? { a: '1', b: '2' } : { a: '1' };
        await context.apply(configMaps, { metadata: { name: 's-map' }, data });
      });
      await shop(1);
      await cluster.settle();
      await cluster.registry(shops).modify({ name: 's', namespace: 'default' }, (one) => ({ ...one, spec: { goods: 2 } }));
      await cluster.settle();
      expect((await map())?.data).to.deep.equal({ a: '1' });
    });

    it('gives no owner to kinds that the controller writes and does not own', async () => {
      const described = controllerFor(shops).named('shop-keeper').writes(nodes);
      const reconcile = async (_: unknown, context: ContextOf<typeof described>) =>
        void (await context.apply(nodes, { metadata: { name: 'n' } }));
      cluster = await running([described.reconcile(reconcile)], { resources: [shops, stalls] });
      await shop(1);
      await cluster.settle();
      expect((await cluster.find(nodes, 'n'))?.metadata.ownerReferences).to.equal(undefined);
    });

    it('refuses an owner in another namespace than what it owns', async () => {
      const faults: string[] = [];
      await run(async (_, context) => {
        const foreign: ConfigMap & { metadata: { name: string } } = { metadata: { name: 'x', namespace: 'kube-system' } };
        await context.apply(configMaps, foreign).catch((error: Error) => faults.push(error.message));
      });
      await shop(1);
      await cluster.settle();
      expect(faults).to.deep.equal([
        'Shop default/s cannot own ConfigMap x in namespace kube-system: owners and what they own share a namespace',
      ]);
    });
  });

  describe('status and conditions', () => {
    const conditionsOf = async (kind = shops) =>
      (await found(kind)).status?.conditions?.map(({ type, status, reason }) => [type, status, reason]);

    it('are written together when the reconcile ends, and not again while they are the same', async () => {
      await run(({ spec }, context) => {
        context.status({ goods: spec?.goods ?? 0 });
        context.status({ note: 'open' });
        context.condition('Ready', true, 'Open', 'Come in.');
        context.condition('Paid', 'Unknown', 'Asking');
        return Promise.resolve();
      });
      await shop(3);
      await cluster.settle();
      const { status } = await found();
      expect([status?.goods, status?.note]).to.deep.equal([3, 'open']);
      expect(await conditionsOf()).to.deep.equal([
        ['Ready', 'True', 'Open'],
        ['Paid', 'Unknown', 'Asking'],
      ]);
      expect(status?.conditions?.[0]).to.include({ message: 'Come in.', observedGeneration: 1 });
      expect(cluster.writes.filter((write) => write.includes('shops'))).to.have.lengthOf(1);
      await touch();
      await cluster.settle(60_000);
      expect(cluster.writes.filter((write) => write.includes('shops'))).to.have.lengthOf(1);
    });

    it('move the time of a transition only when the status does', async () => {
      let reason = 'First';
      let ready = false;
      await run((_, context) => {
        context.condition('Ready', ready, reason);
        return Promise.resolve();
      });
      await shop(1);
      await cluster.settle();
      const first = (await found()).status?.conditions?.[0]?.lastTransitionTime;
      reason = 'Second';
      await cluster.settle(10_000);
      await touch();
      await cluster.settle();
      expect((await found()).status?.conditions?.[0]).to.include({ reason: 'Second', lastTransitionTime: first });
      ready = true;
      await cluster.settle(10_000);
      await touch();
      await cluster.settle();
      expect((await found()).status?.conditions?.[0]?.lastTransitionTime).not.to.equal(first);
    });

    it('are met as this reconcile says, else as the object does', async () => {
      const seen: boolean[] = [];
      await run((_, context) => {
        seen.push(context.met('Ready'));
        if (!context.met('Ready')) context.condition('Ready', true, 'Open');
        seen.push(context.met('Ready'), context.met('Other'));
        return Promise.resolve();
      });
      await shop(1);
      await cluster.settle();
      await touch();
      await cluster.settle();
      expect(seen.slice(0, 6)).to.deep.equal([false, true, false, true, true, false]);
    });

    it('are written when the reconcile throws, whose failure counts all the same', async () => {
      await run((_, context) => {
        context.condition('Ready', false, 'Broken');
        return Promise.reject(new Error('no'));
      });
      await shop(1);
      await cluster.settle();
      expect(await conditionsOf()).to.deep.equal([['Ready', 'False', 'Broken']]);
      expect(cluster.logger.lines.map(({ message }) => message)).to.include('reconcile failed');
    });

    it('leave alone what others have written, and another object of the name', async () => {
      await run((_, context) => {
        context.status({ note: 'ours' });
        return Promise.resolve();
      });
      const made = await shop(1);
      await cluster.settle();
      await cluster
        .registry(shops)
        .subresource('status')
        .modify({ name: 's', namespace: 'default' }, (one) => ({ ...one, status: { ...one.status, goods: 7 } }));
      await cluster.settle();
      expect((await found()).status).to.deep.equal({ note: 'ours', goods: 7 });
      expect(made.metadata.uid).to.equal((await found()).metadata.uid);
    });

    it('are written with the object where a kind has no path for them', async () => {
      await run((_, context) => {
        context.status({ goods: 4 });
        return Promise.resolve();
      }, stalls);
      await shop(1, stalls);
      await cluster.settle();
      expect((await found(stalls)).status).to.deep.equal({ goods: 4 });
    });
  });
});
