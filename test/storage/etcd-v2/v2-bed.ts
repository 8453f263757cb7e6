import { EtcdV2Storage, type EtcdV2StorageOptions } from '../../../lib/storage/etcd-v2/index.js';
import { StorageBed } from '../../../lib/testing/storage/storage-bed.js';
import type { Etcd } from '../../support/etcd.js';

/** Storages over an etcd, each with the words of the conformance suite; all stopped after the test. */
export function useBeds(etcd: Etcd): (options?: EtcdV2StorageOptions) => Promise<StorageBed> {
  const beds: StorageBed[] = [];
  afterEach(async () => {
    for (const bed of beds.splice(0)) await bed.stop();
  });
  return async (options) => {
    const bed = new StorageBed(new EtcdV2Storage({ endpoints: urls(etcd), ...options }), {});
    beds.push(bed);
    await bed.storage.start();
    return bed;
  };
}

/** `http://127.0.0.1:4001`, one a member. */
export function urls(etcd: Etcd): string[] {
  return etcd.endpoints.map((endpoint) => `http://${endpoint}`);
}

/** What curl would get. `form` is sent as the body. */
export async function curl(etcd: Etcd, path: string, method = 'GET', form?: Record<string, string>): Promise<V2Answer> {
  const body = form && new URLSearchParams(form);
  const answer = await fetch(`${urls(etcd)[0]}/v2/keys${path}`, { method, ...(body && { body }) });
  return (await answer.json()) as V2Answer;
}

/** An answer of etcd's v2 API. */
export interface V2Answer {
  readonly errorCode?: number;
  readonly node: V2Node;
}

/** A node of etcd's v2 tree. */
export interface V2Node {
  readonly key: string;
  readonly value?: string;
  readonly dir?: boolean;
  readonly modifiedIndex: number;
  readonly nodes?: readonly V2Node[];
}
