/**
 * Objects in etcd by its v2 API, in the classic layout. An entry point of its own, as it needs the optional peer dependency
 * node-etcd.
 *
 * Start with {@link EtcdV2Storage}.
 *
 * @module
 */
export type { ChangeLogLimits } from './change-log.js';
export type { EtcdV2Connection } from './etcd-v2-client.js';
export { EtcdV2Storage } from './etcd-v2-storage.js';
export type { EtcdV2StorageOptions } from './etcd-v2-storage.js';
