/**
 * Pods on a Docker engine. An entry point of its own, as it needs the optional peer dependency dockerode.
 *
 * Start with {@link DockerRuntime}.
 *
 * @module
 */
export { BUSYBOX_IMAGE, ensureBusyboxImage } from './busybox-image.js';
export type { BusyboxImageOptions } from './busybox-image.js';
export type { DockerConnection } from './docker-engine.js';
export { DockerRuntime } from './docker-runtime.js';
export type { DockerRuntimeOptions } from './docker-runtime.js';
