import { exec, images, ports, usage } from './runtime/access.js';
import { adoption, lifecycle } from './runtime/adoption.js';
import { containers, stopping, surroundings } from './runtime/containers.js';
import { attaching, logs } from './runtime/output.js';
import type { ContainerRuntimeConformanceOptions } from './runtime/runtime-bed.js';
import { runtimeTest } from './runtime/runtime-suite.js';
import { sandboxes } from './runtime/sandboxes.js';

export type { Program } from './runtime/program.js';
export { shellCommand } from './runtime/program.js';
export type { ContainerRuntimeConformanceOptions, RuntimeFeature } from './runtime/runtime-bed.js';

/**
 * Mocha tests that every `ContainerRuntime` adapter must pass.
 *
 * ```ts
 * containerRuntimeConformance('MyRuntime', {
 *   open: (directory) => new MyRuntime({ directory }),
 *   program: (program) => ({ image: 'busybox', command: myCommand(program), args: [] }),
 *   execCommand: myCommand,
 * });
 * ```
 */
export function containerRuntimeConformance(name: string, options: ContainerRuntimeConformanceOptions): void {
  describe(`${name} as a ContainerRuntime`, function () {
    this.timeout(options.timeout ?? 20_000);
    const test = runtimeTest(options);
    describe('a sandbox', () => sandboxes(test));
    describe('a container', () => containers(test));
    describe('stopping', () => stopping(test));
    describe('the surroundings of a container', () => surroundings(test));
    describe('logs', () => logs(test));
    describe('attaching', () => attaching(test));
    describe('exec', () => exec(test));
    describe('ports', () => ports(test));
    describe('usage', () => usage(test));
    describe('images', () => images(test));
    describe('a successor', () => adoption(test));
    describe('lifecycle', () => lifecycle(options));
  });
}
