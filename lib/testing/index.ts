/**
 * What adapters and plug-ins of your own are tested with: the conformance suites of the ports, as mocha functions, and virtual time. And {@link testPlane}, for controllers.
 *
 * @module kubelib/testing
 */
export { storageConformance } from './storage-conformance.js';
export { registryConformance } from './registry-conformance.js';
export { containerRuntimeConformance, shellCommand } from './container-runtime-conformance.js';
export type { ContainerRuntimeConformanceOptions, Program, RuntimeFeature } from './container-runtime-conformance.js';
export { balancerConformance } from './balancer-conformance.js';
export { testPlane } from './test-plane.js';
export type { TestPlane, TestPlaneOptions } from './test-plane.js';
export { VirtualEnvironment } from '../base/virtual-environment.js';
export type { VirtualEnvironmentOptions } from '../base/virtual-environment.js';
