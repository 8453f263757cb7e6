import type { ReplicaSet } from 'kubernetes-types/apps/v1.js';
import type { Stored } from '../../api/object.js';

/** A ReplicaSet and the size that it is to have. */
export interface Resize {
  readonly set: Stored<ReplicaSet>;
  readonly size: number;
}
