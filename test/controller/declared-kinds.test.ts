import { expect } from 'chai';
import type { Node, Pod, Secret, Service } from 'kubernetes-types/core/v1.js';
import { configMaps } from '../../lib/api/core/config-maps.js';
import { nodes } from '../../lib/api/core/nodes.js';
import { pods } from '../../lib/api/core/pods.js';
import { secrets } from '../../lib/api/core/secrets.js';
import { services } from '../../lib/api/core/services.js';
import type { ContextOf } from '../../lib/controller/controller-for.js';
import { controllerFor } from '../../lib/controller/controller-for.js';
import type { ReconcileContext, Reconciler } from '../../lib/controller/reconciler.js';
import type { Registry } from '../../lib/registry/registry.js';

const described = controllerFor(services)
  .owns(pods)
  .reads(secrets)
  .watches(nodes, () => []);
type Context = ContextOf<typeof described>;

/** Never called: the compiler is what is tested, by the gate's type check. Each line without a comment compiles, and no other. */
export function declaredKinds(context: Context): void {
  context.cache(services);
  context.cache(pods);
  context.cache(secrets);
  context.cache(nodes);
  // @ts-expect-error not declared
  context.cache(configMaps);
  // @ts-expect-error not declared
  context.registry(configMaps);
  void context.registry(services).create({});
  void context.registry(pods).create({});
  void context.registry(secrets).list();
  // @ts-expect-error read only
  context.registry(secrets) satisfies Registry<Secret>;
  // @ts-expect-error watched only
  context.registry(nodes) satisfies Registry<Node>;
  void context.apply(pods, { metadata: { name: 'p' } });
  // @ts-expect-error read only
  void context.apply(secrets, { metadata: { name: 's' } });
}

const done = () => Promise.resolve();

/** Never called, as above. */
export function declaredReconcilers(): void {
  const less: Reconciler<Service> = { reconcile: done };
  const same: Reconciler<Service, Pod, Secret> = { reconcile: done };
  const more: Reconciler<Service, Pod | Secret> = { reconcile: done };
  described.reconcile(less);
  described.reconcile(same);
  // @ts-expect-error writes what is only read
  described.reconcile(more);
  // @ts-expect-error reads what is not declared
  controllerFor(services).owns(pods).reconcile(same);
  described.writes(secrets).reconcile(more);
  // @ts-expect-error a class that needs more than is declared
  controllerFor(services).reconcile(new NeedsPods());
  described.reconcile(new NeedsPods());
}

class NeedsPods implements Reconciler<Service, Pod> {
  async reconcile(_: Service, context: ReconcileContext<Service, Pod>): Promise<void> {
    await context.registry(pods).list();
  }
}

describe('declared kinds', () => {
  it('are all that a controller is given caches of, whichever way they were declared', () => {
    const definition = described.writes(configMaps).reconcile(done);
    expect([
      definition.owns,
      definition.reads.map((source) => source.definition),
      definition.writes,
      definition.watches.map((source) => source.definition),
    ]).to.deep.equal([[pods], [secrets], [configMaps], [nodes]]);
  });
});
