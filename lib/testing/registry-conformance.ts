import { creating } from './registry/creating.js';
import { deleting, deletingMany } from './registry/deleting.js';
import { namespaceRules } from './registry/namespaces.js';
import { patching } from './registry/patching.js';
import { reading } from './registry/reading.js';
import type { RegistryFactory } from './registry/registry-bed.js';
import { registryTest } from './registry/registry-suite.js';
import { serviceAddresses } from './registry/services.js';
import { bindingAndEviction, statusAndScale } from './registry/subresources.js';
import { modifying, updating } from './registry/updating.js';
import { watching } from './registry/watching.js';

export type { RegistryCluster, RegistryFactory } from './registry/registry-bed.js';

/** What {@link registryConformance} must know besides the factory. */
export interface RegistryConformanceOptions {
  /** Milliseconds for a test. Default 20,000. */
  readonly timeout?: number | undefined;
}

/**
 * Mocha tests that every implementation of `Registries` must pass. Each test makes a cluster of its own with `factory`, and
 * stops it.
 *
 * ```ts
 * registryConformance('MyRegistries', async (resources) => {
 *   const registries = new MyRegistries({ catalog: createCatalog([...builtInDefinitions, ...resources]) });
 *   return { registries, stop: () => registries.stop() };
 * });
 * ```
 */
export function registryConformance(name: string, factory: RegistryFactory, options: RegistryConformanceOptions = {}): void {
  describe(`${name} as Registries`, function () {
    this.timeout(options.timeout ?? 20_000);
    const test = registryTest(factory);
    describe('create', () => creating(test));
    describe('get and list', () => reading(test));
    describe('update', () => updating(test));
    describe('modify', () => modifying(test));
    describe('patch and apply', () => patching(test));
    describe('delete', () => deleting(test));
    describe('deleteMany', () => deletingMany(test));
    describe('watch', () => watching(test));
    describe('a namespace', () => namespaceRules(test));
    describe('subresources', () => statusAndScale(test));
    describe('binding and eviction', () => bindingAndEviction(test));
    describe('addresses of services', () => serviceAddresses(test));
  });
}
