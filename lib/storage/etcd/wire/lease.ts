import { decoded, encoded, type Method, readInt, writeInt } from './protobuf.js';
import { readHeader } from './kv.js';

/** Names a lease. An int64 that is mostly beyond the safe integers. */
export type LeaseId = bigint;

export interface LeaseGrantResponse {
  readonly revision: number;
  readonly id: LeaseId;
  /** Seconds: what was asked for, or more; etcd has a least time. */
  readonly timeToLive: number;
}

/** Makes a lease for so many seconds; etcd picks the id. */
export const leaseGrant: Method<{ readonly timeToLive: number }, LeaseGrantResponse> = {
  path: '/etcdserverpb.Lease/LeaseGrant',
  encode: ({ timeToLive }) => encoded((writer) => writeInt(writer, 1, timeToLive)),
  decode: (bytes) => {
    const response = { revision: 0, id: 0n, timeToLive: 0 };
    decoded(bytes, (number, reader) => {
      if (number === 1) response.revision = readHeader(reader);
      else if (number === 2) response.id = BigInt(reader.int64());
      else if (number === 3) response.timeToLive = readInt(reader);
      else return false;
      return true;
    });
    return response;
  },
};
