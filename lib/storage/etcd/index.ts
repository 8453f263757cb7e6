/**
 * Storage in an etcd cluster. An entry point of its own, as it needs the optional peer dependency `@grpc/grpc-js`.
 *
 * Start with {@link EtcdStorage}.
 *
 * @module
 */
export type { EtcdKeepaliveOptions, EtcdStorageOptions, EtcdTlsOptions } from './etcd-options.js';
export { EtcdStorage } from './etcd-storage.js';
