import type { Logger } from '../base/logger.js';
import { silentLogger } from '../base/logger.js';
import { parseDuration } from '../base/duration.js';
import { VirtualEnvironment } from '../base/virtual-environment.js';
import { createCatalog } from '../api/catalog.js';
import { builtInDefinitions } from '../api/kinds.js';
import type { KubeObject } from '../api/object.js';
import type { ResourceDefinition, WriteOnlyDefinition } from '../api/resource-definition.js';
import { builtInControllers } from '../control-plane/built-in-controllers.js';
import type { AnyControllerDefinition } from '../controller/controller.js';
import type { KeyExplanation } from '../controller/explain.js';
import { explanationText } from '../controller/explain.js';
import { Manager } from '../controller/manager.js';
import type { Duration } from '../controller/reconciler.js';
import { defaultAdmission } from '../registry/stored/admission.js';
import { StoredRegistries } from '../registry/stored/stored-registries.js';
import type { Creator, Registries, Registry } from '../registry/registry.js';
import { MemoryStorage } from '../storage/memory/memory-storage.js';
import type { Caches } from '../watch/cache.js';
import { SharedCaches } from '../watch/shared-caches.js';

/** What {@link testPlane} takes besides controllers. */
export interface TestPlaneOptions {
  /** Kinds that no controller names. Those that one does need not be said. Default: none. */
  readonly resources?: readonly ResourceDefinition[] | undefined;
  /** Whether the controllers of every control plane run too: those of ReplicaSets and Deployments, garbage collection, and so on. Default true. */
  readonly builtIns?: boolean | undefined;
  /** What random numbers and ids are made from. Default 1. */
  readonly seed?: number | undefined;
  /** Default: nothing is logged. */
  readonly logger?: Logger | undefined;
}

/**
 * A control plane for tests of controllers: real registries with all rules, in memory and in virtual time, without server, nodes or
 * network. Nothing runs pods: a test writes their status.
 *
 * ```ts
 * const plane = await testPlane([shopController]);
 * await plane.registry(shops).create({ metadata: { name: 'flowers', namespace: 'default' }, spec: { replicas: 2 } });
 * await plane.settled();
 * expect((await plane.registry(deployments).list()).items).to.have.length(1);
 * await plane.advance('10m'); // a back-off of ten minutes takes no time
 * await plane.stop();
 * ```
 */
export async function testPlane(controllers: readonly AnyControllerDefinition[], options: TestPlaneOptions = {}): Promise<TestPlane> {
  const { builtIns = true, seed = 1, logger = silentLogger, resources = [] } = options;
  const environment = new VirtualEnvironment({ seed });
  const storage = new MemoryStorage({ environment });
  const catalog = createCatalog([...builtInDefinitions, ...new Set([...resources, ...customKinds(controllers)])]);
  const registries = new StoredRegistries({ storage, environment, catalog, admission: defaultAdmission() });
  const caches = new SharedCaches({ registries, environment, logger });
  const all = [...(builtIns ? builtInControllers({}, () => 'a certificate of the test plane') : []), ...controllers];
  const manager = new Manager({ registries, caches, environment, logger, controllers: all });
  await registries.start();
  const plane = new TestPlane({ environment, storage, registries, caches, manager });
  await environment.within(manager.start());
  await plane.settled();
  return plane;
}

interface Parts {
  readonly environment: VirtualEnvironment;
  readonly storage: MemoryStorage;
  readonly registries: StoredRegistries;
  readonly caches: SharedCaches;
  readonly manager: Manager;
}

/** What {@link testPlane} starts. */
export class TestPlane {
  readonly #parts: Parts;

  /** @internal Use {@link testPlane}. */
  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Its clock; the first of January 2025 at the beginning. */
  get environment(): VirtualEnvironment {
    return this.#parts.environment;
  }

  get registries(): Registries {
    return this.#parts.registries;
  }

  /** The caches of its controllers. */
  get caches(): Caches {
    return this.#parts.caches;
  }

  /** Typed access to one kind. What a test writes here is no write of a controller. */
  registry<T extends KubeObject>(definition: WriteOnlyDefinition<T>): Creator<T>;
  registry<T extends KubeObject>(definition: ResourceDefinition<T>): Registry<T>;
  registry<T extends KubeObject>(definition: ResourceDefinition<T>): Registry<T> {
    return this.#parts.registries.registry(definition);
  }

  /**
   * Resolves when every cache shows all that is stored, and no key waits or is being reconciled; time stands still. Keys that are due
   * later do not count: {@link TestPlane.advance}. Rejects when a reconcile waits for time to pass, and says which.
   * Controllers that undo each other's work never settle.
   */
  async settled(): Promise<void> {
    const { environment, storage, caches, manager } = this.#parts;
    for (;;) {
      const revision = await storage.revision();
      await environment.advance(0);
      const waiting = manager.running;
      if (waiting.length > 0) throw new Error(`these reconciles wait for time to pass, so advance() it: ${waiting.join(', ')}`);
      await environment.within(Promise.all(caches.all.map((cache) => cache.waitFor(String(revision)))));
      await manager.idle();
      if ((await storage.revision()) === revision) return;
    }
  }

  /** Lets time pass, and everything settle: milliseconds, or a duration such as `10m`. */
  async advance(duration: Duration): Promise<void> {
    await this.#parts.environment.advance(parseDuration(duration));
    await this.settled();
  }

  /** Why a key (`namespace/name`) was reconciled, and whether it is going to be, by each controller. */
  explain(key: string): readonly KeyExplanation[] {
    return this.#parts.manager.explain(key);
  }

  /** {@link TestPlane.explain} for people: what a failing test prints. */
  explanation(key: string): string {
    return this.explain(key).map(explanationText).join('\n');
  }

  /** Leaves nothing behind. */
  async stop(): Promise<void> {
    const { environment, manager, caches, registries, storage } = this.#parts;
    await environment.within(manager.stop());
    await caches.stop();
    await registries.stop();
    await storage.stop();
  }
}

function customKinds(controllers: readonly AnyControllerDefinition[]): readonly ResourceDefinition[] {
  const kinds = controllers.flatMap((one) =>
    'makeForKinds' in one
      ? []
      : [one.for, ...one.owns, ...one.writes, ...[...one.reads, ...one.watches].map(({ definition }) => definition)],
  );
  return kinds.filter(({ custom }) => custom);
}
