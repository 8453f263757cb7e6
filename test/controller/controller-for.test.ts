import { expect } from 'chai';
import type { Pod, ReplicationController } from 'kubernetes-types/core/v1.js';
import { pods } from '../../lib/api/core/pods.js';
import { replicationControllers } from '../../lib/api/core/replication-controllers.js';
import { services } from '../../lib/api/core/services.js';
import type { KubeObject, Stored } from '../../lib/api/object.js';
import type { ResourceDefinition } from '../../lib/api/resource-definition.js';
import type { ControllerDefinition } from '../../lib/controller/controller-definition.js';
import { controllerFor } from '../../lib/controller/controller-for.js';
import type { Reconciler } from '../../lib/controller/reconciler.js';

describe('controllerFor', () => {
  const nothing = () => Promise.resolve();
  const noServices = {} as Parameters<ControllerDefinition['make']>[0];

  it('describes a controller, step by step', () => {
    const definition = controllerFor(replicationControllers)
      .named('replication-controller')
      .owns(pods)
      .watches(pods, (pod) => [pod.metadata.name])
      .reads(services)
      .options({ workers: 8 })
      .options({ timeout: '5s' })
      .finalizer('example.com/x')
      .reconcile(nothing);
    expect(definition).to.deep.include({
      name: 'replication-controller',
      finalizer: 'example.com/x',
      options: { workers: 8, timeout: '5s' },
    });
    expect(definition.for).to.equal(replicationControllers);
    expect([definition.owns, definition.reads]).to.deep.equal([[pods], [{ definition: services }]]);
    expect(definition.watches.map((source) => source.definition)).to.deep.equal([pods]);
  });

  it('refuses two ways to read one kind', () => {
    const base = controllerFor(pods).reads(services, { labelSelector: 'a=b' });
    expect(base.reconcile(nothing).reads).to.deep.equal([{ definition: services, selection: { labelSelector: 'a=b' } }]);
    expect(() => base.reads(services)).to.throw(TypeError, 'services are read already');
  });

  it('leaves a builder as it was when another is made from it', () => {
    const base = controllerFor(pods);
    base.named('other').owns(services);
    const definition = base.reconcile(nothing);
    expect([definition.name, definition.owns, definition.finalizer]).to.deep.equal(['pods', [], 'kubelib.dev/pods']);
  });

  it('takes a function, a reconciler, or what makes one', () => {
    const reconciler: Reconciler<Pod> = { reconcile: nothing };
    expect(controllerFor(pods).reconcile(reconciler).make(noServices)).to.equal(reconciler);
    expect(controllerFor(pods).reconcile(nothing).make(noServices)).to.deep.equal({ reconcile: nothing });
    const given: unknown[] = [];
    controllerFor(pods)
      .reconcileWith((services) => {
        given.push(services);
        return reconciler;
      })
      .make(noServices);
    expect(given).to.deep.equal([noServices]);
  });

  it('refuses names that Kubernetes would', () => {
    expect(() => controllerFor(pods).named('not a name')).to.throw(TypeError);
    expect(() => controllerFor(pods).finalizer('unqualified')).to.throw(TypeError);
  });

  it('infers all types from the definitions', () => {
    interface Room extends KubeObject {
      spec: { seats: number };
    }
    const rooms = { ...pods, plural: 'rooms', kind: 'Room' } as unknown as ResourceDefinition<Room>; // never run
    const all: readonly ControllerDefinition[] = [
      controllerFor(rooms)
        .owns(pods)
        .watches(replicationControllers, (controller: Stored<ReplicationController>) => [String(controller.spec?.replicas)])
        .reconcile((room, context) => {
          const seats: number = room.spec.seats;
          const pod: Stored<Pod> | undefined = context.cache(pods).get({ name: String(seats) });
          // @ts-expect-error a room has no such field
          void room.spec.doors;
          return Promise.resolve(pod ? { after: '5s' } : undefined);
        }),
    ];
    expect(all).to.have.length(1);
  });
});
